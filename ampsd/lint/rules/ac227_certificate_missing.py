"""AC227."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.replication import DestinationTransportDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class CertificateMissing(Rule):
    """A transport with TLS lacks its Certificate or PrivateKey.

    tcps and amps-replication-secure need both; on tcp, one of them alone is of no use (User Guide, TLS/SSL Transports).
    """

    severity = "error"
    failing = "<Transports><Transport><Name>a</Name><Type>tcps</Type><InetAddr>9007</InetAddr></Transport></Transports>"
    passing = (
        "<Transports><Transport><Name>a</Name><Type>tcps</Type><InetAddr>9007</InetAddr>"
        "<Certificate>c.pem</Certificate><PrivateKey>k.pem</PrivateKey></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every listener and every link."""
        for one in subject.all_of(TransportDefinition):
            yield from self._check(one, f"transport {one.definition.name!r}", one.definition.type)
        for link in subject.all_of(DestinationTransportDefinition):
            yield from self._check(link, "the link of the Destination", link.definition.type)
        for admin in subject.all_of(AdminDefinition):
            yield from self._check(admin, "the admin interface", "")

    def _check(self, placed: "Placed[Definition]", what: str, kind: str) -> Iterable[Finding]:
        missing = [
            element
            for attribute, element in (("certificate", "Certificate"), ("private_key", "PrivateKey"))
            if not placed.is_set(attribute)
        ]
        if len(missing) == 1 or (missing and kind in ("tcps", "amps-replication-secure")):
            yield self.finding(
                placed.span(),
                f"{what} lacks {' and '.join(missing)}",
                f"Add {' and '.join(f'<{one}>' for one in missing)}.",
            )
