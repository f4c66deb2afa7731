"""amps-action-on-publish-message."""

from ampsd.actions.event_variables import BOOKMARK, MESSAGE
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.actions.option_kinds import available
from ampsd.actions.topics import names
from ampsd.declare import MESSAGE_TYPE, TOPIC_OR_REGEX, Kind, NotRunningError, one_of, option
from ampsd.engine.events import Event, MessagePublished
from ampsd.expressions.compile import Filter, compile_filter
from ampsd.wire.options import split

_FILTER = Kind("expression", available(compile_filter), fault="expression")


_LITERAL = "non_regex_topic"
_OF_ANSWERS = frozenset({"none", "replace", "timestamp", "no_sowkey", "send_keys", "no_empties", _LITERAL})
"""Options that run: the topic is no regular expression; the others say what answers hold, which nobody gets here."""
_OF_BOOKMARKS = frozenset({"bookmark", "bookmark_not_found", "live", "fully_durable", "rate", "rate_max_gap", "pause"})


def _options(text: str) -> tuple[str, ...]:
    words = tuple(split(text.strip().encode())) if text.strip() else ()
    for word in words:
        if word in _OF_BOOKMARKS:
            raise ValueError(f"{word} is for bookmark subscriptions, and this is none: remove it")
        if word not in _OF_ANSWERS:
            raise NotRunningError(f"the subscribe option {word} does not run here yet", "Remove it.", ())
    return words


_OPTIONS = Kind("subscribe options", _options)


class OnPublishMessage(On, module="amps-action-on-publish-message"):
    """Runs for each message published to a topic, but not during recovery (User Guide, Message Publish).

    Use it on the underlying topic of a queue, not on the queue.
    """

    event = MessagePublished
    variables = (
        MESSAGE
        | BOOKMARK
        | {
            "AMPS_TIMESTAMP": "When the message was published.",
            "AMPS_CLIENT_NAME": "Name of the client that published the message.",
        }
    )

    topic: str = option(TOPIC_OR_REGEX, "Topic to watch, or a regular expression.", marks=(WATCHES,), reload="live")
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
    message_source: str = option(
        one_of("all", "local", "replicated"),
        "Watch publishes to this instance, replicated ones, or all.",
        default="all",
        reload="live",
    )
    filter: Filter | None = option(_FILTER, "Run only for messages that match.", default=None, reload="live")
    options: tuple[str, ...] = option(
        _OPTIONS, "Options of the subscription, without those for bookmarks.", default=(), reload="live"
    )

    def may_match(self, event: Event) -> bool:
        """Whether publishes to the event's topic can set off the action."""
        assert isinstance(event, MessagePublished)
        return (
            self.message_source != "replicated"
            and event.message_type == self.message_type
            and (event.topic == self.topic if _LITERAL in self.options else names(self.topic, event.topic))
        )

    @property
    def reads_body(self) -> bool:
        """Whether there is a Filter."""
        return self.filter is not None

    def matches(self, event: Event) -> bool:
        """Publishes to the topic whose body matches the Filter; a body that cannot be read does not."""
        assert isinstance(event, MessagePublished)
        if not self.may_match(event):
            return False
        if self.filter is None:
            return True
        return event.fields is not None and self.filter.matches(event.fields, event.environment)
