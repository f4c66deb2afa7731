"""Protocols: formats of commands with settings of their own (User Guide, Transports)."""

from ampsd.declare import BOOLEAN, TEXT, Definition, Kind, option

BUILT_IN = ("amps", "json", "websocket", "fix-session", "fix", "nvfix", "soap", "xml")
"""Protocols that need no declaration."""


def _module(text: str) -> str:
    word = str(TEXT.parse(text))
    lower = word.lower()
    if lower == "json":
        return "amps"
    return lower if lower in BUILT_IN else word


PROTOCOL_MODULE = Kind("protocol module", _module, pattern=TEXT.pattern, choices=BUILT_IN)


class ProtocolDefinition(Definition, element="Protocol"):
    """A protocol with settings of its own (User Guide, Transports)."""

    name: str = option(TEXT, "Name that transports use.")
    module: str = option(
        PROTOCOL_MODULE,
        "Protocol it is made of: a built-in one (json is another word for amps), or the name of a module in Modules.",
        refers_to="module",
    )
    www_authenticate: str | None = option(
        TEXT,
        'How browsers log on to a websocket: Negotiate, or Basic realm="..." with a realm.',
        xml="WWWAuthenticate",
        default=None,
    )
    trusted_admin: bool = option(
        BOOLEAN, "Whether the session of the admin interface's console is a log-on to a websocket.", default=False
    )
    http_headers: tuple[str, ...] = option(
        TEXT,
        "A header, written as HTTP has it, that is sent when a websocket opens.",
        xml="HTTPHeader",
        repeatable=True,
    )


class ProtocolsDefinition(Definition, element="Protocols"):
    """Protocols with settings of their own (User Guide, Transports)."""

    protocols: tuple[ProtocolDefinition, ...] = option(ProtocolDefinition, "One protocol.", repeatable=True)
