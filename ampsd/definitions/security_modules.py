"""Options of the modules for authentication, entitlement and authenticators, one class for each module.

User Guide, Securing AMPS, and Auxiliary Modules. Which class is whose says `module_options`.
"""

from ampsd import units
from ampsd.declare import BOOLEAN, BYTES, COUNT, PATH, SECRET, TEXT, Definition, Kind, one_of, option, ranged
from ampsd.definitions.kinds import INTERVAL_OR_MILLISECONDS, MILLISECONDS, PATTERN, URI
from ampsd.definitions.modules import NEEDED

_PORT = ranged(COUNT, low=1, high=65535, text="1 to 65535")


def _flag(text: str) -> bool:
    return units.boolean(text) if text.strip() else True


FLAG = Kind("nothing, or a boolean", _flag)
"""An element that is empty: being there is what it says."""


class DefaultAuthenticationOptions(Definition, element="Options"):
    """Options of amps-default-authentication-module, which takes every password (User Guide, Securing AMPS)."""

    allow_spoofing: bool = option(
        BOOLEAN, "Whether a client is the user that it says it is.", default=False, reload="reconnect"
    )
    require_logon: bool = option(BOOLEAN, "Whether clients must log on.", default=True, reload="reconnect")
    require_username: bool = option(
        BOOLEAN,
        "Whether a log-on must have a user name.",
        default=False,
        reload="reconnect",
    )


class ImplicitAuthenticationOptions(Definition, element="Options"):
    """Options of amps-implicit-authentication-module: clients need not log on (User Guide, Securing AMPS)."""

    allow_spoofing: bool = option(
        BOOLEAN, "Whether a client is the user that it says it is.", default=False, reload="reconnect"
    )


class DefaultAuthenticatorOptions(Definition, element="Options"):
    """Options of amps-default-authenticator-module; of the passwords, one is given (User Guide, Securing AMPS)."""

    user: str | None = option(
        TEXT, "User name that is sent; without it, that of the process.", default=None, reload="reconnect"
    )
    password: str | None = option(TEXT, "Password that is sent.", default=None, reload="reconnect", marks=(SECRET,))
    password_file_name: str | None = option(PATH, "File that holds the password.", default=None, reload="reconnect")
    password_environment_variable: str | None = option(
        TEXT, "Environment variable that holds the password.", default=None, reload="reconnect"
    )


class WebServiceOptions(Definition, element="Options"):
    """What modules that ask a web service have in common (User Guide, Auxiliary Modules)."""

    request_timeout_ns: int = option(
        MILLISECONDS,
        "Longest wait for an answer, in milliseconds.",
        default=5_000_000_000,
        reload="live",
    )
    retry_count: int = option(COUNT, "Further attempts after one that failed.", default=0, reload="live")
    http_headers: tuple[str, ...] = option(
        TEXT, "A header, written as HTTP has it, of each request.", xml="HTTPHeader", repeatable=True, reload="live"
    )
    certificate: str | None = option(
        PATH, "TLS certificate of this instance for the service.", default=None, reload="live"
    )
    key: str | None = option(PATH, "File of the TLS key that belongs to Certificate.", default=None, reload="live")
    ca_key: str | None = option(
        PATH,
        "File of the authority that the service is verified with; needed unless AllowUnverifiedPeer is true.",
        xml="CAKey",
        default=None,
        reload="live",
    )
    allow_unverified_peer: bool = option(BOOLEAN, "Whether the service may be anyone.", default=False, reload="live")
    allow_self_signed: bool = option(
        BOOLEAN, "Whether the service may have a certificate that it signed itself.", default=False, reload="live"
    )


class HttpEntitlementOptions(WebServiceOptions, element="Options"):
    """Options of libamps_http_entitlement: a web service tells who may do what (User Guide, Auxiliary Modules)."""

    resource_uri: str | None = option(
        URI,
        "Address of a user's permissions; {{USER_NAME}} stands for the user.",
        xml="ResourceURI",
        default=None,
        marks=(NEEDED,),
        reload="live",
    )
    credential_store: str | None = option(
        TEXT, "Name that permissions are remembered under; without it, the ResourceURI.", default=None, reload="live"
    )
    connection_timeout_ns: int = option(
        MILLISECONDS, "Longest wait for a connection, in milliseconds.", default=2_000_000_000, reload="live"
    )
    entitlement_timeout_ns: int | None = option(
        INTERVAL_OR_MILLISECONDS,
        "How long permissions hold, in whole seconds; a bare number is milliseconds. Without it, as long as a user"
        " is connected.",
        default=None,
        reload="live",
    )
    reuse_connections: bool = option(
        BOOLEAN, "Whether connections to the service are kept; only in Modules.", default=False, reload="live"
    )
    server_accepts_empty_auth_id: bool = option(
        BOOLEAN, "Whether the service is asked about log-ons without a user name too.", default=False, reload="live"
    )
    entitlement_only: bool = option(
        FLAG,
        "An empty element that says: permissions only, no log-on; only in Modules.",
        synonyms=("EntitlementsOnly",),
        default=False,
        reload="reconnect",
    )


