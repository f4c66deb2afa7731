"""AC224."""

from collections.abc import Iterable

from ampsd.config.advice import did_you_mean
from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.functions import FunctionDefinition
from ampsd.definitions.modules import ModuleDefinition
from ampsd.definitions.security import (
    AUTHENTICATION_MODULES,
    AUTHENTICATOR_MODULES,
    ENTITLEMENT_MODULES,
    AuthenticationDefinition,
    AuthenticatorDefinition,
    EntitlementDefinition,
)
from ampsd.definitions.sow_topics import KeyGeneratorDefinition
from ampsd.definitions.transports import TRANSPORT_FILTERS, TransportFilterDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_USES: tuple[tuple[type[Definition], tuple[str, ...]], ...] = (
    (AuthenticationDefinition, AUTHENTICATION_MODULES),
    (EntitlementDefinition, ENTITLEMENT_MODULES),
    (AuthenticatorDefinition, AUTHENTICATOR_MODULES),
    (TransportFilterDefinition, TRANSPORT_FILTERS),
    (KeyGeneratorDefinition, ()),
    (FunctionDefinition, ()),
)


class UnknownModule(Rule):
    """A module is used that is neither built in nor in Modules.

    AMPS does not start with it (User Guide, Optionally-Loaded Modules).
    """

    severity = "error"
    failing = "<Authentication><Module>my-modul</Module></Authentication>"
    passing = (
        "<Modules><Module><Name>my-module</Name><Library>libmine.so</Library></Module></Modules>"
        "<Authentication><Module>my-module</Module></Authentication>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every use of a module, against those of its kind and those of the Modules section."""
        if subject.has_unbuilt(ModuleDefinition):
            return
        loaded = [one.definition.name for one in subject.all_of(ModuleDefinition)]
        for cls, built_in in _USES:
            for placed in subject.all_of(cls):
                name = str(getattr(placed.definition, "module", ""))
                known = [*built_in, *loaded]
                if name not in known:
                    yield self.finding(
                        placed.span("module"),
                        f"there is no module {name!r}",
                        did_you_mean(name, known) or "Add it to <Modules>, with its Name and Library.",
                    )
