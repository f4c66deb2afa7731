"""AC002."""

from ampsd.lint.rule import Rule


class TooLarge(Rule):
    """The file is larger than a configuration may be.

    The bound keeps a wrong file name, of a log or a database say, from filling the memory. Name the AMPSConfig file
    itself, or split it with Include.
    """

    severity = "error"
    failing = "a file of 100 megabytes"
    passing = "a file of less than the bound that the finding names"
