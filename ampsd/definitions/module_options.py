"""Which class holds the options of a module: those that AMPS documents are known, all others are free.

A module is known by its built-in name, or by the shared object that its entry in Modules names. A module's options
stand where it is used, and in Modules as defaults for every use: what is needed may be given in either place
(User Guide, Auxiliary Modules).
"""

from collections.abc import Collection, Iterable

from ampsd.declare import Definition, Option
from ampsd.definitions import security_modules as security
from ampsd.definitions import topic_modules as topics
from ampsd.definitions.modules import NEEDED

MODULES_ENTRY = "Module"
"""The element that holds the options of a shared object as defaults."""

_PLACES: dict[str, tuple[tuple[str, ...], type[Definition]]] = {
    "amps-default-authentication-module": (("Authentication",), security.DefaultAuthenticationOptions),
    "amps-implicit-authentication-module": (("Authentication",), security.ImplicitAuthenticationOptions),
    "amps-default-authenticator-module": (("Authenticator",), security.DefaultAuthenticatorOptions),
    "libamps_http_entitlement": (("Authentication", "Entitlement"), security.HttpEntitlementOptions),
    "libamps_oauth_authentication": (("Authentication",), security.OauthOptions),
    "libamps_multi_authentication": (("Authentication",), security.MultiAuthenticationOptions),
    "libamps_multi_authenticator": (("Authenticator",), security.MultiAuthenticatorOptions),
    "libamps_exec_authenticator": (("Authenticator",), security.ExecAuthenticatorOptions),
    "libamps_simple_access_entitlement": (("Entitlement",), security.SimpleAccessOptions),
    "libamps_udf_experimental": ((), topics.ExperimentalFunctionOptions),
    "libamps_id_chaining_key_generator": (("KeyGenerator",), topics.ChainingKeyOptions),
    "libamps_id_chaining_generator": (("KeyGenerator",), topics.ChainingKeyOptions),
    "amps-topic-translator": (("TransportFilter",), topics.TopicTranslatorOptions),
    "amps-conflated-topic-translator": (("TransportFilter",), topics.ConflatedTranslatorOptions),
    "libamps_transport_filter_correlation_id_timestamper": (("TransportFilter",), topics.TimestamperOptions),
}
"""Built-in name, or stem of the shared object -> the elements where it is used, and the class of its options."""

_ALTERNATIVES = {
    ("Entitlement", "ResourceURI"): ("CredentialStore",),
    ("KeyGenerator", "Key"): ("Primary", "Secondary"),
}
"""Element of use and option -> the options that will do instead."""


def known_modules() -> tuple[str, ...]:
    """Built-in names and stems of shared objects whose options are known."""
    return tuple(_PLACES)


def library_stem(path: str) -> str:
    """The shared object's name, without its directory, `.so` and version."""
    return path.strip().rpartition("/")[2].partition(".so")[0]


def options_class(place: str, module: str) -> type[Definition] | None:
    """What the Options of `module`, a built-in name or a stem, hold inside the element `place`; None if not known."""
    places, cls = _PLACES.get(module, ((), None))
    is_entry = place == MODULES_ENTRY and module.startswith("lib")
    return cls if place in places or is_entry else None


def lacking(place: str, cls: type[Definition], given: Collection[str]) -> Iterable[Option]:
    """Options that are needed at a place of use, but are not among the `given` elements, there and in Modules."""
    for one in cls.declared:
        enough = (*one.contents, *_ALTERNATIVES.get((place, one.xml), ()))
        if NEEDED in one.marks and not any(name in given for name in enough):
            yield one
