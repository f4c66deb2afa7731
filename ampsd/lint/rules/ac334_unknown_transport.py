"""AC334."""

from collections.abc import Iterable

from ampsd.config.advice import nearest
from ampsd.config.finding import Finding
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, literal
from ampsd.lint.subject import Subject


class UnknownTransport(Rule):
    """A step names a transport that does not exist.

    It can do nothing (User Guide, Manage Transports).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-disable-transport</Module><Options><Transport>any-tpc</Transport></Options>"
        "</Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-disable-transport</Module><Options><Transport>any-tcp</Transport></Options>"
        "</Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every option that names a transport."""
        if subject.has_unbuilt(TransportDefinition):
            return
        known = [one.definition.name for one in subject.all_of(TransportDefinition)]
        for _, step in all_steps(subject):
            for option in step.definition.declared:
                if option.refers_to != "transport":
                    continue
                name = literal(getattr(step.definition, option.attribute))
                if name and name not in (*known, "amps-admin"):
                    yield self.finding(
                        step.span(option.attribute), f"there is no transport {name!r}", nearest(name, known)
                    )
