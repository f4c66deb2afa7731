"""AC008."""

from ampsd.lint.rule import Rule


class TooDeep(Rule):
    """Elements are nested too deeply.

    No section of a configuration needs half of the bound; an element that is never closed looks like this.
    """

    severity = "error"
    failing = "a file with ten thousand elements inside each other"
    passing = "a file whose elements are closed"
