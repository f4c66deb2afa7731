"""AC239."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.security_modules import DefaultAuthenticationOptions, ImplicitAuthenticationOptions
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class SpoofingAllowed(Rule):
    """Clients may log on under any name.

    AllowSpoofing passes the name on that a client gives, without any proof; entitlements that go by it protect
    nothing (User Guide, Configuring Authentication).
    """

    severity = "warning"
    failing = (
        "<Authentication><Module>amps-default-authentication-module</Module><Options>"
        "<AllowSpoofing>true</AllowSpoofing></Options></Authentication>"
    )
    passing = "<Authentication><Module>amps-default-authentication-module</Module></Authentication>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The options of the built-in modules."""
        for cls in (DefaultAuthenticationOptions, ImplicitAuthenticationOptions):
            checked: type[Definition] = cls
            for one in subject.all_of(checked):
                if getattr(one.definition, "allow_spoofing", False):
                    yield self.finding(
                        one.span("allow_spoofing"), "clients may log on under any name", "Remove AllowSpoofing."
                    )
