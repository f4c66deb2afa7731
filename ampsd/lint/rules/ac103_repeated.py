"""AC103."""

from ampsd.lint.rule import Rule


class Repeated(Rule):
    """An element that may stand once stands several times.

    Which one counts is not documented. A synonym of an element counts as the element.
    """

    severity = "error"
    failing = "<Description>one</Description><Description>two</Description>"
    passing = "<Description>one and two</Description>"
