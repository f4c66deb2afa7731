"""AC403."""

from ampsd.lint.rule import Rule


class UnusedSuppression(Rule):
    """A comment suppresses a finding that is not there.

    What it was about has been put right, or the comment does not stand directly before the element.
    """

    severity = "warning"
    failing = (
        '<Logging><!-- ampsd-lint disable=no-level reason="as wanted" -->'
        "<Target><Protocol>stdout</Protocol><Level>info</Level></Target></Logging>"
    )
    passing = (
        '<Logging><!-- ampsd-lint disable=no-level reason="as wanted" -->'
        "<Target><Protocol>stdout</Protocol></Target></Logging>"
    )
