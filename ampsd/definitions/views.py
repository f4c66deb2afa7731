"""Views: topics computed from others (User Guide, Aggregating and Analyzing Data in AMPS)."""

from ampsd.declare import (
    AT_LEAST_ONE,
    BOOLEAN,
    MESSAGE_TYPE,
    NO_EFFECT,
    PATH,
    TEXT,
    TOPIC,
    Definition,
    Kind,
    TextOr,
    one_of,
    option,
)
from ampsd.definitions.kinds import FIELD, FIELD_EXPRESSION, FILTER_WITH_FUNCTIONS
from ampsd.definitions.sow_topics import HashIndexDefinition


def _join(text: str) -> str:
    joined = TEXT.parse(text)
    left, equals, right = (part.strip() for part in joined.partition("="))
    if not (left and equals and right):
        raise ValueError(f"{joined!r} is not a join: write two fields with = between them, such as [a]./id = [b]./id")
    return str(joined)


JOIN = Kind("join of two fields", _join, pattern=r"[\s\S]*\S\s*=\s*\S[\s\S]*")


class JoinsDefinition(Definition, element="UnderlyingTopic"):
    """The topics of a view over several (User Guide, Aggregating and Analyzing Data in AMPS)."""

    joins: tuple[str, ...] = option(
        JOIN,
        "Two fields that must hold the same text; the left topic's messages are all taken.",
        xml="Join",
        repeatable=True,
        marks=(AT_LEAST_ONE,),
    )


class ProjectionDefinition(Definition, element="Projection"):
    """What the messages of a view hold (User Guide, Aggregating and Analyzing Data in AMPS)."""

    fields: tuple[str, ...] = option(
        FIELD_EXPRESSION,
        "A field of an underlying topic, or an expression, AS, and the field that takes its value.",
        xml="Field",
        repeatable=True,
        marks=(AT_LEAST_ONE,),
    )


class GroupingDefinition(Definition, element="Grouping"):
    """Fields of the underlying topics; each set of their values is one message of the view.

    User Guide, Aggregating and Analyzing Data in AMPS.
    """

    fields: tuple[str, ...] = option(
        FIELD, "A field of an underlying topic.", xml="Field", repeatable=True, marks=(AT_LEAST_ONE,)
    )


class ViewDefinition(Definition, element="View", synonyms=("ViewDefinition",)):
    """A topic computed from others (User Guide, Aggregating and Analyzing Data in AMPS)."""

    name: str = option(TOPIC, "Topic of the view.", synonyms=("Topic",), reload="refused")
    message_type: str = option(
        MESSAGE_TYPE, "Type of the view's messages; it may differ from that of its sources.", refers_to="message type"
    )
    underlying_topic: str | JoinsDefinition = option(
        TextOr(TOPIC, JoinsDefinition),
        "The topic, view, conflated topic or queue of the SOW that is computed from, or the joins of several.",
        refers_to="sow topic",
    )
    projection: ProjectionDefinition = option(ProjectionDefinition, "What the messages of the view hold.")
    grouping: GroupingDefinition = option(GroupingDefinition, "What makes one message of the view.")
    key_domain: str | None = option(
        TEXT, "What the keys are computed with; without it, the view's name.", default=None, reload="refused"
    )
    conflation: str = option(
        one_of("none", "inline"), "Whether an update that waits is replaced by the next of its group.", default="none"
    )
    filter: str | None = option(
        FILTER_WITH_FUNCTIONS,
        "Messages of the underlying topic that count; only for a view over one topic.",
        default=None,
    )
    hash_indexes: tuple[HashIndexDefinition, ...] = option(
        HashIndexDefinition, "An index for equality.", repeatable=True, reload="live"
    )
    join_null_equivalency: bool = option(
        BOOLEAN, "Whether joins take NULL and the empty text for equal.", default=False
    )
    file_name: str | None = option(
        PATH,
        "A file; AMPS takes the setting and does not use it.",
        default=None,
        marks=(NO_EFFECT,),
        advice="Remove it; a view has no file.",
    )
