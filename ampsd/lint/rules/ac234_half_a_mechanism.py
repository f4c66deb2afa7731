"""AC234."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.security_modules import MultiAuthenticationOptions, MultiAuthenticatorOptions
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_Pairs = tuple[tuple[str, str, str, str], ...]
_KERBEROS: _Pairs = (
    ("kerberos_keytab", "Kerberos.Keytab", "kerberos_spn", "Kerberos.SPN"),
    ("kerberos_spn", "Kerberos.SPN", "kerberos_keytab", "Kerberos.Keytab"),
)
_PAIRS: tuple[tuple[type[Definition], _Pairs], ...] = (
    (
        MultiAuthenticationOptions,
        (
            *_KERBEROS,
            ("ldap_base_dn", "LDAP.BaseDN", "ldap_host", "LDAP.Host"),
            ("ldap_service_account_dn", "LDAP.ServiceAccountDN", "ldap_host", "LDAP.Host"),
        ),
    ),
    (
        MultiAuthenticatorOptions,
        (
            *_KERBEROS,
            ("ldap_username", "LDAP.Username", "ldap_password_file", "LDAP.PasswordFile"),
            ("ldap_password_file", "LDAP.PasswordFile", "ldap_username", "LDAP.Username"),
        ),
    ),
)


class HalfAMechanism(Rule):
    """A module's Kerberos or LDAP settings are not complete.

    Kerberos needs a Keytab and an SPN. LDAP needs a Host where clients are authenticated, and user name and
    password file where the instance logs on (User Guide, Multimethod Authentication Module).
    """

    severity = "error"
    failing = (
        "<Modules><Module><Name>multi</Name><Library>libamps_multi_authentication.so</Library><Options>"
        "<Kerberos.Keytab>k</Kerberos.Keytab></Options></Module></Modules>"
    )
    passing = (
        "<Modules><Module><Name>multi</Name><Library>libamps_multi_authentication.so</Library><Options>"
        "<Kerberos.Keytab>k</Kerberos.Keytab><Kerberos.SPN>s</Kerberos.SPN></Options></Module></Modules>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The options of such a module, wherever they are."""
        for cls, pairs in _PAIRS:
            for one in subject.all_of(cls):
                for attribute, element, needed, missing in pairs:
                    if one.is_set(attribute) and not one.is_set(needed):
                        yield self.finding(
                            one.span(attribute), f"{element} stands without {missing}", f"Add <{missing}>."
                        )
