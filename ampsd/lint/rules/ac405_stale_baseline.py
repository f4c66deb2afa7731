"""AC405."""

from ampsd.lint.rule import Rule


class StaleBaseline(Rule):
    """The baseline knows findings that no longer occur.

    They have been put right: write the baseline anew, so that they cannot come back unseen.
    """

    severity = "info"
    failing = "a baseline with an entry for a finding that is gone"
    passing = "the baseline written anew"
