"""AC101."""

from ampsd.lint.rule import Rule


class UnknownElement(Rule):
    """An element is not known at this place.

    It is misspelt, or it belongs into another section. Names are case-sensitive. The finding names the nearest
    element that is known here, or the section in which one of this name is.
    """

    severity = "error"
    failing = "<Descripton>orders</Descripton>"
    passing = "<Description>orders</Description>"
