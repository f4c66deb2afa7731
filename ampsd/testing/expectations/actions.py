"""Actions: which fired, with which outcome and variables, what they had done outside."""

from collections.abc import Sequence

from ampsd.actions.trace import (
    COMPLETED,
    CUT,
    DONE,
    ENDED,
    FAILED,
    PASSED,
    RETRYING,
    RUNNING,
    STOPPED,
    WAITING,
    Trace,
)
from ampsd.config.advice import nearest
from ampsd.declare import option
from ampsd.testing.kinds import NUMBER, TEXT, TRUTH, VALUE, listing, mapping, word_of
from ampsd.testing.mismatch import Mismatch, difference, is_message, message_value
from ampsd.testing.step import Step
from ampsd.testing.theatre import Theatre

Variables = tuple[tuple[str, object], ...]


class Fired(Step, word="fired"):
    """Firings of an action since an expectation last looked at it. What is said of outcome, steps and variables is of
    each of them."""

    action: str = option(TEXT, "Name of the action, as `ampsd test --coverage` shows it.")
    times: int | None = option(NUMBER, "How often; without it, at least once. 0 for never.", default=None)
    outcome: str | None = option(
        word_of(COMPLETED, ENDED, FAILED, RETRYING, CUT, RUNNING), "What became of it.", default=None
    )
    reason: str = option(TEXT, "A part of the reason why it failed.", default="")
    steps: tuple[str, ...] | None = option(
        listing(word_of(DONE, PASSED, STOPPED, FAILED, RETRYING, CUT, WAITING)),
        "Outcomes of its steps, in order.",
        default=None,
    )
    variables: Variables = option(mapping(VALUE), "Variables at the end of the firing: a text, or JSON.", default=())

    def check(self) -> str:
        """What is wrong with the options together."""
        says_more = self.outcome is not None or self.reason or self.steps is not None or self.variables
        if self.times == 0 and says_more:
            return "`times: 0` leaves nothing to look at; Write the action alone, or another number."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Look."""
        known = [one.name for one in theatre.instance.automation.graph.actions]
        if self.action not in known:
            raise Mismatch(f"there is no action {self.action!r}: {nearest(self.action, known)}")
        found = theatre.take_firings(self.action)
        if self.times not in (None, len(found)) or (self.times is None and not found):
            wanted = "at least once" if self.times is None else f"{self.times} times"
            every = [f"{one.event_name}: {one.outcome}{f', {one.reason}' if one.reason else ''}" for one in found]
            raise Mismatch(f"{self.action} fired {len(found)} times, expected {wanted}", every)
        for one in found:
            self._judge(one)

    def _judge(self, one: Trace) -> None:
        if self.outcome not in (None, one.outcome):
            lines = [*difference([self.outcome], [one.outcome]), *([one.reason] if one.reason else [])]
            raise Mismatch(f"{self.action} has another outcome", lines)
        if self.reason not in one.reason:
            raise Mismatch(f"{self.action} has another reason", difference([self.reason], [one.reason]))
        if self.steps is not None and list(self.steps) != one.outcomes:
            raise Mismatch(f"the steps of {self.action}: not what was expected", difference(self.steps, one.outcomes))
        held = {name: value.decode("utf-8", "surrogateescape") for name, value in one.before(len(one.steps)).items()}
        wrong = [name for name, value in self.variables if name not in held or not is_message(value, held[name])]
        if wrong:
            wanted = [{name: value} for name, value in self.variables if name in wrong]
            got = [{name: message_value(held[name])} for name in wrong if name in held]
            raise Mismatch(f"the variables of {self.action}: not what was expected", difference(wanted, got))


class Ran(Step, word="ran"):
    """The commands that actions ran since an expectation last looked. One that a shell runs is its text."""

    exactly: tuple[object, ...] | None = option(
        listing(VALUE, may_stand_alone=False),
        "The commands, in order, and no other: each a text, or a list of words.",
        default=None,
    )
    count: int | None = option(NUMBER, "How many.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        return (
            ""
            if self.exactly is not None or self.count is not None
            else ("it does not say what is expected; Write exactly or count.")
        )

    def play(self, theatre: Theatre) -> None:
        """Look."""
        found = [_words(one.words) for one in theatre.take_programs()]
        shown = [one[2] if one[:2] == ["/bin/sh", "-c"] else " ".join(one) for one in found]
        if self.count not in (None, len(found)):
            raise Mismatch(f"expected {self.count} commands, got {len(found)}", shown)
        if self.exactly is None:
            return
        pairs = list(zip(self.exactly, found, shown, strict=False))
        if len(found) != len(self.exactly) or any(one not in (words, text) for one, words, text in pairs):
            got = [words if isinstance(one, list) else text for one, words, text in pairs] + shown[len(pairs) :]
            raise Mismatch("the commands: not what was expected", difference(self.exactly, got))


class FileListing(Step, word="files"):
    """The files that are there."""

    exactly: tuple[str, ...] = option(listing(TEXT, may_stand_alone=False), "Their paths, in any order.")

    def play(self, theatre: Theatre) -> None:
        """Look."""
        found = sorted(path.decode("utf-8", "surrogateescape") for path in theatre.errands.files)
        if sorted(self.exactly) != found:
            raise Mismatch("the files: not what was expected", difference(sorted(self.exactly), found))


class TransportState(Step, word="transport"):
    """Whether a transport listens, as far as actions decide."""

    name: str = option(TEXT, "Its name.")
    listening: bool = option(TRUTH, "true or false.")

    def play(self, theatre: Theatre) -> None:
        """Look."""
        definitions = theatre.model.definition.transports
        known = [one.name for one in definitions]
        if self.name not in known:
            raise Mismatch(f"there is no transport {self.name!r}: {nearest(self.name, known)}")
        if theatre.is_listening(self.name) != self.listening:
            raise Mismatch(f"transport {self.name} {'does not listen' if self.listening else 'listens'}")


def _words(words: Sequence[bytes]) -> list[str]:
    return [one.decode("utf-8", "surrogateescape") for one in words]
