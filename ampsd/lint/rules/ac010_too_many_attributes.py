"""AC010."""

from ampsd.lint.rule import Rule


class TooManyAttributes(Rule):
    """An element has too many attributes.

    Settings are elements, not attributes; only Include has one.
    """

    severity = "error"
    failing = "a tag with a hundred thousand attributes"
    passing = "a tag without attributes"
