"""AC317."""

import re
from collections.abc import Iterable

from ampsd.actions.modules.do_publish_message import DoPublishMessage
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import option_of
from ampsd.lint.subject import Subject

_VALUE = re.compile(r"(?:\{\{|<<)\s*([A-Za-z_][A-Za-z0-9_]*)\s*((?:\|[^}>]*)?)(?:\}\}|>>)")
_TEXTS = frozenset(
    f"AMPS_{name}"
    for name in (
        *("TOPIC", "REASON", "CLIENT_NAME", "CONNECTION_NAME", "AUTHENTICATION_ID", "BOOKMARK", "CORRELATION_ID"),
        *("DATETIME", "INSTANCE_NAME", "OPTIONS", "FILTER", "SOW_KEY", "TIMESTAMP", "MINIDUMP_PATH"),
    )
)


class UnquotedTextInJson(Rule):
    """A text stands without quotes in a JSON message.

    What an action publishes as json must be JSON once the variables are filled in. A variable that holds a text
    needs quotes round it, or the filter json, which also escapes what is inside: `{{AMPS_TOPIC|json}}`. AMPS_DATA
    stands without quotes when the message that is watched is JSON itself.
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue>"
        "</SOW><Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options>"
        "<Topic>Jobs</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-publish-message</Module><Options><Topic>Failed</Topic>"
        '<MessageType>json</MessageType><Data>{"reason": {{AMPS_REASON}}}</Data></Options></Do></Action>'
        "</Actions>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue>"
        "</SOW><Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options>"
        "<Topic>Jobs</Topic><MessageType>json</MessageType></Options></On><Do>"
        "<Module>amps-action-do-publish-message</Module><Options><Topic>Failed</Topic>"
        '<MessageType>json</MessageType><Data>{"reason": "{{AMPS_REASON}}"}</Data></Options></Do></Action>'
        "</Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Data of type json."""
        for step in subject.all_of(DoPublishMessage):
            if option_of(step, "message_type") != "json":
                continue
            for match in _VALUE.finditer(step.definition.data.text):
                name, filters = match.groups()
                is_json = "json" in filters.replace(" ", "").split("|")
                if name in _TEXTS and not is_json and match.start() not in _inside_quotes(step.definition.data.text):
                    yield self.finding(
                        step.span("data"),
                        f"{{{{{name}}}}} is a text, and stands without quotes in a JSON message",
                        f'Write "{{{{{name}}}}}", or {{{{{name}|json}}}}, which escapes what is inside.',
                    )


def _inside_quotes(text: str) -> set[int]:
    """Places of the text that are inside a JSON string; what stands for a variable is no part of one."""
    found: set[int] = set()
    is_inside = False
    position = 0
    while position < len(text):
        match = _VALUE.match(text, position)
        if match is not None:
            if is_inside:
                found.add(position)
            position = match.end()
            continue
        if text[position] == "\\" and is_inside:
            position += 1
        elif text[position] == '"':
            is_inside = not is_inside
        position += 1
    return found
