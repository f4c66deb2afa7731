"""AC106."""

from ampsd.lint.rule import Rule


class StrayElement(Rule):
    """An element stands where only text may.

    The element around it holds a text. A `<` that belongs to the text is written `&lt;`.
    """

    severity = "error"
    failing = "<Description>orders <b>and</b> more</Description>"
    passing = "<Description>orders and more</Description>"
