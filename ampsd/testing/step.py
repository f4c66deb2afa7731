"""What steps and expectations have in common."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from ampsd.declare import option
from ampsd.testing.declaration import Given
from ampsd.testing.kinds import NUMBER, VALUE, listing
from ampsd.testing.mismatch import Mismatch, difference, is_message, json_text, message_value, only_asked
from ampsd.testing.theatre import Theatre


class Absent:
    """The default of a value that may be anything, null too."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()
MANY = listing(VALUE, may_stand_alone=False)


class Step(Given):
    """One entry of `steps`: a word and what it needs."""

    word: ClassVar[str] = ""

    def __init_subclass__(cls, *, word: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.word = word or cls.word

    def play(self, theatre: Theatre) -> None:
        """Do it, or look whether it is so. Raises Mismatch."""
        raise NotImplementedError


def body_of(value: object) -> str:
    """A message's body: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def must_be(what: str, wanted: str | None, reason: str) -> None:
    """Compare the outcome of a command with what was expected of it. Raises Mismatch."""
    if wanted is None and reason:
        raise Mismatch(f"{what} was refused: {reason}")
    if wanted is not None and not reason:
        raise Mismatch(f"{what} was expected to be refused, but was not")
    if wanted is not None and wanted not in ("", reason):
        raise Mismatch(f"{what} was refused for another reason", difference([wanted], [reason]))


class MessageStep(Step):
    """An expectation of messages: all of them, some, or how many."""

    exactly: tuple[object, ...] | None = option(MANY, "The messages, in order, and no other.", default=None)
    like: tuple[object, ...] | None = option(
        MANY, "The messages, in order; fields that are not written here may be anything.", default=None
    )
    contains: tuple[object, ...] | None = option(MANY, "These are among the messages, in any order.", default=None)
    count: int | None = option(NUMBER, "How many messages.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        if self.exactly is None and self.like is None and self.contains is None and self.count is None:
            return "it does not say what is expected; Write exactly, like, contains or count."
        if self.contains == ():
            return "`contains` is empty; Write at least one message, or `exactly: []` for none."
        return ""

    def judge(self, what: str, bodies: Sequence[str]) -> None:
        """Compare. Raises Mismatch."""
        if self.exactly is not None:
            self._in_order(what, self.exactly, bodies, is_like=False)
        if self.like is not None:
            self._in_order(what, self.like, bodies, is_like=True)
        left = list(bodies)
        for wanted in self.contains or ():
            found = next((one for one in left if is_message(wanted, one)), None)
            if found is None:
                raise Mismatch(f"{what}: a message is missing", difference([wanted], [*bodies]))
            left.remove(found)
        if self.count is not None and self.count != len(bodies):
            raise Mismatch(f"{what}: expected {messages(self.count)}, got {len(bodies)}", [*map(shown, bodies)])

    def _in_order(self, what: str, wanted: Sequence[object], bodies: Sequence[str], *, is_like: bool) -> None:
        pairs = zip(wanted, bodies, strict=False)
        if len(wanted) == len(bodies) and all(is_message(one, body, like=is_like) for one, body in pairs):
            return
        if not bodies:
            sentence = f"{what}: expected {messages(len(wanted))}, got none"
        elif len(wanted) != len(bodies):
            sentence = f"{what}: expected {messages(len(wanted))}, got {len(bodies)}"
        else:
            sentence = f"{what}: not what was expected"
        got: list[object] = [message_value(one) for one in bodies]
        if is_like and len(wanted) == len(got):
            got = [only_asked(one, each) for one, each in zip(wanted, got, strict=True)]
        raise Mismatch(sentence, difference(wanted, got))


def messages(number: int) -> str:
    """A number of messages."""
    return "1 message" if number == 1 else f"{number or 'no'} messages"


def shown(body: str) -> str:
    """A body on one line."""
    return f"+{json_text(message_value(body))}"
