"""AC338: a filter that would not say the same tomorrow."""

from collections.abc import Iterable, Iterator

from ampsd.config.finding import Finding, Span
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.replication import ReplicatedTopicDefinition
from ampsd.definitions.views import ViewDefinition
from ampsd.expressions.functions.function import Function
from ampsd.expressions.lexer import ExpressionError
from ampsd.expressions.nodes import Call, walk
from ampsd.expressions.parser import parse
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_OF_CLIENTS = frozenset(("CLIENT_NAME", "USER", "REMOTE_ADDRESS", "CLIENT_VERSION"))


class UnsteadyFilter(Rule):
    """A filter is decided once and must say the same again, but calls a function that may not.

    What enters a queue, a view, a conflated topic or a copy must not depend on when it is asked: UNIX_TIMESTAMP and
    LAST_READ may not stand there. Who published a message is not recorded with it, so neither may CLIENT_NAME, USER,
    REMOTE_ADDRESS and CLIENT_VERSION (User Guide, AMPS Functions, Deterministic and Non-Deterministic Functions).
    """

    severity = "error"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>"
        "<Filter>/due &lt; UNIX_TIMESTAMP()</Filter></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>"
        "<Filter>MESSAGE_SIZE() &lt; 1000</Filter></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every filter of a queue, view, conflated topic or replicated topic, and barriers."""
        for text, span in _expressions(subject):
            for function in _functions(text):
                if not function.is_deterministic:
                    why = "may give another value each time"
                elif function.name in _OF_CLIENTS:
                    why = "asks for the publisher, who is not recorded with a message"
                else:
                    continue
                yield self.finding(
                    span,
                    f"{function.name} {why}",
                    "Let the publisher write what the filter needs into the message, and compare that field.",
                )


def _expressions(subject: Subject) -> Iterator[tuple[str, Span]]:
    for cls, attributes in (
        (QueueDefinition, ("filter", "barrier_expression")),
        (ViewDefinition, ("filter",)),
        (ConflatedTopicDefinition, ("filter",)),
        (ReplicatedTopicDefinition, ("filter",)),
    ):
        for placed in subject.all_of(cls):
            for attribute in attributes:
                text = getattr(placed.definition, attribute)
                if isinstance(text, str):
                    yield text, placed.span(attribute)


def _functions(text: str) -> list[Function]:
    """The functions of an expression, each once; none of what does not parse, which is told elsewhere."""
    try:
        tree = parse(text)
    except ExpressionError:
        return []
    return list(dict.fromkeys(node.function for node in walk(tree) if isinstance(node, Call)))
