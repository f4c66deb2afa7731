"""AC111."""

from ampsd.lint.rule import Rule


class UnknownExtension(Rule):
    """An element of the ampsd namespace is not known.

    Settings that AMPS does not have are in the namespace `urn:ampsd:config:1`, in the place that they concern.
    """

    severity = "error"
    failing = '<ampsd:NoSuchThing xmlns:ampsd="urn:ampsd:config:1"/>'
    passing = "<Description>without it</Description>"
