"""AC011."""

from ampsd.lint.rule import Rule


class UndefinedVariable(Rule):
    """A `${NAME}` is not defined.

    The name is neither in the environment nor given with `-DNAME=VALUE`. AMPS's guide does not say what it would
    put in its place, so nothing is put there (User Guide, Environment Variables in AMPS Configuration).
    """

    severity = "error"
    failing = "<AMPSConfig><Name>${NOBODY_DEFINES_THIS}</Name></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
