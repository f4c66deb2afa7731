"""Transports: where clients connect (User Guide, Transports)."""

import re

from ampsd.declare import (
    ANY,
    BOOLEAN,
    BYTES,
    FREE_TEXT,
    INTERVAL,
    MESSAGE_TYPE,
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
from ampsd.definitions.network import INET_ADDR, InetAddr

_PERCENT = re.compile(r"\s*([0-9]{1,3})\s*%?\s*\Z")

_NO_TLS = "Remove it and keep this transport on an address that only trusted hosts reach; TLS does not run yet."
_NO_SECURITY = "Remove it; this version lets every client do everything, so keep the transport on a trusted network."
_FIXED_LIMIT = "Remove it; a client that does not read is disconnected when it owes 256 MB, whatever is set here."
_WEBSOCKET_ONLY = "Remove it; it concerns websocket transports, which do not run yet."
_UNIX_ONLY = "Remove it; it concerns transports of Type amps-unix, which do not run yet."


def _percent(text: str) -> int:
    match = _PERCENT.match(text)
    if match is None or int(match.group(1)) > 100:
        raise ValueError(f"{text.strip()!r} is not a percentage: write a number from 0 to 100, such as 50%")
    return int(match.group(1))


PROTOCOLS = ("amps", "json")
_OTHER_PROTOCOLS = ("websocket", "fix-session", "fix", "nvfix", "soap", "xml")


def _protocol(text: str) -> str:
    word = text.strip().lower()
    if not word:
        raise ValueError("the text is empty")
    if word in _OTHER_PROTOCOLS:
        raise NotRunningError(f"{word!r} is AMPS's, but does not run in this version", "Write amps.")
    return "amps" if word in PROTOCOLS else text.strip()


PERCENT = Kind("percentage", _percent, pattern=r"\s*[0-9]{1,3}\s*%?\s*")
PROTOCOL = Kind("protocol", _protocol, pattern=r"[\s\S]*\S[\s\S]*", choices=(*PROTOCOLS, *_OTHER_PROTOCOLS))
TRANSPORT_TYPE = one_of(
    "tcp",
    not_running=("tcps", "amps-replication", "amps-replication-secure", "amps-unix"),
    instead="Write tcp, or remove the Transport.",
)


class TransportDefinition(Definition, element="Transport"):
    """One listener that clients connect to (User Guide, Transports)."""

    name: str = option(TEXT, "Name of the transport, in the log and in actions.", reload="reconnect")
    type: str = option(TRANSPORT_TYPE, "Network the transport uses.", reload="reconnect")
    inet_addr: InetAddr = option(
        INET_ADDR,
        "Address to listen on: a port alone is every interface, IPv4 and IPv6; host:port and [address]:port are one.",
        reload="reconnect",
    )
    protocol: str = option(
        PROTOCOL, "Format of the commands; json is another word for amps.", default="amps", reload="reconnect"
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
        marks=(NO_EFFECT,),
        advice=_FIXED_LIMIT,
    )
    message_disk_limit_bytes: int | None = option(
        BYTES,
        "Disk for messages that clients have not read yet.",
        default=None,
        marks=(NO_EFFECT,),
        advice=_FIXED_LIMIT,
    )
    message_disk_path: str | None = option(
        PATH, "Directory of those messages.", default=None, marks=(NO_EFFECT,), advice=_FIXED_LIMIT
    )
    client_message_age_limit_ns: int | None = option(
        INTERVAL,
        "Age of an unread message at which its client is disconnected.",
        default=None,
        marks=(NO_EFFECT,),
        advice=_FIXED_LIMIT,
    )
    client_max_capacity: int | None = option(
        PERCENT, "Share of the limits that one client may use.", default=None, marks=(NO_EFFECT,), advice=_FIXED_LIMIT
    )
    transport_filters: tuple[str, ...] = option(
        ANY,
        "Module that changes or refuses commands as they arrive.",
        xml="TransportFilter",
        repeatable=True,
        marks=(NOT_RUNNING,),
        advice="Remove it; commands are taken as they are.",
    )
    authentication: str | None = option(
        ANY, "Who may log on here.", default=None, marks=(NOT_RUNNING,), advice=_NO_SECURITY
    )
    entitlement: str | None = option(
        ANY, "What users of this transport may do.", default=None, marks=(NOT_RUNNING,), advice=_NO_SECURITY
    )
    certificate: str | None = option(PATH, "TLS certificate.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS)
    private_key: str | None = option(PATH, "TLS key.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS)
    ciphers: str | None = option(
        TEXT, "TLS ciphers, as OpenSSL writes them.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS
    )
    secure_socket_protocols: str | None = option(
        TEXT, "TLS versions, separated by blanks.", default=None, marks=(NOT_RUNNING,), advice=_NO_TLS
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
    file_mask: str | None = option(
        TEXT, "Permissions of the socket file.", default=None, marks=(NO_EFFECT,), advice=_UNIX_ONLY
    )
    per_message_deflate: str | None = option(
        FREE_TEXT,
        "Whether websocket messages are compressed.",
        default=None,
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
