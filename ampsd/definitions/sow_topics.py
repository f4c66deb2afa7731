"""Topics of the SOW: the last message for each key is kept (User Guide, State of the World)."""

from ampsd import units
from ampsd.declare import (
    AT_LEAST_ONE,
    BYTES,
    COUNT,
    INTERVAL,
    MESSAGE_TYPE,
    MODULE_OPTIONS,
    PATH,
    TEXT,
    TOPIC,
    Definition,
    Kind,
    one_of,
    option,
    ranged,
)
from ampsd.definitions.kinds import FIELD, FIELD_EXPRESSION, PATTERN, is_moment

_MOST_SLABS = 1024


def _expiration(text: str) -> int | None:
    word = text.strip().lower()
    if word == "disabled":
        return None
    return 0 if word == "enabled" else units.interval_ns(text)


EXPIRATION = Kind(
    "interval, enabled or disabled",
    _expiration,
    pattern=rf"{INTERVAL.pattern}|\s*([Ee][Nn][Aa][Bb][Ll][Ee][Dd]|[Dd][Ii][Ss][Aa][Bb][Ll][Ee][Dd])\s*",
    choices=("enabled", "disabled"),
)


def _recovery_point(text: str) -> str:
    word = text.strip().lower()
    if word in ("epoch", "now"):
        return word
    if is_moment(text.strip()):
        return text.strip()
    raise ValueError(f"{text.strip()!r} is not a recovery point: write epoch, now, a bookmark or a timestamp")


TOPIC_RECOVERY_POINT = Kind("recovery point", _recovery_point, pattern=TEXT.pattern, choices=("epoch", "now"))


class HashIndexDefinition(Definition, element="HashIndex"):
    """An index for queries that compare all of its fields with texts for equality (User Guide, State of the World)."""

    keys: tuple[str, ...] = option(
        FIELD, "A field of the index.", xml="Key", repeatable=True, marks=(AT_LEAST_ONE,), reload="live"
    )


class HistoryDefinition(Definition, element="History"):
    """How many former states of a topic can be queried (User Guide, State of the World)."""

    window_ns: int = option(INTERVAL, "How long a state is kept after the next one has taken its place.")
    granularity_ns: int = option(INTERVAL, "Shortest time between two states that are kept; 0s keeps each of them.")


class KeyGeneratorDefinition(Definition, element="KeyGenerator"):
    """A module that computes the keys of a topic (User Guide, State of the World)."""

    module: str = option(TEXT, "Name of the module in Modules.", refers_to="module")
    options: Definition | str | None = option(MODULE_OPTIONS, "Options of the module.", default=None)


class PreprocessingDefinition(Definition, element="Preprocessing"):
    """Fields computed before the key is taken (User Guide, State of the World Message Enrichment)."""

    fields: tuple[str, ...] = option(
        FIELD_EXPRESSION,
        "An expression, AS, and the field that takes its value; HINT OPTIONAL leaves the field out for NULL.",
        xml="Field",
        repeatable=True,
        marks=(AT_LEAST_ONE,),
    )


class EnrichmentDefinition(Definition, element="Enrichment"):
    """Fields computed after the key is taken (User Guide, State of the World Message Enrichment)."""

    fields: tuple[str, ...] = option(
        FIELD_EXPRESSION,
        "An expression, AS, and the field that takes its value; OF PREVIOUS reads the message that is stored.",
        xml="Field",
        repeatable=True,
        marks=(AT_LEAST_ONE,),
    )


class TopicDefinition(Definition, element="Topic", synonyms=("TopicDefinition",)):
    """A topic whose last message for each key is kept and can be queried (User Guide, State of the World)."""

    name: str = option(
        TOPIC,
        "Topic, never a regular expression; with a Pattern, the name of the store.",
        synonyms=("Topic",),
        reload="refused",
    )
    message_type: str = option(MESSAGE_TYPE, "Type of the messages.", refers_to="message type", reload="refused")
    file_name: str | None = option(
        PATH,
        "File of a persistent topic, for this topic alone; %n stands for its name and message type.",
        default=None,
        reload="refused",
    )
    durability: str = option(
        one_of("persistent", "transient"),
        "Whether the messages are in a file, or are taken from the transaction log at each start.",
        synonyms=("Duration",),
        default="persistent",
        reload="refused",
    )
    recovery_point: str = option(
        TOPIC_RECOVERY_POINT, "Where in the transaction log recovery of the topic begins.", default="epoch"
    )
    expiration_ns: int | None = option(
        EXPIRATION,
        "How long a message without an expiration of its own is kept; enabled keeps it for ever, disabled keeps all.",
        default=None,
    )
    keys: tuple[str, ...] = option(
        FIELD,
        "A field of the key; without Key and KeyGenerator, publishers give the keys.",
        xml="Key",
        repeatable=True,
        reload="refused",
    )
    key_domain: str | None = option(
        TEXT,
        "What keys are computed with, so that topics of one domain have the same keys; without it, the topic's name.",
        default=None,
        reload="refused",
    )
    key_generator: KeyGeneratorDefinition | None = option(
        KeyGeneratorDefinition, "A module that computes the keys.", default=None, reload="refused"
    )
    slab_size_bytes: int = option(
        ranged(BYTES, low=1, high=1 << 30, text="up to 1GB"),
        "Memory that is taken at once; a message of that size can surely be kept.",
        default=5 << 20,
    )
    initial_slab_count: int = option(
        ranged(COUNT, low=1, high=_MOST_SLABS, text=f"1 to {_MOST_SLABS}"), "Slabs that are taken at start.", default=1
    )
    hash_indexes: tuple[HashIndexDefinition, ...] = option(
        HashIndexDefinition, "An index for equality.", repeatable=True, reload="live"
    )
    indexes: tuple[str, ...] = option(
        FIELD,
        "A field whose values are indexed at start instead of at the first query.",
        xml="Index",
        repeatable=True,
        reload="live",
    )
    expected_key_count_hint: int | None = option(
        COUNT, "Keys that room is made for at start; raised to a power of two.", default=None
    )
    history: HistoryDefinition | None = option(HistoryDefinition, "Former states that are kept.", default=None)
    preprocessing: PreprocessingDefinition | None = option(
        PreprocessingDefinition, "Fields computed before the key is taken.", default=None
    )
    enrichment: EnrichmentDefinition | None = option(
        EnrichmentDefinition, "Fields computed after the key is taken.", default=None
    )
    pattern: str | None = option(
        PATTERN, "Topics that this store keeps, each with keys of its own.", default=None, reload="refused"
    )
