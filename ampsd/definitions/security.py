"""Who may log on, what users may do, and how the instance logs on to others (User Guide, Securing AMPS)."""

from ampsd.declare import MODULE_OPTIONS, TEXT, Definition, option

AUTHENTICATION_MODULES = (
    "amps-default-authentication-module",
    "amps-implicit-authentication-module",
    "amps-default-no-authentication-module",
)
"""Authentication modules that need no entry in Modules. The last one refuses everybody."""
ENTITLEMENT_MODULES = ("amps-default-entitlement-module", "amps-default-no-entitlement-module")
"""Entitlement modules that need no entry in Modules. The last one allows nothing."""
AUTHENTICATOR_MODULES = ("amps-default-authenticator-module",)
"""Authenticator modules that need no entry in Modules."""


class AuthenticationDefinition(Definition, element="Authentication"):
    """Who may log on: a module decides it (User Guide, Securing AMPS)."""

    module: str = option(
        TEXT, "A built-in authentication module, or the name of one in Modules.", reload="reconnect", refers_to="module"
    )
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options of the module; they win over those in Modules.", default=None, reload="reconnect"
    )


class EntitlementDefinition(Definition, element="Entitlement"):
    """What users may do: a module decides it (User Guide, Securing AMPS)."""

    module: str = option(
        TEXT, "A built-in entitlement module, or the name of one in Modules.", reload="reconnect", refers_to="module"
    )
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options of the module; they win over those in Modules.", default=None, reload="reconnect"
    )


class AuthenticatorDefinition(Definition, element="Authenticator"):
    """How the instance logs on to others: a module gives the user and password (User Guide, Securing AMPS)."""

    module: str = option(
        TEXT, "A built-in authenticator module, or the name of one in Modules.", reload="reconnect", refers_to="module"
    )
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options of the module; they win over those in Modules.", default=None, reload="reconnect"
    )
