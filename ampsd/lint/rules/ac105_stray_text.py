"""AC105."""

from ampsd.lint.rule import Rule


class StrayText(Rule):
    """Text stands where only elements may.

    Often a tag was lost, or the dots of an example were copied along.
    """

    severity = "error"
    failing = "<Transports>...</Transports>"
    passing = (
        "<Transports><Transport><Name>any</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>"
    )
