"""Clients: who they are, what they publish, what they subscribe to, how they answer."""

from ampsd.declare import option
from ampsd.testing.actor import ALL, FIRST, LAST, Delivery
from ampsd.testing.kinds import SPAN, TEXT, TIMES, VALUE
from ampsd.testing.mismatch import Mismatch, is_message
from ampsd.testing.step import ABSENT, Step, body_of, must_be
from ampsd.testing.theatre import PUBLISHER, Theatre

_REFUSED = "Why the instance refuses it; an empty text for any reason. Without it, a refusal fails the test."
_SECOND_NS = 1_000_000_000


class Logon(Step, word="logon", plainly="client"):
    """A client connects and logs on. Steps that name a client do so by themselves; this is for the details."""

    client: str = option(TEXT, "Name of the client.")
    message_type: str = option(TEXT, "Its message type.", default="json")
    transport: str | None = option(TEXT, "Name of the transport; the first that is enabled without it.", default=None)
    user: str = option(TEXT, "User id.", default="")
    password: str = option(TEXT, "Password.", default="")
    refused: str | None = option(TEXT, _REFUSED, default=None)

    def play(self, theatre: Theatre) -> None:
        """Log on."""
        actor = theatre.actor(self.client)
        if actor.is_connected:
            raise Mismatch(f"{self.client} is logged on already")
        reason = actor.log_on(self.message_type, self.transport, user=self.user, password=self.password)
        must_be(f"the logon of {self.client}", self.refused, reason)


class Disconnect(Step, word="disconnect", plainly="client"):
    """The connection of a client is gone: it closed it, or the network broke."""

    client: str = option(TEXT, "Name of the client.")

    def play(self, theatre: Theatre) -> None:
        """Hang up."""
        actor = theatre.actor(self.client)
        actor.peer.hang_up()
        actor.lost()


class Stall(Step, word="stall", plainly="client"):
    """A client reads nothing from now on."""

    client: str = option(TEXT, "Name of the client.")

    def play(self, theatre: Theatre) -> None:
        """Read nothing."""
        theatre.actor(self.client).peer.stall()


class ReadOn(Step, word="read_on", plainly="client"):
    """A client that was stalled reads again."""

    client: str = option(TEXT, "Name of the client.")

    def play(self, theatre: Theatre) -> None:
        """Read."""
        peer = theatre.actor(self.client).peer
        if peer.connection not in theatre.net.stalled:
            raise Mismatch(f"{self.client} is not stalled")
        peer.read_on()


class Publish(Step, word="publish"):
    """A client publishes a message."""

    topic: str = option(TEXT, "Topic to publish to.")
    data: object = option(VALUE, "The message: a text as it is, anything else as JSON.", default="")
    client: str = option(TEXT, "Who publishes.", default=PUBLISHER)
    message_type: str = option(TEXT, "Message type; without it that of the topic, or json.", default="")
    correlation_id: str = option(TEXT, "Correlation id.", default="")
    expiration_ns: int = option(SPAN, "How long the message lives, in whole seconds.", default=0)
    as_: str = option(TEXT, "A name for the message, for later steps.", default="")
    times: int = option(TIMES, "How often.", default=1)
    refused: str | None = option(TEXT, _REFUSED, default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        if self.expiration_ns % _SECOND_NS:
            return "expiration is no number of whole seconds; Clients can only send seconds: write 1s or more."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Publish."""
        actor = theatre.present(self.client, self.topic, self.message_type)
        for _ in range(self.times):
            actor.published += 1
            reason = actor.command(
                "publish",
                body_of(self.data),
                actor.published,
                self.expiration_ns // _SECOND_NS,
                t=self.topic,
                x=self.correlation_id,
            )
            must_be(f"the publish to {self.topic}", self.refused, reason)
            if self.as_:
                theatre.named[self.as_] = actor.bookmark()


class Subscribe(Step, word="subscribe"):
    """A client subscribes to a topic, or to a queue."""

    client: str = option(TEXT, "Who subscribes.")
    topic: str = option(TEXT, "Topic, queue, or regular expression.")
    filter: str = option(TEXT, "Content filter.", default="")
    options: str = option(TEXT, "Options, such as max_backlog=10.", default="")
    message_type: str = option(TEXT, "Message type; without it that of the topic, or json.", default="")
    refused: str | None = option(TEXT, _REFUSED, default=None)

    def play(self, theatre: Theatre) -> None:
        """Subscribe."""
        actor = theatre.present(self.client, self.topic, self.message_type)
        sub_id = actor.subscriptions.setdefault(self.topic, f"s{len(actor.subscriptions) + 1}")
        reason = actor.command("subscribe", t=self.topic, filter=self.filter, opts=self.options, sub_id=sub_id)
        must_be(f"the subscription to {self.topic}", self.refused, reason)


class Unsubscribe(Step, word="unsubscribe"):
    """A client ends a subscription."""

    client: str = option(TEXT, "Whose.")
    topic: str = option(TEXT, "Topic as it was subscribed to.")

    def play(self, theatre: Theatre) -> None:
        """Unsubscribe."""
        actor = theatre.actor(self.client)
        sub_id = actor.subscriptions.pop(self.topic, None)
        if sub_id is None:
            known = ", ".join(actor.subscriptions) or "nothing"
            raise Mismatch(f"{self.client} has not subscribed to {self.topic}", [f"it has subscribed to {known}"])
        for key in [key for key in actor.held if key[0] == self.topic]:
            del actor.held[key]
        must_be(f"the unsubscribe from {self.topic}", None, actor.command("unsubscribe", sub_id=sub_id))


class Answer(Step, plainly="client"):
    """A client answers for messages of a queue that it holds."""

    client: str = option(TEXT, "Who answers.")
    message: str = option(
        TEXT, "Which of the messages it holds: first, last, all, or a name given with `as`.", default="last"
    )
    body: object = option(VALUE, "Only messages with this body.", default=ABSENT)
    queue: str = option(TEXT, "Only messages of this queue.", default="")
    times: int = option(TIMES, "How often, each time for what was delivered by then.", default=1)
    refused: str | None = option(TEXT, _REFUSED, default=None)

    def play(self, theatre: Theatre) -> None:
        """Answer."""
        actor = theatre.actor(self.client)
        named = "" if self.message in (FIRST, LAST, ALL) else theatre.bookmark(self.message)

        def is_meant(one: Delivery) -> bool:
            return (
                self.queue in ("", one.topic)
                and named in ("", one.bookmark)
                and (self.body is ABSENT or is_message(self.body, one.body))
            )

        for _ in range(self.times):
            chosen = actor.pick(self.message, is_meant)
            for one in chosen:
                del actor.held[one.topic, one.bookmark]
            for one in chosen:
                reason = actor.command("sow_delete", t=one.topic, bookmark=one.bookmark, opts=self.options())
                must_be(f"the {self.word} of {one.body}", self.refused, reason)

    def options(self) -> str:
        """Options of the command."""
        return ""


class Acknowledge(Answer, word="acknowledge", plainly="client"):
    """A client has worked messages of a queue: they are gone."""


class Cancel(Answer, word="cancel", plainly="client"):
    """A client could not work messages of a queue: they go back to it."""

    after_ns: int = option(
        SPAN, "Hand them back unprocessed, to be delivered again after this time; AMPS cannot.", default=0
    )

    def options(self) -> str:
        """Options of the command."""
        return f"ampsd_after={self.after_ns}ns" if self.after_ns else "cancel"


class Expire(Answer, word="expire", plainly="client"):
    """A client ends messages of a queue for good: they expire."""

    def options(self) -> str:
        """Options of the command."""
        return "expire"
