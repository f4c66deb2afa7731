"""AC014."""

from ampsd.lint.rule import Rule


class IncludeCycle(Rule):
    """A file includes itself, directly or through others.

    Such a configuration has no end. The finding names the files of the circle.
    """

    severity = "error"
    failing = "<AMPSConfig><Name>Orders</Name><Include>config.xml</Include></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
