"""AC240."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_EVERY = (None, "0.0.0.0", "::")  # noqa: S104 - looked for, never bound


class AdminOpenToAll(Rule):
    """The admin interface listens on every address, and nobody has to log on.

    It can disconnect clients and read everything. Give it an address of this machine, or Authentication (User Guide,
    Configuring Monitoring).
    """

    severity = "warning"
    is_strict_only = True
    failing = "<Admin><InetAddr>8085</InetAddr></Admin>"
    passing = "<Admin><InetAddr>localhost:8085</InetAddr></Admin>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The Admin without Authentication, neither its own nor the instance's."""
        if any(one.is_set("authentication") for one in subject.all_of(InstanceDefinition)):
            return
        for admin in subject.all_of(AdminDefinition):
            address = admin.definition.inet_addr
            if address is not None and address.host in _EVERY and not admin.is_set("authentication"):
                yield self.finding(
                    admin.span("inet_addr"),
                    f"the admin interface is open to everybody who can reach port {address.port}",
                    f"Write localhost:{address.port}, or add <Authentication>.",
                )
