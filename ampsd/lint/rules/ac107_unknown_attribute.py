"""AC107."""

from ampsd.lint.rule import Rule


class UnknownAttribute(Rule):
    """An attribute is not known.

    Settings are elements. Only Include has an attribute, and AMPSConfig may name its schema.
    """

    severity = "error"
    failing = '<Transports kind="all"></Transports>'
    passing = "<Transports></Transports>"
