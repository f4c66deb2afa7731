"""AC001."""

from ampsd.lint.rule import Rule


class Unreadable(Rule):
    """The file cannot be read.

    It does not exist, is a directory, or this user may not read it. Nothing else can be said about it.
    """

    severity = "error"
    failing = "config.xml names a file that is not there"
    passing = "config.xml names a file that this user may read"
