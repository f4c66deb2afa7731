"""AC003."""

from ampsd.lint.rule import Rule


class Empty(Rule):
    """The file is empty.

    It holds nothing, or nothing but blanks. A file that an editor or a deployment has just cut short looks like
    this.
    """

    severity = "error"
    failing = "a file without any content"
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
