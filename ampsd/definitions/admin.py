"""Admin: the HTTP interface, its browser console, and statistics (User Guide, Monitoring Interface)."""

from ampsd.declare import BOOLEAN, INTERVAL, NO_EFFECT, NOT_RUNNING, PATH, TEXT, Definition, option, ranged
from ampsd.definitions.kinds import PATTERN, URI
from ampsd.definitions.network import INET_ADDR, InetAddr
from ampsd.definitions.security import AuthenticationDefinition, EntitlementDefinition


class AdminDefinition(Definition, element="Admin"):
    """The HTTP interface, its browser console, and statistics (User Guide, Monitoring Interface)."""

    inet_addr: InetAddr | None = option(
        INET_ADDR,
        "Address of the HTTP interface, without a host on the loopback; without InetAddr there is none.",
        default=None,
    )
    file_name: str = option(
        PATH,
        "File of the statistics, a SQLite database; :memory: keeps the latest in memory.",
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
        marks=(NOT_RUNNING,),
        advice="Remove it; whoever reaches the address may use the interface, so keep it on the loopback.",
    )
    anonymous_paths: str | None = option(
        PATTERN,
        "Paths that need no log-on and no permission; without it, every path needs both.",
        default=None,
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; no path needs a log-on yet.",
    )
    headers: tuple[str, ...] = option(
        TEXT,
        "A header, written as HTTP has it, that every response gets.",
        xml="Header",
        repeatable=True,
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; responses have the headers of this version only.",
    )
    external_inet_addr: InetAddr | None = option(
        INET_ADDR,
        "Address of this interface that other instances are told.",
        default=None,
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; other instances are not told of this one yet.",
    )
    access_control_allow_origin: str | None = option(
        PATTERN,
        "Origins that browsers may read responses from; without it, every origin.",
        default=None,
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; pages of other sites may not read responses.",
    )
    session_options: str = option(
        TEXT,
        "Attributes of the session's cookie.",
        default="max-age=86400; path=/; HttpOnly",
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; there are no sessions of browsers yet.",
    )
    sql_transport: str | None = option(
        TEXT,
        "Transport of Protocol websocket that the console's queries use; without it, the console has no queries.",
        xml="SQLTransport",
        default=None,
        reload="live",
        refers_to="transport",
        marks=(NO_EFFECT,),
        advice="Remove it; there is no browser console yet.",
    )
    sql_transport_inet_addr: str | None = option(
        URI,
        "Address of that transport as browsers reach it; without it, the host of the console.",
        xml="SQLTransportInetAddr",
        default=None,
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; there is no browser console yet.",
    )
    galvanometer: bool = option(
        BOOLEAN,
        "Whether there is a browser console.",
        default=True,
        reload="live",
        marks=(NO_EFFECT,),
        advice="Remove it; there is no browser console yet.",
    )
    certificate: str | None = option(
        PATH,
        "TLS certificate; with PrivateKey, the interface is HTTPS.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; the interface is plain HTTP, so keep it on the loopback.",
    )
    private_key: str | None = option(
        PATH,
        "TLS key that belongs to Certificate.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; the interface is plain HTTP, so keep it on the loopback.",
    )
    ciphers: str | None = option(
        TEXT,
        "TLS ciphers, as OpenSSL writes them.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; the interface is plain HTTP, so keep it on the loopback.",
    )
    authentication: AuthenticationDefinition | None = option(
        AuthenticationDefinition,
        "Who may use the interface; without it, as for the instance.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; whoever reaches the address may use the interface, so keep it on the loopback.",
    )
    entitlement: EntitlementDefinition | None = option(
        EntitlementDefinition,
        "What its users may do; without it, as for the instance.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; whoever reaches the address may use the interface, so keep it on the loopback.",
    )
