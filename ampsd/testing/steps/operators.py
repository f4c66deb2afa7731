"""What operators ask: the verbs of `ampsd queue` and `ampsd dlq`."""

import msgspec

from ampsd.admin.calls import PREFIX, Call, Refusal, Submit
from ampsd.admin.models import Asked, Done
from ampsd.declare import option
from ampsd.engine.operators import ALREADY, QUEUE_VERBS, VERBS, Answer
from ampsd.testing.kinds import NUMBER, TEXT, TRUTH, listing, word_of
from ampsd.testing.mismatch import Mismatch
from ampsd.testing.step import Step, must_be
from ampsd.testing.theatre import Theatre


class Operate(Step, word="operate"):
    """An operator acts on a queue or on messages in it, over the admin interface."""

    do: str = option(word_of(*VERBS), "The verb.")
    queue: str = option(TEXT, "Name of the queue.")
    message_type: str = option(TEXT, "Its message type, where several queues have the name.", default="")
    messages: tuple[str, ...] = option(
        listing(TEXT), "Which messages: names given with `as`, or bookmarks.", default=()
    )
    filter: str | None = option(TEXT, "Which messages: those whose bodies match.", default=None)
    actor: str = option(TEXT, "Who asks.", default="operator")
    topic: str | None = option(TEXT, "With reroute: to which topic.", default=None)
    pause_for: str | None = option(TEXT, "With pause: for how long, such as 10m.", default=None)
    redeliver: bool = option(TRUTH, "With terminate: whether the messages are delivered again.", default=True)
    attempts: int = option(NUMBER, "With reset: how many attempts count as made.", default=0)
    status: str = option(TEXT, "With status: which.", default="")
    reason: str = option(TEXT, "With status: why.", default="")
    refused: str | None = option(
        TEXT, "Why it is refused; an empty text for any reason. Without it, a refusal fails the test.", default=None
    )

    def check(self) -> str:
        """What is wrong with the options together."""
        if self.do not in QUEUE_VERBS and not self.messages and self.filter is None:
            return f"{self.do} needs messages; Write `messages:` or `filter:`."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Ask, and wait for the answer."""
        theatre.must_run()
        try:
            done = self._carry_out(theatre)
        except Refusal as error:
            must_be(f"{self.do} of {self.queue}", self.refused, error.problem.error)
            return
        reasons = [one.reason for one in done.items if one.outcome not in ("done", ALREADY)]
        must_be(f"{self.do} of {self.queue}", self.refused, reasons[0] if reasons else "")

    def _carry_out(self, theatre: Theatre) -> Done:
        message_type, _, name = theatre.queue_key(self.queue, self.message_type).partition(":")
        path = f"{PREFIX}/queues/{{type}}/{{name}}/{self.do}"
        resource = next(one for one in theatre.admin().resources if one.path == path)
        bookmarks = [one if "|" in one else theatre.bookmark(one) for one in self.messages]
        asked: dict[str, object] = {
            "messages": bookmarks,
            "filter": self.filter,
            "actor": self.actor,
            "topic": self.topic,
        }
        asked |= {"redeliver": self.redeliver, "attempts": self.attempts, "pause_for": self.pause_for}
        asked |= {"status": self.status, "reason": self.reason}
        theatre.requests += 1
        body = msgspec.convert(asked, Asked)
        call = Call({"type": message_type, "name": name}, {}, body, self.actor, f"request {theatre.requests}")
        submit = resource.handler(call)
        assert isinstance(submit, Submit)
        answers: list[Answer] = []
        theatre.post(submit.request(answers.append))
        theatre.settle()
        if not answers:
            raise Mismatch(f"{self.do} of {self.queue} is not answered: the disk is held, or the instance has stopped")
        done = submit.answered(answers[0])
        assert isinstance(done, Done)
        return done
