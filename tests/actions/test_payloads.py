"""Ten thousand hostile payloads in every option that is filled in: data stay data.

Which options are filled in is asked of the modules. One that is not in EXPECTED fails the test: write what it must make
of a payload.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hostile_payloads import PIECES, payloads
from lxml import etree

from ampsd.actions import module
from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, If, ModuleClass, short_name
from ampsd.actions.template import Template
from ampsd.declare import NotRunningError
from ampsd.engine.effects import ExtractValues, IncrementCounter, StepFailed
from ampsd.engine.events import CustomEvent
from ampsd.expressions.compile import NO_FIELDS, Filter
from ampsd.ports import RunProgram, TreatFiles
from ampsd.simulator.errands import SimErrands

NUMBER = 10_000
SEED = 20_260_301
CALM = {
    "Age": "1d", "Command": "true", "Condition": "1 = 1", "Data": "d", "Event": "e", "Filter": "1 = 1", "Key": "k",
    "MessageType": "json", "Path": "/", "Pattern": "./log/*", "Status": "Held", "Topic": "t", "Value": "V",
    "CaptureData": "V", "GreaterThan": "1%",
}  # fmt: skip
"""Options that a module needs, and are not looked at now."""
TEXTS = ("{{X}}", "true {{X}}", "'{{X}}' = 'a'")
"""How an option may use a variable, in one or the other of these ways."""
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
UNITS = rb"(ns|us|ms|s|m|h|d|w)?"
NUMBERS = {"Age": UNITS, "Keep": b"[kKmMgG]?", "Count": b"[kKmMgG]?", "GreaterThan": b"%?"}


class Came:
    """What came of a step: what it asked for, the variables it left, why it failed."""

    def __init__(self, step: Do | If, payload: bytes, **variables: bytes) -> None:
        self.payload = payload
        self.requests: list[Any] = []
        self.failure = ""
        self.passed: bool | None = None
        firing = Firing("a", CustomEvent("e", {"X": payload, **variables}, 0), "Play", 0)
        try:
            self._take(step, firing)
        except StepFailed as failed:
            self.failure = failed.reason or "no reason"
        self.variables = firing.variables

    def _take(self, step: Do | If, firing: Firing) -> None:
        if isinstance(step, If):
            question = step.question(firing)
            self.requests += [] if question is None else [question]
            self.passed = step.passes(firing, b"50")
            return
        asking = step.run(firing)
        request = next(asking, None)
        while request is not None:
            self.requests.append(request)
            if isinstance(request, ExtractValues):
                request.values = [None] * len(request.expressions)
            elif isinstance(request, IncrementCounter):
                request.count = 7
            try:
                request = asking.send(b"")
            except StopIteration:
                return

    def told(self, attribute: str) -> bytes:
        """What the first request says, as bytes."""
        value = getattr(self.requests[0], attribute)
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


@cache
def hostile() -> tuple[bytes, ...]:
    found = tuple(payloads(SEED, NUMBER))
    assert len(found) == NUMBER
    assert set(PIECES) <= set(found)
    assert max(map(len, found)) > 100_000
    return found


def built(name: str, **texts: str) -> Any:
    cls = module.find(name)
    assert cls is not None
    needed = {one.xml: CALM[one.xml] for one in cls.declared if one.is_required and one.xml not in texts}
    values = {}
    for one in cls.declared:
        text = texts.get(one.xml, needed.get(one.xml))
        if text is not None:
            parsed = one.kind.parse(text)
            values[one.attribute] = (parsed,) if one.repeatable else parsed
    return cls(**values)


def is_filled_in(kind: Any) -> bool:
    """Whether options of the kind may hold variables."""
    for text in TEXTS:
        try:
            value = kind.parse(text)
        except (ValueError, NotRunningError):
            continue
        if "X" in (*getattr(value, "names", ()), *getattr(value, "variables", ())):
            return True
    return False


def filled_in_options() -> list[tuple[str, str]]:
    running: list[ModuleClass] = [
        cls for one in module.names() if (cls := module.find(one)) is not None and not cls.not_running
    ]
    return [(short_name(cls.module), one.xml) for cls in running for one in cls.declared if is_filled_in(one.kind)]


# ---- what is expected: the text of the option, and what must come of a payload

Check = Callable[[Came], None]
Expected = tuple[str, Check]


def same(attribute: str, *, fails_longer_than: int | None = None) -> Expected:
    """The request holds the payload, byte for byte."""

    def check(came: Came) -> None:
        wanted = b"<" + came.payload + b">"
        if fails_longer_than is not None and len(wanted) > fails_longer_than:
            assert "longer than" in came.failure
        else:
            assert came.failure == ""
            assert came.told(attribute) == wanted

    return "<{{X}}>", check


def readable(attribute: str) -> Expected:
    """The same, but bytes that are not UTF-8 are replaced: no message type has such a name."""

    def check(came: Came) -> None:
        assert came.told(attribute) == b"<" + came.payload.decode("utf-8", "replace").encode() + b">"

    return "<{{X}}>", check


def variable(name: str) -> Expected:
    """A variable holds the payload."""

    def check(came: Came) -> None:
        assert came.failure == ""
        assert came.variables[name] == b"<" + came.payload + b">"

    return "<{{X}}>", check


def number(option: str, attribute: str) -> Expected:
    """The payload is a number, perhaps with a unit, and nothing else; or the step fails and names the option."""
    form = re.compile(rb"\s*([0-9]+(?:\.[0-9]+)?)\s*" + NUMBERS[option] + rb"\s*", re.IGNORECASE)

    def check(came: Came) -> None:
        if came.failure:
            assert came.failure.startswith(option)
            return
        match = form.fullmatch(came.payload)
        assert match is not None, came.payload
        if attribute:
            assert (getattr(came.requests[0], attribute) == 0) == (Decimal(match.group(1).decode()) == 0)

    return "{{X}}", check


def logged(came: Came) -> None:
    assert came.requests[0].values == {"message": came.payload.decode("utf-8", "backslashreplace")}


def condition(came: Came) -> None:
    """It is a text, equal to itself and to nothing else; an empty one is NULL."""
    assert came.failure == ""
    assert came.passed is (came.payload != b"")


def query(came: Came) -> None:
    content = came.requests[0].filter
    assert isinstance(content, Filter)
    assert content.matches(NO_FIELDS) is (came.payload != b"")


def one_word(came: Came) -> None:
    """The payload is one word of the very program that is written, or nothing runs."""
    if b"\0" in came.payload:
        assert "NUL byte" in came.failure
        assert came.requests == []
        return
    world = SimErrands(lambda: 0)
    for errand in came.requests:
        world.submit(1, errand)
        world.step()
    (program,) = world.programs
    assert program is came.requests[0]
    assert program.words == (b"/usr/bin/notify", b"--text=" + came.payload, b"last")
    assert program.environment == {}


def one_file(came: Came) -> None:
    """The file of that name goes, and no other; a value that is no part of a name ends the step."""
    if b"/" in came.payload or b"\0" in came.payload:
        assert came.failure.startswith("Pattern: ")
        assert came.requests == []
        return
    (errand,) = came.requests
    assert isinstance(errand, TreatFiles)
    assert (errand.pattern.root, len(errand.pattern.parts)) == (b"/var/logs", 1)
    world = SimErrands(lambda: 10**18)
    name = b"/var/logs/a" + came.payload + b"z"
    others = [b"/var/logs/az", b"/var/logs/abz", b"/var/logs/a" + came.payload + b"bz", b"/etc/az", b"/var/logs/x/az"]
    others.append(b"/var/logs/a" + came.payload[::-1] + b"z")
    world.files = dict.fromkeys(one for one in (*others, name) if not one.endswith(b".gz"))
    world.files = dict.fromkeys(world.files, 0)
    world.submit(1, errand)
    _, value, failure = world.step()
    assert (value, failure) == (b"1", None)
    assert name not in world.files
    assert set(world.files) - {name + b".gz"} == set(others) - {name}


FILES = {"Age": number("Age", "age_ns"), "Keep": number("Keep", "keep"), "Count": number("Count", "count")}
FILES["Pattern"] = ("/var/logs/a{{X}}z", one_file)
RESET = {"Transport": same("transport"), "AuthenticationId": same("user")}
EXPECTED: dict[str, dict[str, Expected]] = {
    "do-archive-journal": {"Age": number("Age", "age_ns")},
    "do-compress-files": FILES,
    "do-compress-journal": {"Age": number("Age", "age_ns")},
    "do-disable-transport": {"Transport": same("transport")},
    "do-echo-message": {"Message": ("{{X}}", logged)},
    "do-enable-transport": {"Transport": same("transport")},
    "do-execute-event": {"Event": same("name")},
    "do-execute-system": {"Command": ("/usr/bin/notify --text={{X}} last", one_word)},
    "do-extract-values": {"MessageType": same("message_type"), "Data": same("data")},
    "do-increment-counter": {"Key": same("key")},
    "do-publish-message": {
        "Topic": same("topic", fails_longer_than=4096),
        "MessageType": readable("message_type"),
        "Data": same("data"),
    },
    "do-query-sow": {
        "Topic": same("topic"),
        "MessageType": same("message_type"),
        "Filter": ("'{{X}}' = '{{Y}}'", query),
        "DefaultData": variable("V"),
        "OrderBy": same("order_by"),
        "Options": same("options"),
    },
    "do-remove-files": FILES,
    "do-remove-journal": {"Age": number("Age", "age_ns")},
    "do-reset-authentication": RESET,
    "do-reset-entitlement": RESET,
    "do-set-status": {"Reason": same("reason")},
    "do-translate-data": {"Data": variable("V"), "Default": variable("V")},
    "do-truncate-statistics": {"Age": number("Age", "age_ns")},
    "if-condition": {"Condition": ("'{{X}}' = '{{Y}}'", condition)},
    "if-file-system-usage": {"Path": same("path"), "GreaterThan": number("GreaterThan", "")},
}
OPTIONS = [(name, option) for name, options in EXPECTED.items() for option in options]


def test_every_option_that_is_filled_in_is_tried() -> None:
    assert sorted(OPTIONS) == sorted(filled_in_options())


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_a_payload_is_data(name: str, option: str) -> None:
    text, check = EXPECTED[name][option]
    whole = next(one for one in module.names() if short_name(one) == name)
    step = built(whole, **{option: text})
    for payload in hostile():
        came = Came(step, payload, Y=payload)
        check(came)
        if name != "do-execute-system":
            assert not any(isinstance(one, RunProgram) for one in came.requests)


def test_in_a_shell_a_payload_is_a_value_of_the_environment() -> None:
    step = built("amps-action-do-execute-system", Command="notify {{X}} '-{{X}}-' | sort", **{"ampsd:Shell": "true"})
    scripts = set()
    for payload in hostile():
        came = Came(step, payload)
        if b"\0" in payload:
            assert "NUL byte" in came.failure
            continue
        (program,) = came.requests
        scripts.add(program.words)
        assert program.environment == {b"AMPSD_1": payload}
    assert len(scripts) == 1, "the script is the same whatever the payload is"


def test_a_payload_in_a_variable_that_names_an_event_is_its_name() -> None:
    step = built("amps-action-do-execute-event", EventVariable="X")
    for payload in hostile():
        came = Came(step, payload)
        if payload.strip():
            assert came.told("name") == payload.strip()
            assert came.requests[0].variables["X"] == payload
        else:
            assert came.failure == "the name of the event is empty"


def test_a_payload_is_translated_only_where_it_is_the_very_value() -> None:
    step = built("amps-action-do-translate-data", Data="{{X}}", Case="*=star")
    for payload in hostile():
        assert Came(step, payload).variables["V"] == (b"star" if payload == b"*" else payload)


def test_an_escaped_payload_is_read_back() -> None:
    as_json, as_xml = Template('{"x":{{X|json}}}'), Template('<a x="{{X|xml}}">{{X|xml}}</a>')
    parser = etree.XMLParser(huge_tree=True)
    for payload in hostile():
        text = payload.decode("utf-8", "replace")
        assert json.loads(as_json.render({"X": payload})) == {"x": text}
        root = etree.fromstring(as_xml.render({"X": payload}), parser)
        assert list(root) == []
        assert (
            (root.text or "") == root.get("x") == NOT_IN_XML.sub("\ufffd", payload.decode("utf-8", "surrogateescape"))
        )
