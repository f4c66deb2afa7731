"""AC238."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.security_modules import WebServiceOptions
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class UnverifiedPeer(Rule):
    """A web service is trusted whoever it is.

    With AllowUnverifiedPeer or AllowSelfSigned, anybody who can answer in its place decides who may do what (User
    Guide, RESTful Authentication and Entitlements).
    """

    severity = "warning"
    failing = (
        "<Modules><Module><Name>web</Name><Library>libamps_http_entitlement.so</Library><Options>"
        "<ResourceURI>https://p/{{USER_NAME}}</ResourceURI><AllowUnverifiedPeer>true</AllowUnverifiedPeer>"
        "</Options></Module></Modules>"
    )
    passing = (
        "<Modules><Module><Name>web</Name><Library>libamps_http_entitlement.so</Library><Options>"
        "<ResourceURI>https://p/{{USER_NAME}}</ResourceURI><CAKey>ca.pem</CAKey></Options></Module>"
        "</Modules>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The options of every such module."""
        for one in subject.all_of(WebServiceOptions):
            for attribute, element in (
                ("allow_unverified_peer", "AllowUnverifiedPeer"),
                ("allow_self_signed", "AllowSelfSigned"),
            ):
                if getattr(one.definition, attribute):
                    yield self.finding(
                        one.span(attribute), f"{element} trusts a service whoever it is", "Name its authority in CAKey."
                    )
