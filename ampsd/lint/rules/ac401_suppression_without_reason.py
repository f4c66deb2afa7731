"""AC401."""

from ampsd.lint.rule import Rule


class SuppressionWithoutReason(Rule):
    """A comment suppresses findings, but does not say why.

    The reason tells who reads the file next whether the suppression still holds.
    """

    severity = "error"
    failing = "<Logging><!-- ampsd-lint disable=no-level --><Target><Protocol>stdout</Protocol></Target></Logging>"
    passing = (
        '<Logging><!-- ampsd-lint disable=no-level reason="it is switched on by hand" -->'
        "<Target><Protocol>stdout</Protocol></Target></Logging>"
    )
