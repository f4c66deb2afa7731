"""AC237."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_OLD = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")


class OldTls(Rule):
    """A transport accepts versions of TLS that are broken.

    SSLv2, SSLv3, TLSv1 and TLSv1.1 are not safe any more (User Guide, TLS/SSL Transports).
    """

    severity = "warning"
    failing = (
        "<Transports><Transport><Name>a</Name><Type>tcps</Type><InetAddr>9007</InetAddr>"
        "<Certificate>c</Certificate><PrivateKey>k</PrivateKey>"
        "<SecureSocketProtocols>TLSv1 TLSv1.2</SecureSocketProtocols></Transport></Transports>"
    )
    passing = (
        "<Transports><Transport><Name>a</Name><Type>tcps</Type><InetAddr>9007</InetAddr>"
        "<Certificate>c</Certificate><PrivateKey>k</PrivateKey>"
        "<SecureSocketProtocols>TLSv1.2 TLSv1.3</SecureSocketProtocols></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every SecureSocketProtocols."""
        for one in subject.all_of(TransportDefinition):
            old = [word for word in one.definition.secure_socket_protocols or () if word in _OLD]
            if one.is_set("secure_socket_protocols") and old:
                yield self.finding(
                    one.span("secure_socket_protocols"),
                    f"transport {one.definition.name!r} accepts {', '.join(old)}",
                    "Write TLSv1.2 TLSv1.3.",
                )
