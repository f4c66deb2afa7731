"""AC109."""

from ampsd.lint.rule import Rule


class NoEffect(Rule):
    """The setting is read, but changes nothing in this version of ampsd.

    It is a warning where an operator would expect an effect, and an information where it is only about speed or
    storage.
    """

    severity = "warning"
    failing = "<ProcessName>orders</ProcessName>"
    passing = "<Description>orders</Description>"
