"""AC112."""

from ampsd.lint.rule import Rule


class ForeignNamespace(Rule):
    """An element is in a namespace that means nothing here.

    AMPSConfig has no namespace, and settings of ampsd are in `urn:ampsd:config:1`.
    """

    severity = "error"
    failing = '<Description xmlns="http://example.org/">orders</Description>'
    passing = "<Description>orders</Description>"
