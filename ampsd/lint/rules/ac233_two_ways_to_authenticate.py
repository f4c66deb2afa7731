"""AC233."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.security_modules import MultiAuthenticationOptions, MultiAuthenticatorOptions
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TwoWaysToAuthenticate(Rule):
    """A module is given both Kerberos and LDAP.

    The multimethod module takes one of them (User Guide, Multimethod Authentication Module).
    """

    severity = "error"
    failing = (
        "<Modules><Module><Name>multi</Name><Library>libamps_multi_authentication.so</Library><Options>"
        "<Kerberos.Keytab>k</Kerberos.Keytab><Kerberos.SPN>s</Kerberos.SPN><LDAP.Host>h</LDAP.Host>"
        "</Options></Module></Modules>"
    )
    passing = (
        "<Modules><Module><Name>multi</Name><Library>libamps_multi_authentication.so</Library><Options>"
        "<LDAP.Host>h</LDAP.Host></Options></Module></Modules>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The options of such a module, wherever they are."""
        for cls in (MultiAuthenticationOptions, MultiAuthenticatorOptions):
            checked: type[Definition] = cls
            for one in subject.all_of(checked):
                given = [option.attribute for option in one.definition.declared if one.is_set(option.attribute)]
                ldap = [name for name in given if name.startswith("ldap")]
                if ldap and any(name.startswith("kerberos") for name in given):
                    yield self.finding(
                        one.span(ldap[0]), "the module has both Kerberos and LDAP", "Remove one of them."
                    )
