"""AC114."""

from ampsd.lint.rule import Rule


class BadPattern(Rule):
    """A regular expression does not compile.

    AMPS uses PCRE. Topic names without any of its special characters are plain names, and a dot alone is none of
    them.
    """

    severity = "error"
    failing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>orders-(</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>orders-.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog>"
    )
