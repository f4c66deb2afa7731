"""The instance: its queues, its clients, its log records, whether it runs."""

from ampsd.admin.calls import Call
from ampsd.config.advice import did_you_mean
from ampsd.declare import Kind, option
from ampsd.errors import CATALOGUE
from ampsd.testing.kinds import NUMBER, TEXT, TRUTH, scalar
from ampsd.testing.mismatch import Mismatch, difference
from ampsd.testing.step import Step
from ampsd.testing.theatre import Theatre

_LINES_MAX = 30


class QueueState(Step, word="queue"):
    """Where the messages of a queue stand."""

    name: str = option(TEXT, "Name of the queue.")
    message_type: str = option(TEXT, "Its message type, where several queues have the name.", default="")
    depth: int | None = option(NUMBER, "Messages in the queue.", default=None)
    available: int | None = option(NUMBER, "Those that wait for a client.", default=None)
    delayed: int | None = option(NUMBER, "Those that are not due.", default=None)
    leased: int | None = option(NUMBER, "Those that a client holds.", default=None)
    retry_wait: int | None = option(NUMBER, "Those that came back and wait for another delivery.", default=None)
    suspended: int | None = option(NUMBER, "Those on hold.", default=None)
    exceeded: int | None = option(NUMBER, "Those that left without success and can be reset.", default=None)
    consumers: int | None = option(NUMBER, "Subscriptions.", default=None)
    is_paused: bool | None = option(TRUTH, "Whether it is paused.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        counts = [one.attribute for one in self.declared if one.attribute not in ("name", "message_type")]
        if all(getattr(self, one) is None for one in counts):
            return f"it does not say what is expected; Write one of {', '.join(counts)}."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Look."""
        message_type, _, name = theatre.queue_key(self.name, self.message_type).partition(":")
        status = theatre.admin().queue(Call({"type": message_type, "name": name}, {}, None, "", ""))
        counts = [one.attribute for one in self.declared if one.attribute not in ("name", "message_type")]
        asked = [one for one in counts if getattr(self, one) is not None]
        wrong = [one for one in asked if getattr(self, one) != getattr(status, one)]
        if wrong:
            wanted = [f"{one}: {_word(getattr(self, one))}" for one in asked]
            got = [f"{one}: {_word(getattr(status, one))}" for one in asked]
            raise Mismatch(f"queue {self.name}: not what was expected", difference(wanted, got))


class ClientState(Step, word="client"):
    """Whether a client is connected, and what it holds."""

    name: str = option(TEXT, "Name of the client.")
    connected: bool | None = option(TRUTH, "Whether its connection is open.", default=None)
    holds: int | None = option(NUMBER, "Messages of queues that it has received and not answered.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        if self.connected is None and self.holds is None:
            return "it does not say what is expected; Write `connected: true` or `holds: 1`."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Look."""
        actor = theatre.seen(self.name)
        if self.connected not in (None, actor.is_connected):
            raise Mismatch(f"client {self.name} is {'not connected' if self.connected else 'connected'}")
        if self.holds not in (None, len(actor.held)):
            raise Mismatch(
                f"client {self.name} holds {len(actor.held)}, not {self.holds}",
                [one.body for one in actor.held.values()],
            )


def _code(text: str) -> str:
    if text not in CATALOGUE:
        near = did_you_mean(text, list(CATALOGUE))
        raise ValueError(f"there is no log record {text!r}; {near or 'docs/reference lists them.'}")
    return text


class Logged(Step, word="log"):
    """A log record that was written in this case."""

    code: str | None = option(
        scalar(Kind("the code of a log record", _code), "a code of docs/reference, such as 29-0103"),
        "Its code.",
        default=None,
    )
    contains: str = option(TEXT, "A part of its text.", default="")
    count: int | None = option(NUMBER, "How many there are; without it, at least one. 0 for none.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        if self.code is None and not self.contains:
            return "it does not say which; Write `code:` or `contains:`."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Look."""
        lines = [(code, CATALOGUE[code].text.format(**values)) for code, values in theatre.log]
        found = [text for code, text in lines if self.code in (None, code) and self.contains in text]
        if (self.count is None and not found) or self.count not in (None, len(found)):
            wanted = "a log record" if self.count is None else f"{self.count} log records"
            which = f" {self.code}" if self.code else ""
            sentence = (
                f"expected {wanted}{which}{f' with {self.contains!r}' if self.contains else ''}, got {len(found)}"
            )
            raise Mismatch(sentence, [f"{code} {text}" for code, text in lines][-_LINES_MAX:])


class Running(Step, word="running", plainly="is_so"):
    """Whether the instance runs: a journal that cannot be written stops it."""

    is_so: bool = option(TRUTH, "true or false.")

    def play(self, theatre: Theatre) -> None:
        """Look."""
        if theatre.is_running != self.is_so:
            raise Mismatch(f"the instance {'runs' if theatre.is_running else 'does not run'}")


def _word(value: object) -> str:
    return str(value).lower()
