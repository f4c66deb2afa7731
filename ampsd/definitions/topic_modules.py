"""Options of the modules for keys, functions and transport filters, one class for each module.

User Guide, Auxiliary Modules, and Transports. Which class is whose says `module_options`.
"""

from ampsd import units
from ampsd.declare import BOOLEAN, PATH, TEXT, Definition, Kind, option
from ampsd.definitions.kinds import FIELD
from ampsd.definitions.modules import NEEDED
from ampsd.expressions.regex import compile_regex, is_regex


def _lookup(text: str) -> str:
    text = str(TEXT.parse(text))
    parts = [part.strip() for part in text.split(";")]
    if len(parts) < 6 or not all(parts) or not parts[1].isdigit() or int(parts[1]) != len(parts) - 5:
        raise ValueError(
            f"{text!r} is not a lookup: write name;count;message type;topic;field to return;fields to look up,"
            " with as many of the latter as count says"
        )
    return text


LOOKUP = Kind("lookup", _lookup, pattern=r"[^;]*;\s*[0-9]+\s*;[\s\S]*")


def _translation(text: str) -> str:
    text = str(TEXT.parse(text))
    original, colon, translated = text.rpartition(":")
    if not (original.strip() and colon and translated.strip()):
        raise ValueError(f"{text!r} translates nothing: write the original topic, a colon and the topic it becomes")
    if is_regex(original):
        compile_regex(original.encode())
    return text


def _conflated_translation(text: str) -> str:
    translation, colon, interval = str(TEXT.parse(text)).rpartition(":")
    if not colon:
        raise ValueError(f"{text.strip()!r} has no interval: write original:translated:interval, such as a:b:1s")
    units.interval_ns(interval)
    return f"{_translation(translation)}:{interval}"


TRANSLATION = Kind("original:translated", _translation, pattern=r"[\s\S]*\S:\s*\S[\s\S]*")
CONFLATED_TRANSLATION = Kind(
    "original:translated:interval", _conflated_translation, pattern=r"[\s\S]*\S:[\s\S]*\S:\s*\S[\s\S]*"
)


class ExperimentalFunctionOptions(Definition, element="Options"):
    """Options of libamps_udf_experimental, in Modules: what VALUE_LOOKUP looks up (User Guide, Auxiliary Modules)."""

    lookups: tuple[str, ...] = option(
        LOOKUP,
        "A lookup: name;count;message type;topic;field to return;fields to look up.",
        xml="Lookup",
        repeatable=True,
    )


class ChainingKeyOptions(Definition, element="Options"):
    """Options of libamps_id_chaining_key_generator: one key for messages that refer to each other.

    User Guide, Auxiliary Modules.
    """

    keys: tuple[str, ...] = option(
        FIELD,
        "A field of the chain; without Primary the first Key is the primary field, the others refer to it.",
        xml="Key",
        repeatable=True,
        marks=(NEEDED,),
        reload="refused",
    )
    primary: str | None = option(
        FIELD,
        "The primary field, which names a message; every Key is then a secondary one.",
        default=None,
        reload="refused",
    )
    secondaries: tuple[str, ...] = option(
        FIELD, "A field that refers to another message.", xml="Secondary", repeatable=True, reload="refused"
    )
    file_name: str | None = option(PATH, "File that holds the chains.", default=None, reload="refused")
    validation: bool = option(
        BOOLEAN, "Whether two chains that turn out to be one are an error.", default=False, reload="restart"
    )


class TopicTranslatorOptions(Definition, element="Options"):
    """Options of amps-topic-translator: commands come with other topics (User Guide, Transports)."""

    topics: tuple[str, ...] = option(
        TRANSLATION,
        "A topic, or regular expression, a colon, and the topic that takes its place.",
        xml="Topic",
        repeatable=True,
        marks=(NEEDED,),
        reload="reconnect",
    )


class ConflatedTranslatorOptions(Definition, element="Options"):
    """Options of amps-conflated-topic-translator: subscriptions come with other topics, and are conflated.

    User Guide, Transports.
    """

    topics: tuple[str, ...] = option(
        CONFLATED_TRANSLATION,
        "A topic, or regular expression, a colon, the topic that takes its place, a colon, and the interval.",
        xml="Topic",
        repeatable=True,
        marks=(NEEDED,),
        reload="reconnect",
    )


class TimestamperOptions(Definition, element="Options"):
    """Options of libamps_transport_filter_correlation_id_timestamper: publishes carry the time of arrival.

    User Guide, Transports.
    """

    override: bool = option(
        BOOLEAN, "Whether a correlation id that is there is replaced.", default=False, reload="reconnect"
    )
