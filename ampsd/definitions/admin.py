"""Admin: the HTTP interface, its browser console, and statistics (User Guide, Monitoring Interface)."""

from ampsd.declare import BOOLEAN, INTERVAL, PATH, TEXT, Definition, option, ranged
from ampsd.definitions.kinds import PATTERN, URI
from ampsd.definitions.network import INET_ADDR, InetAddr
from ampsd.definitions.security import AuthenticationDefinition, EntitlementDefinition


class AdminDefinition(Definition, element="Admin"):
    """The HTTP interface, its browser console, and statistics (User Guide, Monitoring Interface)."""

    inet_addr: InetAddr | None = option(
        INET_ADDR,
        "Address that the HTTP interface listens on; without it there is none, but statistics are kept.",
        default=None,
    )
    file_name: str = option(
        PATH,
        "File of the statistics; :memory: keeps them in memory, and they end with the instance.",
        default=":memory:",
    )
    interval_ns: int = option(
        ranged(INTERVAL, low=1_000_000_000, text="at least 1s"),
        "Time between two samples of the statistics.",
        default=10_000_000_000,
    )
    www_authenticate: str = option(
        TEXT,
        'How browsers log on: Negotiate, NTLM, or Basic realm="..." with a realm.',
        xml="WWWAuthenticate",
        default="Negotiate",
        reload="live",
    )
    anonymous_paths: str | None = option(
        PATTERN,
        "Paths that need no log-on and no permission; without it, every path needs both.",
        default=None,
        reload="live",
    )
    headers: tuple[str, ...] = option(
        TEXT,
        "A header, written as HTTP has it, that every response gets.",
        xml="Header",
        repeatable=True,
        reload="live",
    )
    external_inet_addr: InetAddr | None = option(
        INET_ADDR, "Address of this interface that other instances are told.", default=None, reload="live"
    )
    access_control_allow_origin: str | None = option(
        PATTERN,
        "Origins that browsers may read responses from; without it, every origin.",
        default=None,
        reload="live",
    )
    session_options: str = option(
        TEXT, "Attributes of the session's cookie.", default="max-age=86400; path=/; HttpOnly", reload="live"
    )
    sql_transport: str | None = option(
        TEXT,
        "Transport of Protocol websocket that the console's queries use; without it, the console has no queries.",
        xml="SQLTransport",
        default=None,
        reload="live",
        refers_to="transport",
    )
    sql_transport_inet_addr: str | None = option(
        URI,
        "Address of that transport as browsers reach it; without it, the host of the console.",
        xml="SQLTransportInetAddr",
        default=None,
        reload="live",
    )
    galvanometer: bool = option(BOOLEAN, "Whether there is a browser console.", default=True, reload="live")
    certificate: str | None = option(PATH, "TLS certificate; with PrivateKey, the interface is HTTPS.", default=None)
    private_key: str | None = option(PATH, "TLS key that belongs to Certificate.", default=None)
    ciphers: str | None = option(TEXT, "TLS ciphers, as OpenSSL writes them.", default=None)
    authentication: AuthenticationDefinition | None = option(
        AuthenticationDefinition, "Who may use the interface; without it, as for the instance.", default=None
    )
    entitlement: EntitlementDefinition | None = option(
        EntitlementDefinition, "What its users may do; without it, as for the instance.", default=None
    )
