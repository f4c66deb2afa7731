"""AC402."""

from ampsd.lint.rule import Rule


class SuppressionOfUnknownRule(Rule):
    """A comment suppresses a rule that does not exist.

    Write the code or the name of a rule; all are listed in the reference.
    """

    severity = "error"
    failing = (
        '<Logging><!-- ampsd-lint disable=no-levels reason="as wanted" -->'
        "<Target><Protocol>stdout</Protocol></Target></Logging>"
    )
    passing = (
        '<Logging><!-- ampsd-lint disable=no-level reason="as wanted" -->'
        "<Target><Protocol>stdout</Protocol></Target></Logging>"
    )
