"""Transports: where clients connect (User Guide, Transports)."""

from ampsd.declare import (
    BOOLEAN,
    BYTES,
    INTERVAL,
    MESSAGE_TYPE,
    MODULE_OPTIONS,
    NO_EFFECT,
    NOT_RUNNING,
    PATH,
    TEXT,
    TUNING,
    Definition,
    Kind,
    NotRunningError,
    one_of,
    option,
)
from ampsd.definitions.kinds import FILE_MASK, PERCENT, TLS_VERSIONS, TLS_VERSIONS_DEFAULT
from ampsd.definitions.network import INET_ADDR, InetAddr
from ampsd.definitions.security import AuthenticationDefinition, EntitlementDefinition

_NO_TLS = "Remove it and keep this transport on an address that only trusted hosts reach; TLS does not run yet."
_NO_SECURITY = "Remove it; this version lets every client do everything, so keep the transport on a trusted network."
_WEBSOCKET_ONLY = "Remove it; it concerns websocket transports, which do not run yet."
_UNIX_ONLY = "Remove it; it concerns transports of Type amps-unix, which do not run yet."


PROTOCOLS = ("amps", "json", "fix", "nvfix", "soap", "xml")
_OTHER_PROTOCOLS = ("websocket", "fix-session")


def _protocol(text: str) -> str:
    word = text.strip().lower()
    if not word:
        raise ValueError("the text is empty")
    if word in _OTHER_PROTOCOLS:
        raise NotRunningError(f"{word!r} is AMPS's, but does not run in this version", "Write amps.", word)
    if word in PROTOCOLS:
        return "amps" if word == "json" else word
    return text.strip()


def _deflate(text: str) -> bool:
    return text.strip().lower() != "disabled"


PROTOCOL = Kind("protocol", _protocol, pattern=r"[\s\S]*\S[\s\S]*", choices=(*PROTOCOLS, *_OTHER_PROTOCOLS))
DEFLATE = Kind("enabled or disabled", _deflate, choices=("enabled", "disabled"), pattern=r"[\s\S]*")
"""Every text but disabled means enabled."""
TRANSPORT_TYPE = one_of(
    "tcp",
    not_running=("tcps", "amps-replication", "amps-replication-secure", "amps-unix"),
    instead="Write tcp, or remove the Transport.",
)


TRANSPORT_FILTERS = ("amps-topic-translator", "amps-conflated-topic-translator")
"""Transport filters that need no entry in Modules."""


class TransportFilterDefinition(Definition, element="TransportFilter"):
    """A module that changes or refuses commands as they arrive (User Guide, Transports)."""

    module: str = option(
        TEXT, "A built-in transport filter, or the name of one in Modules.", reload="reconnect", refers_to="module"
    )
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options of the module.", default=None, reload="reconnect"
    )


class TransportDefinition(Definition, element="Transport"):
    """One listener that clients connect to (User Guide, Transports)."""

    name: str = option(TEXT, "Name of the transport, in the log and in actions.", reload="reconnect")
    type: str = option(TRANSPORT_TYPE, "Network the transport uses.", reload="reconnect")
    inet_addr: InetAddr | None = option(
        INET_ADDR,
        "Address to listen on: a port alone is every interface, IPv4 and IPv6; host:port and [address]:port are one."
        " Every type but amps-unix needs it.",
        default=None,
        reload="reconnect",
    )
    protocol: str = option(
        PROTOCOL,
        "Format of the commands; json is another word for amps.",
        default="amps",
        reload="reconnect",
        refers_to="protocol",
    )
    message_type: str | None = option(
        MESSAGE_TYPE,
        "The only message type of this transport. Without it, clients name theirs when they log on.",
        default=None,
        reload="reconnect",
        refers_to="message type",
    )
    initial_state: str = option(
        one_of("enabled", "disabled"), "Whether the transport listens from the start.", default="enabled"
    )
    reuse_addr: bool = option(
        BOOLEAN,
        "Whether to listen at once on an address whose last user has just gone.",
        default=True,
        marks=(TUNING,),
        advice="Remove it; the address is always reused.",
    )
    message_memory_limit_bytes: int | None = option(
        BYTES,
        "Memory for messages that clients have not read yet.",
        default=None,
    )
    message_disk_limit_bytes: int | None = option(
        BYTES,
        "Disk for messages that clients have not read yet.",
        default=None,
    )
    message_disk_path: str | None = option(PATH, "Directory of those messages.", default=None)
    client_message_age_limit_ns: int | None = option(
        INTERVAL,
        "Age of an unread message at which its client is disconnected.",
        default=None,
    )
    client_max_capacity: int | None = option(PERCENT, "Share of the limits that one client may use.", default=None)
    transport_filters: tuple[TransportFilterDefinition, ...] = option(
        TransportFilterDefinition,
        "Module that changes or refuses commands as they arrive; several take their turns in the order of the file.",
        repeatable=True,
        marks=(NOT_RUNNING,),
        advice="Remove it; commands are taken as they are.",
    )
    authentication: AuthenticationDefinition | None = option(
        AuthenticationDefinition,
        "Who may log on here; without it, as for the instance.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_NO_SECURITY,
    )
    entitlement: EntitlementDefinition | None = option(
        EntitlementDefinition,
        "What users of this transport may do; without it, as for the instance.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_NO_SECURITY,
    )
    certificate: str | None = option(PATH, "TLS certificate.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS)
    private_key: str | None = option(PATH, "TLS key.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS)
    ciphers: str | None = option(
        TEXT, "TLS ciphers, as OpenSSL writes them.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS
    )
    secure_socket_protocols: tuple[str, ...] = option(
        TLS_VERSIONS,
        "TLS versions that are accepted, separated by blanks.",
        default=TLS_VERSIONS_DEFAULT,
        marks=(NOT_RUNNING,),
        advice=_NO_TLS,
    )
    verify_client: bool = option(
        BOOLEAN, "Whether clients must show a certificate.", default=False, marks=(NOT_RUNNING,), advice=_NO_TLS
    )
    ca_file: str | None = option(
        PATH, "Trusted certificates, one file.", xml="CAFile", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS
    )
    ca_path: str | None = option(
        PATH, "Trusted certificates, a directory.", xml="CAPath", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS
    )
    file_name: str | None = option(PATH, "Socket file.", default=None, marks=(NO_EFFECT,), advice=_UNIX_ONLY)
    file_mask: int | None = option(
        FILE_MASK, "Permissions of the socket file.", default=None, marks=(NO_EFFECT,), advice=_UNIX_ONLY
    )
    per_message_deflate: bool = option(
        DEFLATE,
        "Whether websocket messages are compressed; every text but disabled means that they are.",
        default=True,
        marks=(NO_EFFECT,),
        advice=_WEBSOCKET_ONLY,
    )
    http_headers: tuple[str, ...] = option(
        TEXT,
        "Header sent when a websocket opens.",
        xml="HTTPHeader",
        repeatable=True,
        marks=(NO_EFFECT,),
        advice=_WEBSOCKET_ONLY,
    )


class TransportsDefinition(Definition, element="Transports"):
    """The listeners that clients connect to (User Guide, Transports)."""

    transports: tuple[TransportDefinition, ...] = option(
        TransportDefinition, "One listener.", repeatable=True, reload="reconnect"
    )