class OauthOptions(WebServiceOptions, element="Options"):
    """Options of libamps_oauth_authentication: an OAuth server tells who may log on (User Guide, Securing AMPS)."""

    token_endpoint: str | None = option(
        URI, "Address of the server that gives tokens.", default=None, marks=(NEEDED,), reload="reconnect"
    )
    redirect_uri: str | None = option(
        URI,
        "Address that the server sends users back to.",
        xml="RedirectURI",
        default=None,
        marks=(NEEDED,),
        reload="reconnect",
    )
    client_id: str | None = option(
        TEXT,
        "What the server knows this instance by.",
        xml="ClientID",
        default=None,
        marks=(NEEDED,),
        reload="reconnect",
    )
    client_secret: str | None = option(
        TEXT, "Password of this instance at the server.", default=None, marks=(NEEDED, SECRET), reload="reconnect"
    )
    grant_type: str = option(TEXT, "Kind of grant that is asked for.", default="authorization_code", reload="reconnect")


class MultiAuthenticationOptions(Definition, element="Options"):
    """Options of libamps_multi_authentication: Kerberos or LDAP tells who may log on.

    User Guide, Auxiliary Modules.
    """

    kerberos_keytab: str | None = option(
        PATH, "Keytab file; it needs Kerberos.SPN.", xml="Kerberos.Keytab", default=None, reload="reconnect"
    )
    kerberos_spn: str | None = option(
        TEXT,
        "Service principal; it needs Kerberos.Keytab.",
        xml="Kerberos.SPN",
        default=None,
        reload="reconnect",
    )
    ldap_host: str | None = option(
        TEXT, "Host of the LDAP server; every LDAP option needs it.", xml="LDAP.Host", default=None, reload="reconnect"
    )
    ldap_port: int = option(_PORT, "Port of the LDAP server.", xml="LDAP.Port", default=389, reload="reconnect")
    ldap_protocol_version: int = option(
        COUNT, "Version of LDAP.", xml="LDAP.ProtocolVersion", default=2, reload="reconnect"
    )
    ldap_base_dn: str | None = option(
        TEXT, "Distinguished name below which users are sought.", xml="LDAP.BaseDN", default=None, reload="reconnect"
    )
    ldap_service_account_dn: str | None = option(
        TEXT,
        "Distinguished name of the account that users are looked up with.",
        xml="LDAP.ServiceAccountDN",
        default=None,
        reload="reconnect",
    )
    ldap_service_account_password_file: str | None = option(
        PATH,
        "File that holds that account's password.",
        xml="LDAP.ServiceAccountPasswordFile",
        default=None,
        reload="reconnect",
    )
    allow_anonymous: bool = option(
        BOOLEAN, "Whether a log-on without a password is let in, as nobody.", default=False, reload="reconnect"
    )
    default_authentication_mechanism: str | None = option(
        one_of("Kerberos", "LDAP"),
        "What is asked when a password does not tell its kind.",
        default=None,
        reload="reconnect",
    )


class MultiAuthenticatorOptions(Definition, element="Options"):
    """Options of libamps_multi_authenticator: a Kerberos ticket or password is sent (User Guide, Auxiliary Modules)."""

    kerberos_keytab: str | None = option(
        PATH, "Keytab file; it needs Kerberos.SPN.", xml="Kerberos.Keytab", default=None, reload="reconnect"
    )
    kerberos_spn: str | None = option(
        TEXT,
        "Service principal; it needs Kerberos.Keytab.",
        xml="Kerberos.SPN",
        default=None,
        reload="reconnect",
    )
    ldap_username: str | None = option(
        TEXT,
        "User name that is sent; it needs LDAP.PasswordFile.",
        xml="LDAP.Username",
        default=None,
        reload="reconnect",
    )
    ldap_password_file: str | None = option(
        PATH,
        "File that holds the password; it needs LDAP.Username.",
        xml="LDAP.PasswordFile",
        default=None,
        reload="reconnect",
    )


class ExecAuthenticatorOptions(Definition, element="Options"):
    """Options of libamps_exec_authenticator: what a program writes is the password (User Guide, Auxiliary Modules)."""

    command: str | None = option(
        TEXT,
        "Program whose output is the password; {{AMPS_USER_NAME}} stands for the user.",
        default=None,
        marks=(NEEDED,),
        reload="reconnect",
    )
    max_length_bytes: int = option(BYTES, "Bytes that are read of the output.", default=1024, reload="reconnect")
    user_name: str | None = option(TEXT, "User name that is sent.", default=None, marks=(NEEDED,), reload="reconnect")


class SimpleAccessOptions(Definition, element="Options"):
    """Options of libamps_simple_access_entitlement: the same permissions for everybody; it needs one of the topics.

    User Guide, Auxiliary Modules.
    """

    allowed_topics: str = option(
        PATTERN, "Topics, or paths of the admin interface, that may be used.", default=".*", reload="reconnect"
    )
    denied_topics: str | None = option(
        PATTERN, "Topics, or paths, of the allowed ones that may not be used.", default=None, reload="reconnect"
    )
    granted_permissions: str | None = option(
        one_of("read", "write"),
        "The only permission that is given; without it, both.",
        default=None,
        reload="reconnect",
    )
