"""AC108."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.message_types import MODULES, MessageTypeDefinition
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.definitions.transports import PROTOCOLS, TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NotRunning(Rule):
    """AMPS documents it, but this version of ampsd cannot do it.

    `ampsd run` refuses to start, because the instance would not do what the file says. `ampsd lint` tells it as a
    warning, so that files for AMPS itself can be checked; with `--profile strict` it is an error.
    """

    severity = "error"
    failing = "<RegexTopicSupport>false</RegexTopicSupport>"
    passing = "<RegexTopicSupport>true</RegexTopicSupport>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Message types and protocols of other modules; the rest is found where settings are read."""
        protocols = {one.definition.name: one.definition.module for one in subject.all_of(ProtocolDefinition)}
        for transport in subject.all_of(TransportDefinition):
            protocol = protocols.get(transport.definition.protocol)
            if protocol is not None and protocol not in PROTOCOLS:
                yield self.finding(
                    transport.span("protocol"),
                    f"protocol {transport.definition.protocol!r}, made of {protocol!r}, is AMPS's, but does not run"
                    " in this version",
                    f"Use one of {', '.join(PROTOCOLS)}.",
                )
        for one in subject.all_of(MessageTypeDefinition):
            name, module = one.definition.name, one.definition.module or one.definition.name
            if module not in MODULES:
                yield self.finding(
                    one.span("module"),
                    f"message type {name!r}, made of {module!r}, is AMPS's, but does not run in this version",
                    f"Use one of the modules {', '.join(MODULES)}.",
                )
