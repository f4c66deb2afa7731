"""AC230."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class RealmMissing(Rule):
    """Basic authentication is asked for without a realm.

    A browser shows the realm to its user; HTTP requires it (User Guide, Configuring Monitoring).
    """

    severity = "error"
    failing = "<Admin><InetAddr>8085</InetAddr><WWWAuthenticate>Basic</WWWAuthenticate></Admin>"
    passing = '<Admin><InetAddr>8085</InetAddr><WWWAuthenticate>Basic realm="AMPS"</WWWAuthenticate></Admin>'

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every WWWAuthenticate."""
        for cls in (AdminDefinition, ProtocolDefinition):
            checked: type[Definition] = cls
            for one in subject.all_of(checked):
                text = str(getattr(one.definition, "www_authenticate", None) or "")
                if text.lower().startswith("basic") and "realm" not in text.lower():
                    yield self.finding(
                        one.span("www_authenticate"),
                        "Basic has no realm",
                        'Write Basic realm="...", with a name for it.',
                    )
