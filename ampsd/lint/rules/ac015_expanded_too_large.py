"""AC015."""

from ampsd.lint.rule import Rule


class ExpandedTooLarge(Rule):
    """The configuration with its includes is larger than its ConfigCycleDetectionThreshold.

    The threshold, 5 MB unless the file says otherwise, tells files that include each other without end from large
    ones (User Guide, Instance-Level Configuration).
    """

    severity = "error"
    failing = "a configuration whose includes have 6 MB together"
    passing = "the same with ConfigCycleDetectionThreshold 10MB"
