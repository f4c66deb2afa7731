"""AC012."""

from ampsd.lint.rule import Rule


class BadVariable(Rule):
    """A `${...}` is not a variable.

    A variable's name has letters, digits and `_`. Its value must be text that XML allows.
    """

    severity = "error"
    failing = "<AMPSConfig><Name>${not a name}</Name></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
