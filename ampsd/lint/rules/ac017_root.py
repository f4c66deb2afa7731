"""AC017."""

from ampsd.lint.rule import Rule


class Root(Rule):
    """The file does not hold exactly one AMPSConfig element.

    Everything stands inside one `<AMPSConfig>`, which is in no namespace. Only an included file may be a fragment,
    and a snippet that is started with `--dev`.
    """

    severity = "error"
    failing = "<AmpsConfig><Name>Orders</Name></AmpsConfig>"
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
