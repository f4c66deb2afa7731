"""AC018."""

from ampsd.lint.rule import Rule


class IncludeShape(Rule):
    """An Include is not a path alone.

    `<Include>PATH</Include>` may have the attribute comment, true or false, which says whether comments show where
    the included text begins and ends. It has no other attribute and no elements inside.
    """

    severity = "error"
    failing = '<AMPSConfig><Name>Orders</Name><Include file="more.xml"/></AMPSConfig>'
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
