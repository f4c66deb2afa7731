"""AC013."""

from ampsd.lint.rule import Rule


class IncludeUnreadable(Rule):
    """An included file cannot be read.

    A relative path is sought beside the including file, then in the working directory (User Guide, Including
    External Files).
    """

    severity = "error"
    failing = "<AMPSConfig><Name>Orders</Name><Include>no-such-file.xml</Include></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
