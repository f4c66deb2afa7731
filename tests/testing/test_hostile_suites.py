"""Files that are no tests, or want to do harm: one clear error each, with its place and what to do."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd import limits
from ampsd.testing.fault import FileFault
from ampsd.testing.suite import read_suite
from ampsd.testing.yaml_tree import Mapping, read_tree

CASE = "cases:\n  - name: a\n    steps:\n"
FAULTS = {
    "": "t.yml:1:1: error: the file is empty. Write `cases:` and a list of cases.",
    "cases: [": "t.yml:2:1: error: this is not YAML: did not find expected node content."
    " Look at indentation, quotes, colons.",
    "cases: []": "t.yml:1:1: error: a file of tests: `cases` is empty. Write at least one.",
    "- a": "t.yml:1:1: error: a file of tests needs a mapping. Write a file of tests: {at: ..., zone: ..., setup: ...,"
    " cases: ...}.",
    "case: []": "t.yml:1:1: error: a file of tests takes no 'case'. Did you mean cases?",
    "cases: 5": "t.yml:1:8: error: '5' stands where a list belongs. Begin each entry with `- `.",
    "at: noon\ncases: []": "t.yml:1:5: error: 'noon' is not a time. Write ISO 8601, such as 2026-03-28T01:00:00+01:00;"
    " without +01:00 it is in `zone`.",
    "zone: Mars/Base\ncases: []": "t.yml:1:7: error: there is no time zone 'Mars/Base'."
    " Write a name such as Europe/Berlin.",
    "zone: ../../etc/passwd\ncases: []": "t.yml:1:7: error: there is no time zone '../../etc/passwd'."
    " Write a name such as Europe/Berlin.",
    "cases:\n  - name: a": "t.yml:2:5: error: a case needs 'steps'. What is done and expected, in order: write"
    " `steps: ...`.",
    "cases:\n  - name: ''\n    steps: [restart: kill]": "t.yml:2:5: error: a case: its name is"
    " empty. Write a sentence.",
    "cases:\n  - {name: a, steps: [restart: kill]}\n  - {name: a, steps: [restart: kill]}": (
        "t.yml:3:1: error: two cases have the name 'a', the first in line 2. Say what is different."
    ),
    CASE + "      - publsh: {topic: a}": "t.yml:4:9: error: there is no step 'publsh'. Did you mean publish?",
    CASE + "      - publish: {topik: a}": "t.yml:4:19: error: publish takes no 'topik'. Did you mean topic?",
    CASE + "      - publish: {data: a}": "t.yml:4:18: error: publish needs 'topic'. Topic to publish to: write"
    " `topic: ...`.",
    CASE + "      - publish: news": "t.yml:4:18: error: publish needs a mapping. Write publish: {topic: ..., data: ...,"
    " client: ..., message_type: ..., correlation_id: ..., expiration: ..., as: ..., times: ..., refused: ...}.",
    CASE + "      - publish: {topic: [a]}": "t.yml:4:26: error: a list stands where a text belongs. Write a text.",
    CASE + "      - publish: {topic: a, times: many}": "t.yml:4:36: error: 'many' is not a whole number."
    " Write a number from 1 to 100000.",
    CASE + "      - publish: {topic: a, times: 1000000}": "t.yml:4:36: error: '1000000' is out of range."
    " Write a number from 1 to 100000.",
    CASE + "      - publish: {topic: a, expiration: 1ms}": "t.yml:4:18: error: publish: expiration is no number of"
    " whole seconds. Clients can only send seconds: write 1s or more.",
    CASE + "      - publish: {topic: a, topic: b}": "t.yml:4:29: error: 'topic' is given twice, first in line 4."
    " Keep one of them.",
    CASE + "      - advance: soon": "t.yml:4:18: error: 'soon' is not an interval."
    " Write a number with ns, us, ms, s, m, h, d or w, such as 30s.",
    CASE + "      - advance: {}": "t.yml:4:18: error: advance: it takes either `by` or `to`. Write one of them.",
    CASE + "      - restart: nicely": "t.yml:4:18: error: 'nicely' is not one of kill, stop, power cut."
    " Write kill, stop or power cut.",
    CASE + "      - operate: {do: paus, queue: Jobs}": "t.yml:4:23: error: 'paus' is not one of skip, suspend, resume,"
    " terminate, extend, expire, reset, reprocess, reroute, redrive, status, pause, unpause. Did you mean pause?",
    CASE + "      - operate: {do: skip, queue: Jobs}": "t.yml:4:18: error: operate: skip needs messages."
    " Write `messages:` or `filter:`.",
    CASE + "      - publish\n": "t.yml:4:9: error: a step is one word with what it needs."
    " Write `- publish: {topic: ..., data: ...}`.",
    CASE + "      - {stall: a, disconnect: a}\n": "t.yml:4:9: error: a step is one word with what it needs."
    " Write `- publish: {topic: ..., data: ...}`.",
    CASE + "      - expect: {recieved: {}}": "t.yml:4:18: error: nothing is expected with 'recieved'."
    " Did you mean received?",
    CASE + "      - expect:": "t.yml:4:16: error: expect needs a mapping. Write one of received, published,"
    " nothing_more, statuses, queue, client, log, fired, ran, files, transport, running below it.",
    CASE + "      - expect: {received: {client: a}}": "t.yml:4:28: error: received: it does not say what is expected."
    " Write exactly, like, contains or count.",
    CASE + "      - expect: {received: {client: a, exactly: 5}}": "t.yml:4:49: error: '5' stands where a list belongs."
    " Begin each entry with `- `.",
    CASE + "      - expect: {log: {code: 29-9999}}": "t.yml:4:30: error: there is no log record '29-9999'."
    " docs/reference lists them.",
    CASE + "      - expect: {log: {code: 29-9103}}": "t.yml:4:30: error: there is no log record '29-9103'."
    " Did you mean 29-0103?",
    CASE + "      - expect: {running: perhaps}": "t.yml:4:27: error: 'perhaps' is not true or false."
    " Write true or false.",
    CASE + "      - disk: broken": "t.yml:4:15: error: 'broken' is not one of well, full, sync fails, held."
    " Write well, full, sync fails or held.",
    CASE + "      - archive: reachable": "t.yml:4:18: error: 'reachable' is not one of well, unreachable."
    " Did you mean unreachable?",
    CASE + "      - errands: maybe": "t.yml:4:18: error: 'maybe' is not true or false. Write true or false.",
    CASE + "      - command: {exit: 1}": "t.yml:4:18: error: command needs 'contains'. A part of the command's words:"
    " write `contains: ...`.",
    CASE + "      - files: {paths: {a: b}}": "t.yml:4:24: error: a mapping stands where a text belongs. Write a text.",
    CASE + "      - file_system: {path: /, used: 200%}": "t.yml:4:38: error: '200%' is not a percentage."
    " Write a number from 0 to 100, such as 95%.",
    CASE
    + "      - admin: {path: a, parameters: [b]}": "t.yml:4:38: error: a list stands where names with values belong."
    " Write `NAME: VALUE`.",
    CASE + "      - signal: [SIGHUP]": "t.yml:4:17: error: a list stands where a text belongs. Write a text.",
    CASE + "      - expect: {statuses: {queue: Jobs, message: a, body: 1, exactly: []}}": "t.yml:4:28: error: statuses:"
    " it takes either `message` or `body`. Write one of them.",
    CASE + "      - expect: {statuses: {queue: Jobs, message: a, ends: []}}": "t.yml:4:28: error: statuses:"
    " `ends` is empty. Write at least one status, or `exactly: []` for none.",
    CASE + "      - expect: {published: {topic: a, contains: []}}": "t.yml:4:29: error: published:"
    " `contains` is empty. Write at least one message, or `exactly: []` for none.",
    CASE + "      - expect: {nothing_more: []}": "t.yml:4:32: error: nothing_more: it names no client."
    " Write at least one, or all.",
    CASE + "      - expect: {fired: {action: a, outcome: complete}}": "t.yml:4:46: error: 'complete' is not one of"
    " completed, ended by an If, failed, retrying, cut, running. Did you mean completed?",
    CASE + "      - expect: {fired: {action: a, steps: [done, bla]}}": "t.yml:4:51: error: 'bla' is not one of"
    " done, passed, stopped, failed, retrying, cut, waiting."
    " Write done, passed, stopped, failed, retrying, cut or waiting.",
    CASE + "      - expect: {fired: {action: a, times: 0, outcome: failed}}": "t.yml:4:25: error: fired:"
    " `times: 0` leaves nothing to look at. Write the action alone, or another number.",
    CASE + "      - expect: {ran: {}}": "t.yml:4:23: error: ran: it does not say what is expected."
    " Write exactly or count.",
    CASE + "      - expect: {queue: {name: Jobs}}": "t.yml:4:25: error: queue: it does not say what is expected."
    " Write one of depth, available, delayed, leased, retry_wait, suspended, exceeded, consumers, is_paused.",
    "cases: &a [*a]": "t.yml:1:8: error: anchors and aliases are not taken. Write it out, or use `setup:`.",
    "cases: *a": "t.yml:1:8: error: anchors and aliases are not taken. Write it out, or use `setup:`.",
    "cases: !!python/object/apply:os.system [id]": "t.yml:1:8: error: the tag tag:yaml.org,2002:python/object/apply:"
    "os.system is not taken. Write the value without a tag.",
    "cases: !!set {a}": "t.yml:1:8: error: the tag tag:yaml.org,2002:set is not taken. Write the value without a tag.",
    "? [a]\n: b": "t.yml:1:3: error: a key must be a text. Put the whole text into quotes.",
    "a: b\n---\nc: d": "t.yml:2:1: error: a second document begins here. Write one document to a file.",
    "a:\n\t- b": "t.yml:2:1: error: this is not YAML: found character that cannot start any token."
    " Look at indentation, quotes, colons.",
    "a: " + "[" * 100: "t.yml:1:67: error: this is nested deeper than 64. Write it as a text.",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_one_error_with_its_place_and_the_remedy(text: str) -> None:
    with pytest.raises(FileFault) as caught:
        read_suite(text.encode())
    assert caught.value.text("t.yml") == FAULTS[text]


def test_bytes_that_are_no_text() -> None:
    for data in (b"a: \xff\xfe", "a: b".encode("utf-16"), b"a: \x00"):
        with pytest.raises(FileFault, match=r"not UTF-8|not YAML"):
            read_suite(data)


def test_a_file_that_is_too_large_is_not_looked_into() -> None:
    with pytest.raises(FileFault, match="more than"):
        read_suite(b" " * (limits.TESTS_SIZE_MAX + 1))
    with pytest.raises(FileFault, match="entries"):
        read_suite(b"a: [" + b"1," * limits.TESTS_NODES_MAX + b"]")


def test_words_are_what_they_look_like() -> None:
    found = read_tree(b"[on, no, 12:30, 2026-01-02, 1_000, 0x10, 1e3, 1e999, -5, true, null, ~, '5', 007]").value()
    words = ["on", "no", "12:30", "2026-01-02", "1_000", "0x10", 1000.0, "1e999", -5, True, None, None, "5", "007"]
    assert found == words


@given(st.text(max_size=60))
def test_any_text_is_a_suite_or_a_fault(text: str) -> None:
    try:
        read_suite(text.encode("utf-8", "surrogatepass"))
    except FileFault:
        return


TEXTS = st.text("ab\u00e9\n\"'#:{}[]&*!|>%@`-?, 01.e", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["at", "zone", "setup", "cases"]), JSON))
def test_anything_under_the_known_words_is_a_suite_or_a_fault(value: dict[str, object]) -> None:
    tree = read_tree(json.dumps(value, ensure_ascii=False).encode())
    assert isinstance(tree, Mapping)
    assert tree.value() == value
    with pytest.raises(FileFault):
        read_suite(json.dumps(value).encode())
