"""AC016."""

from ampsd.lint.rule import Rule


class RawVariable(Rule):
    """A raw `<<NAME>>` stands in the text; XML wants it written differently.

    AMPS's guide writes action variables like this in places, but it is not well-formed XML. It is read as if it
    were escaped. `{{NAME}}` means the same and needs no escape.
    """

    severity = "warning"
    failing = "<AMPSConfig><Name>Orders</Name><Description><<AMPS_DATA>></Description></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders</Name><Description>{{AMPS_DATA}}</Description></AMPSConfig>"
