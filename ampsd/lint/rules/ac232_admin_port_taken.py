"""AC232."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class AdminPortTaken(Rule):
    """The admin interface listens where a transport does.

    One of them cannot be opened (User Guide, Configuring Monitoring).
    """

    severity = "error"
    failing = (
        "<Admin><InetAddr>9007</InetAddr></Admin><Transports><Transport><Name>a</Name><Type>tcp</Type>"
        "<InetAddr>9007</InetAddr></Transport></Transports>"
    )
    passing = (
        "<Admin><InetAddr>8085</InetAddr></Admin><Transports><Transport><Name>a</Name><Type>tcp</Type>"
        "<InetAddr>9007</InetAddr></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The Admin against every transport."""
        for admin in subject.all_of(AdminDefinition):
            address = admin.definition.inet_addr
            for one in subject.all_of(TransportDefinition):
                other = one.definition.inet_addr
                if address is not None and other is not None and address.collides(other):
                    yield self.finding(
                        admin.span("inet_addr"),
                        f"the admin interface listens on {address}, as transport {one.definition.name!r} does",
                        "Choose another port.",
                    )
                    break
