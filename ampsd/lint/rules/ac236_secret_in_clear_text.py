"""AC236."""

import re
from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import SECRET, Definition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_IN_TEXT = re.compile(r"://[^/@\s:{}$]+:[^/@\s{}$]+@|^\s*Authorization\s*:\s*\S+\s+[^\s{$]", re.IGNORECASE)


class SecretInClearText(Rule):
    """A password or secret is written in the file.

    Who can read the configuration, its history or a copy of it knows the secret. Take it from the environment with
    ${NAME}, or from a file where there is such an option.
    """

    severity = "warning"
    failing = (
        "<Authenticator><Module>amps-default-authenticator-module</Module><Options><User>u</User>"
        "<Password>hunter2</Password></Options></Authenticator>"
    )
    passing = (
        "<Authenticator><Module>amps-default-authenticator-module</Module><Options><User>u</User>"
        "<PasswordFileName>pw</PasswordFileName></Options></Authenticator>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every option that holds a secret, and every address or header with one in it."""
        for placed in subject.all_of(Definition):
            for option in placed.definition.declared:
                for node, value in placed.settings(option.attribute):
                    if node in subject.source.written or not isinstance(value, str):
                        continue
                    if SECRET in option.marks or _IN_TEXT.search(value):
                        yield self.finding(
                            subject.source.span(node),
                            f"<{option.xml}> holds a secret in clear text",
                            "Write ${NAME} and set it in the environment, or name a file that holds it.",
                        )
