"""AC009."""

from ampsd.lint.rule import Rule


class TooManyElements(Rule):
    """The configuration has too many elements.

    The bound covers the file and everything that it includes. Split the configuration over several instances.
    """

    severity = "error"
    failing = "a file with millions of elements"
    passing = "a file with fewer elements than the finding names"
