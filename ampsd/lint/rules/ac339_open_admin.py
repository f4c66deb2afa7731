"""AC339."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.admin import AdminDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_LOOPBACK = ("localhost", "::1")


class OpenAdmin(Rule):
    """The admin interface can be reached from other machines, and asks nobody who they are.

    Whoever reaches it can pause queues and end messages. Without a host it is on the loopback (User Guide, Configuring
    Monitoring).
    """

    severity = "warning"
    failing = "<Admin><InetAddr>0.0.0.0:8085</InetAddr></Admin>"
    passing = "<Admin><InetAddr>127.0.0.1:8085</InetAddr></Admin>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The Admin."""
        for admin in subject.all_of(AdminDefinition):
            address = admin.definition.inet_addr
            host = None if address is None else address.host
            if host is not None and host not in _LOOPBACK and not host.startswith("127."):
                yield self.finding(
                    admin.span("inet_addr"),
                    f"the admin interface listens on {address}, where other machines can reach it without a password",
                    "Write a port only, or keep others out by other means.",
                )
