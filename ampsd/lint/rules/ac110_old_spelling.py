"""AC110."""

from ampsd.lint.rule import Rule


class OldSpelling(Rule):
    """An older spelling of an element is used.

    It means the same, and AMPS still reads it. New files use the name of the current guide; `--fix` writes it.
    """

    severity = "info"
    failing = "<SOWStatisticsInterval>10s</SOWStatisticsInterval>"
    passing = "<SOWStatsInterval>10s</SOWStatsInterval>"
