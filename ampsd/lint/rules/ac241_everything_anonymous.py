"""AC241."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.recorded import matches
from ampsd.definitions.admin import AdminDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_PATHS = ("/amps", "/amps/administrator/clients", "/", "/amps/instance/queues")


class EverythingAnonymous(Rule):
    """AnonymousPaths takes in every path of the admin interface.

    Authentication and entitlement then protect nothing of it (User Guide, Configuring Monitoring).
    """

    severity = "warning"
    failing = "<Admin><InetAddr>8085</InetAddr><AnonymousPaths>.*</AnonymousPaths></Admin>"
    passing = "<Admin><InetAddr>8085</InetAddr><AnonymousPaths>^/amps/instance/name</AnonymousPaths></Admin>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The Admin."""
        for admin in subject.all_of(AdminDefinition):
            pattern = admin.definition.anonymous_paths
            if pattern and all(matches(pattern, path) for path in _PATHS):
                yield self.finding(
                    admin.span("anonymous_paths"),
                    f"the pattern {pattern!r} takes in every path, so nobody has to log on",
                    "Name the paths that may be open, such as ^/amps/instance/name.",
                )
