"""AC235."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.module_options import library_stem
from ampsd.definitions.modules import ModuleDefinition
from ampsd.definitions.security import AuthenticationDefinition
from ampsd.definitions.security_modules import MultiAuthenticationOptions
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NoMechanism(Rule):
    """A multimethod module has no mechanism.

    Neither Kerberos nor LDAP is configured, and anonymous logon is off: nobody can log on (User Guide, Multimethod
    Authentication Module).
    """

    severity = "error"
    failing = (
        "<Modules><Module><Name>multi</Name><Library>libamps_multi_authentication.so</Library></Module>"
        "</Modules><Authentication><Module>multi</Module></Authentication>"
    )
    passing = (
        "<Modules><Module><Name>multi</Name><Library>libamps_multi_authentication.so</Library><Options>"
        "<LDAP.Host>h</LDAP.Host></Options></Module></Modules><Authentication><Module>multi</Module>"
        "</Authentication>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every use of the module, with its own options and those of its entry in Modules."""
        entries = {
            one.definition.name: one.definition.options
            for one in subject.all_of(ModuleDefinition)
            if library_stem(one.definition.library) == "libamps_multi_authentication"
        }
        for use in subject.all_of(AuthenticationDefinition):
            if use.definition.module not in entries:
                continue
            given = [
                one
                for one in (use.definition.options, entries[use.definition.module])
                if isinstance(one, MultiAuthenticationOptions)
            ]
            if not any(one.kerberos_keytab or one.ldap_host or one.allow_anonymous for one in given):
                yield self.finding(
                    use.span("module"),
                    f"module {use.definition.module!r} has neither Kerberos nor LDAP",
                    "Add the options of one of them.",
                )
