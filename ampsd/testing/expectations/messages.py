"""Messages: what clients received, what was published, what became of one."""

from ampsd.declare import option
from ampsd.engine import lifecycle
from ampsd.engine.events import MessagePublished
from ampsd.engine.story import ACTION, ARCHIVER
from ampsd.testing.actor import ALL
from ampsd.testing.kinds import TEXT, TRUTH, VALUE, listing
from ampsd.testing.mismatch import Mismatch, difference, is_message
from ampsd.testing.step import ABSENT, MessageStep, Step, shown
from ampsd.testing.theatre import Theatre


class Received(MessageStep, word="received"):
    """What a client has received since an expectation last looked."""

    client: str = option(TEXT, "Name of the client.")
    topic: str = option(TEXT, "Only messages of this topic or queue; others are left for later.", default="")
    correlation_id: str | None = option(TEXT, "The correlation id that each of them has.", default=None)

    def play(self, theatre: Theatre) -> None:
        """Look."""
        actor = theatre.seen(self.client)
        found = [one for one in actor.received if self.topic in ("", one.topic)]
        actor.received = [one for one in actor.received if self.topic not in ("", one.topic)]
        self.judge(f"{self.client} received{f' of {self.topic}' if self.topic else ''}", [one.body for one in found])
        for one in found:
            if self.correlation_id not in (None, one.correlation_id):
                lines = difference([self.correlation_id], [one.correlation_id])
                raise Mismatch(f"{self.client} received another correlation id", lines)


class Published(MessageStep, word="published"):
    """What was published to a topic, by clients and by actions, since an expectation last looked."""

    topic: str = option(TEXT, "The topic.")
    message_type: str = option(TEXT, "Only messages of this type.", default="")
    client: str | None = option(TEXT, "Only by this client.", default=None)

    def play(self, theatre: Theatre) -> None:
        """Look."""
        if self.client is not None and all(one.client_name != self.client for one in theatre.every_published):
            theatre.seen(self.client)
        found = [one for one in theatre.published if self._is_meant(one)]
        theatre.published = [one for one in theatre.published if not self._is_meant(one)]
        self.judge(f"published to {self.topic}", [one.data.decode("utf-8", "surrogateescape") for one in found])

    def _is_meant(self, one: MessagePublished) -> bool:
        return (
            one.topic == self.topic
            and self.message_type in ("", one.message_type)
            and self.client in (None, one.client_name)
        )


class NothingMore(Step, word="nothing_more", plainly="clients"):
    """Clients have received nothing that no expectation has looked at."""

    clients: tuple[str, ...] = option(listing(TEXT), "Names of the clients, or all.")

    def check(self) -> str:
        """What is wrong with the options together."""
        return "" if self.clients else "it names no client; Write at least one, or all."

    def play(self, theatre: Theatre) -> None:
        """Look."""
        names = list(theatre.actors) if self.clients == (ALL,) else self.clients
        for name in names:
            bodies = [one.body for one in theatre.seen(name).received]
            if bodies:
                raise Mismatch(f"{name} received more", [*map(shown, bodies)])


class Statuses(Step, word="statuses"):
    """The story of a message in a queue, or in an action, as `ampsd trace` tells it."""

    queue: str | None = option(TEXT, "In which queue.", default=None)
    action: str | None = option(TEXT, "In which action, by its name.", default=None)
    archiver: bool = option(TRUTH, "Of the archiver: write true.", default=False)
    message_type: str = option(TEXT, "Message type of the queue, where several have the name.", default="")
    message: str | None = option(TEXT, "A name given with `as`.", default=None)
    body: object = option(VALUE, "The message that was published last with this body.", default=ABSENT)
    exactly: tuple[str, ...] | None = option(
        listing(TEXT), "All of them, in order; a status alone, or with its reason: `Retrying: cancel`.", default=None
    )
    ends: tuple[str, ...] | None = option(listing(TEXT), "The last of them.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        if (self.message is None) == (self.body is ABSENT):
            return "it takes either `message` or `body`; Write one of them."
        if sum((self.queue is not None, self.action is not None, self.archiver)) != 1:
            return "it takes one of `queue`, `action` and `archiver`; Write one of them."
        if (self.exactly is None) == (self.ends is None):
            return "it takes either `exactly` or `ends`; Write one of them."
        if self.ends == ():
            return "`ends` is empty; Write at least one status, or `exactly: []` for none."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Look."""
        bookmark = theatre.bookmark(self.message) if self.message is not None else self._bookmark_of_body(theatre)
        publisher, sequence = map(int, bookmark.strip("|").split("|"))
        every = theatre.statuses(self._processor(theatre), publisher, sequence)
        told = [one for one in every if one[0] != lifecycle.LOGGED]
        wanted = self.exactly if self.exactly is not None else self.ends or ()
        seen = told if self.exactly is not None else told[max(0, len(told) - len(wanted)) :]
        named = [status if _is_plain(wanted, at) else _line(status, why) for at, (status, why) in enumerate(seen)]
        if list(wanted) != named:
            what = self.queue or self.action or "the archiver"
            sentence = f"statuses of the message in {what}: not what was expected"
            if not told:
                sentence = f"{what} has told nothing of the message"
            has_reasons = any(": " in one for one in wanted)
            raise Mismatch(sentence, difference(wanted, [_line(*one) if has_reasons else one[0] for one in seen]))

    def _processor(self, theatre: Theatre) -> bytes:
        if self.queue is not None:
            return theatre.queue_key(self.queue, self.message_type).encode()
        return ARCHIVER if self.action is None else ACTION + self.action.encode()

    def _bookmark_of_body(self, theatre: Theatre) -> str:
        for one in reversed(theatre.every_published):
            if one.bookmark and is_message(self.body, one.data.decode("utf-8", "surrogateescape")):
                return one.bookmark.decode()
        raise Mismatch("no message with that body was published to a topic that is logged")


def _is_plain(wanted: tuple[str, ...], at: int) -> bool:
    return at < len(wanted) and ": " not in wanted[at]


def _line(status: str, why: str) -> str:
    return f"{status}: {why}" if why else status
