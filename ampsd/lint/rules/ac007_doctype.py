"""AC007."""

from ampsd.lint.rule import Rule


class Doctype(Rule):
    """The file has a DOCTYPE.

    Document types and entities are refused: they can read other files, reach into the network, and grow without
    bound. Use `${NAME}` for values and `Include` for files.
    """

    severity = "error"
    failing = '<!DOCTYPE AMPSConfig [<!ENTITY n "Orders">]><AMPSConfig><Name>&n;</Name></AMPSConfig>'
    passing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
