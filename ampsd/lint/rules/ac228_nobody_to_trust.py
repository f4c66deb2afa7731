"""AC228."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.replication import DestinationTransportDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NobodyToTrust(Rule):
    """Clients must show a certificate, but nothing says whose are trusted.

    VerifyClient needs CAFile or CAPath (User Guide, Mutual TLS).
    """

    severity = "error"
    failing = (
        "<Transports><Transport><Name>a</Name><Type>tcps</Type><InetAddr>9007</InetAddr>"
        "<Certificate>c</Certificate><PrivateKey>k</PrivateKey><VerifyClient>true</VerifyClient>"
        "</Transport></Transports>"
    )
    passing = (
        "<Transports><Transport><Name>a</Name><Type>tcps</Type><InetAddr>9007</InetAddr>"
        "<Certificate>c</Certificate><PrivateKey>k</PrivateKey><VerifyClient>true</VerifyClient>"
        "<CAFile>ca</CAFile></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every VerifyClient."""
        for cls in (TransportDefinition, DestinationTransportDefinition):
            checked: type[Definition] = cls
            for one in subject.all_of(checked):
                if getattr(one.definition, "verify_client", False) and not (
                    one.is_set("ca_file") or one.is_set("ca_path")
                ):
                    yield self.finding(
                        one.span("verify_client"),
                        "VerifyClient is on, but neither CAFile nor CAPath says whose certificates are trusted",
                        "Add <CAFile>...</CAFile>.",
                    )
