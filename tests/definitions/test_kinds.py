"""Texts of single settings: what they mean, what is refused, and that the schema refuses nothing that is right."""

import re

import pytest

from ampsd.declare import Kind
from ampsd.definitions.functions import PARAMETER_COUNT
from ampsd.definitions.kinds import (
    FILE_MASK,
    FILTER,
    FILTER_WITH_FUNCTIONS,
    INTERVAL_OR_MILLISECONDS,
    INTERVALS,
    MILLISECONDS,
    PATTERN,
    TLS_VERSIONS,
)
from ampsd.definitions.message_types import STRUCT_FIELD
from ampsd.definitions.protocols import PROTOCOL_MODULE
from ampsd.definitions.replication import ReplicatedTopicDefinition
from ampsd.definitions.security_modules import FLAG
from ampsd.definitions.sow_topics import EXPIRATION, TOPIC_RECOVERY_POINT
from ampsd.definitions.topic_modules import CONFLATED_TRANSLATION, LOOKUP, TRANSLATION
from ampsd.definitions.transports import DEFLATE
from ampsd.definitions.views import JOIN

MS = 1_000_000
ACCEPTED: list[tuple[Kind, str, object]] = [
    (FILTER, " /a = 1 ", "/a = 1"),
    (FILTER_WITH_FUNCTIONS, "/a = 1 AND (/b = 2)", "/a = 1 AND (/b = 2)"),
    (FILTER_WITH_FUNCTIONS, "STRFTIME(1, /a) > 3", "STRFTIME(1, /a) > 3"),
    (PATTERN, " ^((?!HKG).)*$ ", "^((?!HKG).)*$"),
    (PATTERN, "orders.new", "orders.new"),
    (FILE_MASK, " 0640 ", 0o640),
    (FILE_MASK, "777", 0o777),
    (TLS_VERSIONS, "tlsv1.3\n TLSv1.2", ("TLSv1.2", "TLSv1.3")),
    (MILLISECONDS, " 2000 ", 2000 * MS),
    (INTERVAL_OR_MILLISECONDS, "1500", 1500 * MS),
    (INTERVAL_OR_MILLISECONDS, "1.5s", 1500 * MS),
    (INTERVALS, "1s, 500ms\n2s", (1000 * MS, 500 * MS, 2000 * MS)),
    (EXPIRATION, "Disabled", None),
    (EXPIRATION, " enabled ", 0),
    (EXPIRATION, "1d", 86_400_000 * MS),
    (TOPIC_RECOVERY_POINT, "EPOCH", "epoch"),
    (TOPIC_RECOVERY_POINT, "Now", "now"),
    (TOPIC_RECOVERY_POINT, "20250102T123500Z", "20250102T123500Z"),
    (JOIN, " [a]./id = [b]./id ", "[a]./id = [b]./id"),
    (STRUCT_FIELD, " /id = i ", "/id = i"),
    (STRUCT_FIELD, "/code=<16s", "/code=<16s"),
    (STRUCT_FIELD, "/skip = 4x", "/skip = 4x"),
    (PARAMETER_COUNT, "", None),
    (PARAMETER_COUNT, " 2 ", 2),
    (PROTOCOL_MODULE, "JSON", "amps"),
    (PROTOCOL_MODULE, "Websocket", "websocket"),
    (PROTOCOL_MODULE, "mine", "mine"),
    (FLAG, " ", True),
    (FLAG, "false", False),
    (DEFLATE, "Disabled", False),
    (DEFLATE, "whatever", True),
    (LOOKUP, "notes;2;nvfix;orders;/notes;/customer;/order", "notes;2;nvfix;orders;/notes;/customer;/order"),
    (TRANSLATION, "legacy:new", "legacy:new"),
    (TRANSLATION, "^(?:a|b)/:new", "^(?:a|b)/:new"),
    (CONFLATED_TRANSLATION, "orders-C:orders:500ms", "orders-C:orders:500ms"),
]
REFUSED: list[tuple[Kind, str]] = [
    (FILTER, "VALUE_LOOKUP('a', /a) > 3"),
    (FILTER_WITH_FUNCTIONS, "/a = "),
    (FILTER_WITH_FUNCTIONS, "/a = 1 AND (/b ="),
    (FILTER_WITH_FUNCTIONS, ""),
    (PATTERN, "("),
    (PATTERN, " "),
    (FILE_MASK, "rw-r--r--"),
    (FILE_MASK, "0888"),
    (TLS_VERSIONS, ""),
    (TLS_VERSIONS, "TLSv1.4"),
    (MILLISECONDS, "2s"),
    (MILLISECONDS, "1.5"),
    (INTERVALS, " , "),
    (INTERVALS, "1s soon"),
    (EXPIRATION, "never"),
    (TOPIC_RECOVERY_POINT, "yesterday"),
    (JOIN, "[a]./id"),
    (JOIN, "[a]./id = "),
    (STRUCT_FIELD, "/id"),
    (STRUCT_FIELD, "/id = z"),
    (STRUCT_FIELD, "/code = s"),
    (PARAMETER_COUNT, "two"),
    (PROTOCOL_MODULE, ""),
    (FLAG, "maybe"),
    (LOOKUP, "notes;2;nvfix;orders;/notes;/customer"),
    (LOOKUP, "notes;one;nvfix;orders;/notes;/customer"),
    (TRANSLATION, "legacy"),
    (TRANSLATION, ":new"),
    (CONFLATED_TRANSLATION, "orders-C:500ms"),
    (CONFLATED_TRANSLATION, "a:b:soon"),
    (CONFLATED_TRANSLATION, "a"),
]


def named(value: object) -> str:
    return value.name if isinstance(value, Kind) else ""


@pytest.mark.parametrize(("kind", "text", "value"), ACCEPTED, ids=named)
def test_texts_mean_what_amps_says_and_the_schema_takes_them(kind: Kind, text: str, value: object) -> None:
    assert kind.parse(text) == value
    if kind.pattern is not None:
        assert re.fullmatch(kind.pattern, text)


@pytest.mark.parametrize(("kind", "text"), REFUSED, ids=named)
def test_other_texts_are_refused_with_a_sentence(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r".{10,}"):
        kind.parse(text)


def test_checks_of_a_destination_are_known_even_those_that_may_not_be_left_out() -> None:
    kind = next(one.kind for one in ReplicatedTopicDefinition.declared if one.attribute == "exclude_validation")
    assert isinstance(kind, Kind)
    assert kind.parse("cascade, replicate,queue_underlying") == ("replicate", "cascade", "queue_underlying")
    with pytest.raises(ValueError, match="is not one of"):
        kind.parse("everything")
