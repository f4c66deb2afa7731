"""Every word of a file of tests, and how a list of steps is read."""

from ampsd.config.advice import nearest
from ampsd.declare import option
from ampsd.testing.declaration import read_given, schema_of
from ampsd.testing.expectations.actions import FileListing, Fired, Ran, TransportState
from ampsd.testing.expectations.instance import ClientState, Logged, QueueState, Running
from ampsd.testing.expectations.messages import NothingMore, Published, Received, Statuses
from ampsd.testing.kinds import NodeKind, Schema, listing, wrong
from ampsd.testing.mismatch import Mismatch
from ampsd.testing.step import Step
from ampsd.testing.steps.clients import (
    Acknowledge,
    Cancel,
    Disconnect,
    Expire,
    Logon,
    Publish,
    ReadOn,
    Stall,
    Subscribe,
    Unsubscribe,
)
from ampsd.testing.steps.operators import Operate
from ampsd.testing.steps.outside import AdminRequest, Command, Errands, Files, FileSystem, Signal
from ampsd.testing.steps.surroundings import Advance, Archive, Disk, Restart
from ampsd.testing.theatre import Theatre
from ampsd.testing.yaml_tree import Listing, Mapping, Node

EXPECTATIONS: tuple[type[Step], ...] = (
    Received,
    Published,
    NothingMore,
    Statuses,
    QueueState,
    ClientState,
    Logged,
    Fired,
    Ran,
    FileListing,
    TransportState,
    Running,
)


def _expectations(node: Node) -> tuple[Step, ...]:
    """The expectations under `expect`: words, each with one or a list of what it needs."""
    words = {one.word: one for one in EXPECTATIONS}
    if not isinstance(node, Mapping) or not node.keys:
        raise wrong(node, "expect needs a mapping", f"Write one of {', '.join(words)} below it.")
    found: list[Step] = []
    for word, key in node.keys.items():
        if word not in words:
            raise wrong(key, f"nothing is expected with {word!r}", nearest(word, words))
        value = node.values[word]
        many = value.items if isinstance(value, Listing) and not _takes_texts(words[word]) else [value]
        found += [read_given(words[word], one, word) for one in many]
    return tuple(found)


def _takes_texts(cls: type[Step]) -> bool:
    """Whether a list is the value of one expectation, not a list of them."""
    return bool(cls.plainly)


def _expected_schema() -> Schema:
    properties: dict[str, Schema] = {}
    for one in EXPECTATIONS:
        schema = schema_of(one)
        many: Schema = {"type": "array", "items": schema}
        properties[one.word] = schema if _takes_texts(one) else {"anyOf": [schema, many]}
    return {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}


EXPECTED = NodeKind("expectations", _expectations, _expected_schema())


class Expect(Step, word="expect", plainly="all_of"):
    """What must be so now."""

    all_of: tuple[Step, ...] = option(EXPECTED, "The expectations, in order.")

    def play(self, theatre: Theatre) -> None:
        """Look at each."""
        for one in self.all_of:
            try:
                one.play(theatre)
            except Mismatch as error:
                error.line = one.line
                raise


STEPS: tuple[type[Step], ...] = (
    Publish,
    Subscribe,
    Unsubscribe,
    Acknowledge,
    Cancel,
    Expire,
    Logon,
    Disconnect,
    Stall,
    ReadOn,
    Advance,
    Restart,
    Disk,
    Archive,
    Operate,
    Signal,
    AdminRequest,
    Command,
    Errands,
    Files,
    FileSystem,
)
"""Every word of a step but `expect`."""


def _step(node: Node) -> Step:
    words = {one.word: one for one in STEPS}
    names = [*words, Expect.word]
    if not isinstance(node, Mapping) or len(node.keys) != 1:
        raise wrong(node, "a step is one word with what it needs", "Write `- publish: {topic: ..., data: ...}`.")
    ((word, key),) = node.keys.items()
    value = node.values[word]
    if word == Expect.word:
        made = Expect(all_of=EXPECTED.read(value))
        object.__setattr__(made, "line", key.line)
        return made
    if word not in words:
        raise wrong(key, f"there is no step {word!r}", nearest(word, names))
    step: Step = read_given(words[word], value, word)
    object.__setattr__(step, "line", key.line)
    return step


def step_schema() -> Schema:
    """The JSON schema of a step."""
    properties = {one.word: schema_of(one) for one in STEPS}
    expect = {"description": " ".join((Expect.__doc__ or "").split()), **EXPECTED.schema}
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {**properties, Expect.word: expect},
    }


STEP = NodeKind("a step", _step, {"$ref": "#/$defs/step"})
PLAY = listing(STEP, may_stand_alone=False)
