"""What operators ask of messages: each verb from each state, bulk, repetition, restarts; the document's tables."""

import pytest
from play import DEAD_LETTER, Client, Playbook, action, queue
from workers import ack, deliveries, publish, subscriber

from ampsd.engine import lifecycle
from ampsd.engine.lifecycle import EXCEEDED, IN_QUEUE, NUMERIC, OUTCOMES, STATUSES, TRANSITIONS, State, Trigger
from ampsd.engine.operators import VERBS, Left

JOBS = queue("Jobs", MaxPerSubscriptionBacklog=5, MaxCancels=3, **{"ampsd:StartAfter": "/start"})


class Bench:
    """A queue, a worker that may take one message at a time, and one message."""

    def __init__(self, queues: str = JOBS) -> None:
        self.play = Playbook(queues=queues + queue("FailedJobs"), actions=DEAD_LETTER)
        self.worker: Client | None = None
        self.bookmark = ""

    def bring_to(self, state: State) -> None:
        """Publish a message and bring it there."""
        play = self.play
        start = '{"start":"2099-01-01T00:00:00Z"}' if state is State.DELAYED else "{}"
        publish(play, start, s=1)
        self.bookmark = play.instance.queues[0].bookmark_of(play.instance.queues[0].entries.oldest()).decode()
        play.left[self.bookmark] = Left(self.place(), state)
        if state in (State.AVAILABLE, State.DELAYED):
            return
        if state is State.SUSPENDED:
            assert self.ask("suspend") == ("done", "")
            return
        if state is State.EXPIRED:
            play.advance("1h")
            return
        self.worker = subscriber(play, "worker", backlog=1)
        (message,) = deliveries(self.worker)
        if state is State.RETRY_WAIT:
            self.worker.hang_up()
        elif state is State.DONE:
            ack(self.worker, message)
        elif state is State.FAILED:
            ack(self.worker, message, option="expire")
        elif state is State.TERMINATED:
            assert self.ask("terminate", redeliver=False) == ("done", "")
        elif state is State.SKIPPED:
            self.worker.hang_up()
            assert self.ask("skip") == ("done", "")
            self.worker = subscriber(play, "next", backlog=1)

    def place(self) -> tuple[int, int]:
        (queue_, *_) = self.play.instance.queues
        block, slot = queue_.entries.where(queue_.entries.oldest())
        return block.positions[slot], block.lengths[slot]

    def ask(self, verb: str, **parameters: object) -> tuple[str, str]:
        (answer,) = self.play.operate(verb, "Jobs", self.bookmark, **parameters)
        return answer

    @property
    def state(self) -> State | None:
        jobs = self.play.instance.queues[0]
        for serial in jobs.entries.serials():
            if jobs.bookmark_of(serial).decode() == self.bookmark:
                return jobs.state_of(serial)
        position = self.play.left[self.bookmark].place[0]
        ended = jobs.exceeded.get(position)
        return None if ended is None else ended.state


EXPIRING = queue("Jobs", MaxPerSubscriptionBacklog=5, Expiration="1h", **{"ampsd:StartAfter": "/start"})
REACHABLE = (*IN_QUEUE, *EXCEEDED, State.DONE, State.SKIPPED)
ELIGIBLE = {
    "skip": IN_QUEUE,
    "suspend": (*lifecycle.WAITING, State.LEASED, State.SUSPENDED),
    "resume": (State.SUSPENDED, *lifecycle.WAITING),
    "terminate": (State.LEASED,),
    "extend": (State.LEASED,),
    "expire": (*lifecycle.WAITING, State.LEASED, State.FAILED),
    "reset": (*EXCEEDED, State.AVAILABLE),
    "reprocess": REACHABLE,
    "reroute": REACHABLE,
    "status": REACHABLE,
}
"""Done or already so, by the document's table of verbs; from all others refused."""


@pytest.mark.parametrize("state", REACHABLE, ids=lambda state: state.value)
@pytest.mark.parametrize("verb", ELIGIBLE)
def test_each_verb_from_each_state(verb: str, state: State) -> None:
    bench = Bench(EXPIRING if state is State.EXPIRED else JOBS)
    bench.bring_to(state)
    before = bench.state
    assert before is state or state in lifecycle.FINAL
    outcome, reason = bench.ask(verb, topic="Elsewhere", status="Held")
    if state in ELIGIBLE[verb]:
        assert outcome in ("done", "already so")
    else:
        assert outcome == "refused"
        assert state.value in reason, "the refusal names the state"
        assert bench.state is before
    after = bench.state
    bench.play.check_events()
    bench.play.restart()
    if state is State.LEASED and verb not in ("terminate", "expire") and after is State.LEASED:
        assert bench.state in (State.RETRY_WAIT, State.SUSPENDED)
    elif after not in (None, State.LEASED):
        assert bench.state is after, "a restart changes nothing"
    bench.play.check_events()


def test_every_verb_is_looked_at() -> None:
    assert set(ELIGIBLE) | {"redrive", "pause", "unpause"} == set(VERBS)


def test_a_skipped_message_is_passed_over_only_when_its_turn_comes() -> None:
    play = Playbook(queues=JOBS + queue("Copy", UnderlyingTopic="Jobs"))
    publish(play, "1", "2")
    jobs = play.instance.queues[0]
    bookmark = jobs.bookmark_of(jobs.entries.oldest()).decode()
    assert play.operate("skip", "Jobs", bookmark) == [("done", "")]
    assert play.operate("skip", "Jobs", bookmark, actor="bob") == [("already so", "ops asked to skip it")]
    assert play.story(bookmark) == ["Received", "Skipping"]
    play.restart()
    worker = subscriber(play, "worker")
    assert [one["body"] for one in deliveries(worker)] == ["2"]
    assert play.story(bookmark) == ["Received", "Skipping", "Skipped"]
    copier = subscriber(play, "copier", "Copy")
    assert [one["bm"] for one in deliveries(copier)] == [bookmark], "other queues still have it"
    play.check_events()


def test_success_before_the_next_pick_up_wins_over_a_skip() -> None:
    bench = Bench()
    bench.bring_to(State.LEASED)
    assert bench.ask("skip") == ("done", "")
    assert bench.worker is not None
    bench.worker.send(c="sow_delete", t="Jobs", bookmark=bench.bookmark)
    assert bench.play.story(bench.bookmark) == ["Received", "Started", "Skipping", "Completed"]
    bench.play.check_events()


@pytest.mark.parametrize("how", ["cancel", "hang up", "restart"])
def test_a_leased_message_is_suspended_when_it_comes_back(how: str) -> None:
    bench = Bench()
    bench.bring_to(State.LEASED)
    play, worker = bench.play, bench.worker
    assert worker is not None
    assert bench.ask("suspend") == ("done", "it is leased: suspended when its consumer gives it back")
    assert bench.ask("suspend") == ("already so", "it will be suspended when its consumer gives it back")
    assert play.story(bench.bookmark) == ["Received", "Started"]
    if how == "cancel":
        worker.send(c="sow_delete", t="Jobs", bookmark=bench.bookmark, o="cancel")
    elif how == "hang up":
        worker.hang_up()
    else:
        play.restart()
    assert bench.state is State.SUSPENDED
    status = {"cancel": "Retrying: cancel", "hang up": "Terminated - Redelivering: connection closed"}.get(
        how, "Terminated - Redelivering: restart"
    )
    assert play.story(bench.bookmark) == ["Received", "Started", status, "Suspended"]
    assert deliveries(subscriber(play, "other")) == []
    play.check_events()


def test_an_acknowledgment_wins_over_a_pending_suspend() -> None:
    bench = Bench()
    bench.bring_to(State.LEASED)
    bench.ask("suspend")
    assert bench.worker is not None
    bench.worker.send(c="sow_delete", t="Jobs", bookmark=bench.bookmark)
    assert bench.play.story(bench.bookmark)[-1] == "Completed"


def test_what_is_on_hold_keeps_its_place_its_counters_and_its_life() -> None:
    play = Playbook(queues=queue("Jobs", Expiration="10s", MaxPerSubscriptionBacklog=5))
    publish(play, "1", "2", "3")
    jobs = play.instance.queues[0]
    first, *_ = [jobs.bookmark_of(serial).decode() for serial in jobs.entries.serials()]
    play.operate("suspend", "Jobs", first)
    play.restart()
    play.advance("9s")
    play.operate("resume", "Jobs", first)
    worker = subscriber(play, "worker", backlog=5)
    assert [one["body"] for one in deliveries(worker)] == ["1", "2", "3"]
    worker.hang_up()
    play.advance("1s")
    assert play.instance.queues[0].entries.count == 0


def test_a_life_that_ends_on_hold_ends_at_resume() -> None:
    bench = Bench(EXPIRING)
    bench.bring_to(State.SUSPENDED)
    bench.play.advance("2h")
    assert bench.state is State.SUSPENDED
    worker = bench.play.client("worker")
    worker.send(c="sow_delete", t="Jobs", bookmark=bench.bookmark, o="expire")
    worker.send(c="sow_delete", t="Jobs", filter="1=1")
    assert bench.state is State.SUSPENDED, "consumers do not reach it"
    assert bench.ask("resume") == ("done", "")
    bench.play.advance("1ms")
    assert bench.state is State.EXPIRED
    assert bench.play.story(bench.bookmark)[-3:] == ["Resumed", "Expired: time_limit", "Dead-Lettered"]
    bench.play.check_events()


def test_what_is_acknowledged_on_hold_is_done_when_it_is_let_go() -> None:
    """A worker that acknowledges late has done the work: nobody shall do it again."""
    bench = Bench()
    bench.bring_to(State.SUSPENDED)
    bench.play.client("late").send(c="sow_delete", t="Jobs", bookmark=bench.bookmark)
    bench.play.restart()
    assert bench.state is State.SUSPENDED
    assert bench.ask("resume") == ("done", "it was acknowledged while on hold: it is done")
    assert bench.play.story(bench.bookmark)[-2:] == ["Resumed", "Completed: acknowledged while on hold"]
    bench.play.check_events()


@pytest.mark.parametrize("setting", ["LeasePeriod", "ampsd:StuckAfter"])
def test_an_extended_lease_begins_anew(setting: str) -> None:
    bench = Bench(queue("Jobs", **{setting: "10s"}))
    bench.bring_to(State.LEASED)
    bench.play.advance("9s")
    assert bench.ask("extend") == ("done", "")
    bench.play.advance("9s")
    assert bench.state is State.LEASED
    bench.play.advance("1s")
    assert bench.play.story(bench.bookmark)[:2] == ["Received", "Started"]
    assert "Terminated - Redelivering" in bench.play.story(bench.bookmark)[-2]
    bench.play.check_events()


def test_reset_puts_a_message_behind_the_others_where_only_so_many_are_handed_out() -> None:
    bench = Bench(queue("Jobs", MaxCancels=1, TargetQueueDepth=1000))
    bench.bring_to(State.LEASED)
    assert bench.worker is not None
    publish(bench.play, '{"other":1}')
    bench.worker.send(c="sow_delete", t="Jobs", bookmark=bench.bookmark, o="cancel")
    assert bench.ask("reset")[0] == "done"
    ack(bench.worker, *deliveries(bench.worker))
    assert [one["bm"] for one in deliveries(bench.worker)] == [bench.bookmark]


def test_reset_begins_again_with_the_attempts_asked_for() -> None:
    bench = Bench(queue("Jobs", MaxDeliveries=3, MaxCancels=1))
    bench.bring_to(State.LEASED)
    assert bench.worker is not None
    bench.worker.send(c="sow_delete", t="Jobs", bookmark=bench.bookmark, o="cancel")
    assert bench.state is State.FAILED
    for attempts, outcome in ((101, "refused"), (-1, "refused"), ("x", "refused"), (2, "done")):
        assert bench.ask("reset", attempts=attempts)[0] == outcome
    (message,) = deliveries(bench.worker)
    assert message["bm"] == bench.bookmark
    bench.worker.hang_up()
    assert bench.state is State.TERMINATED, "two attempts counted, the third was the last"
    assert bench.play.story(bench.bookmark)[-4:] == [
        *("Reset", "Started", "Terminated: max_deliveries", "Dead-Lettered")
    ]
    bench.play.restart()
    assert bench.ask("reset") == ("done", "")
    bench.play.restart()
    assert bench.state is State.AVAILABLE
    bench.play.check_events()


def test_bulk_has_a_result_and_an_audit_for_each_and_does_nothing_twice() -> None:
    play = Playbook(queues=JOBS)
    publish(play, *(f"{number}" for number in range(200)))
    jobs = play.instance.queues[0]
    bookmarks = [jobs.bookmark_of(serial).decode() for serial in jobs.entries.serials()]
    worker = play.client("worker")
    worker.send(c="sow_delete", t="Jobs", bookmark=",".join(bookmarks[:2]))
    named = [*bookmarks, "1|1|"]
    results = play.operate("reprocess", "Jobs", *named, request="r1")
    assert [outcome for outcome, _ in results].count("done") == 198
    assert [reason for outcome, reason in results if outcome == "refused"] == [
        *("the message is not in the queue, and nothing says where it is in the log",) * 2,
        "no message of that bookmark is known",
    ]
    assert jobs.entries.count == 198 * 2
    assert play.operate("reprocess", "Jobs", *named, request="r1") == results
    play.restart(power_cut_seed=1)
    assert play.operate("reprocess", "Jobs", *named, request="r1") == results
    assert play.instance.queues[0].entries.count == 198 * 2
    (audit,) = play.store.audits()
    assert (audit.actor, audit.verb, audit.request_id, len(audit.items)) == ("ops", "reprocess", "r1", 201)
    assert play.story(bookmarks[5]) == ["Received", "Reprocessed"]
    play.check_events()


def test_a_reroute_carries_the_bytes_and_what_was_asked_for() -> None:
    play = Playbook(queues=queue("Jobs") + queue("Other"))
    publish(play, '{"a": 1}', x="mine")
    bench = play.instance.queues[0]
    bookmark = bench.bookmark_of(bench.entries.oldest()).decode()
    ((outcome, child),) = play.operate(
        "reroute", "Jobs", bookmark, topic="Other", correlation_id="new", expiration_ns=10**9
    )
    assert outcome == "done"
    (message,) = deliveries(subscriber(play, "reader", "Other"))
    assert (message["bm"], message["body"], message["x"]) == (child, '{"a": 1}', "new")
    ((outcome, reason),) = play.operate("reroute", "Jobs", bookmark, topic="/AMPS/x")
    assert (outcome, reason) == ("refused", "the publish to /AMPS/x failed: invalid topic")
    assert play.operate("reroute", "Jobs", bookmark)[0] == ("refused", "reroute needs a topic")
    assert play.story(bookmark) == ["Received", "Rerouted"]
    assert play.instance.queues[0].entries.count == 1


def test_redrives_are_counted_and_capped() -> None:
    play = Playbook(queues=queue("Jobs", MaxCancels=1) + queue("FailedJobs"), actions=DEAD_LETTER)
    worker = subscriber(play, "worker")
    publish(play, '"job"')
    jobs, failed = play.instance.queues
    for outcome in ("done", "done", "refused"):
        (message,) = deliveries(worker)
        ack(worker, message, option="cancel")
        letter = failed.bookmark_of(failed.entries.oldest()).decode()
        ((found, reason),) = play.operate("redrive", "FailedJobs", letter, most=2)
        assert found == outcome, reason
    assert reason == "it was redriven 2 times, which is as often as allowed"
    assert failed.entries.count == 1
    publish(play, '"no letter"', topic="FailedJobs")
    *_, other = [failed.bookmark_of(serial).decode() for serial in failed.entries.serials()]
    ((found, reason),) = play.operate("redrive", "FailedJobs", other)
    assert (found, reason) == ("refused", "it is no dead letter: no message is known that it was made of")
    assert jobs.entries.count == 0
    play.check_events()


def test_a_family_has_an_end() -> None:
    """A message that is reprocessed from its own child again and again."""
    play = Playbook(queues=queue("Jobs"))
    publish(play, "1")
    jobs = play.instance.queues[0]
    bookmark = jobs.bookmark_of(jobs.entries.oldest()).decode()
    for _ in range(32):
        ((outcome, bookmark),) = play.operate("reprocess", "Jobs", bookmark)
        assert outcome == "done"
    ((outcome, reason),) = play.operate("reprocess", "Jobs", bookmark)
    assert (outcome, reason) == ("refused", "it comes of 32 messages that were made of one another")


@pytest.mark.parametrize("verb", ["skip", "nonsense"])
def test_what_is_not_known_is_refused(verb: str) -> None:
    play = Playbook(queues=queue("Jobs"))
    for bookmark in ("", "x", "1|1|", "0|0|", f"{2**64}|1|"):
        assert play.operate(verb, "Jobs", bookmark)[0][0] == "refused"
    assert play.operate("skip", "Nowhere", "1|1|") == [("refused", "there is no such queue")]
    assert play.operate("pause", "Nowhere") == [("refused", "there is no such queue")]


def test_a_request_is_answered_only_when_it_is_durable() -> None:
    play = Playbook(queues=queue("Jobs"))
    play.is_disk_held = True
    with pytest.raises(ValueError, match="unpack"):
        play.operate("pause", "Jobs", request="r")
    play.restart()
    assert play.instance.queues[0].paused_until_ns is None


def test_a_status_of_ones_own_is_told_and_moves_nothing() -> None:
    bench = Bench()
    bench.bring_to(State.LEASED)
    assert bench.ask("status", status="Held", reason="by the bank: \u00e4") == ("done", "")
    assert bench.state is State.LEASED
    assert bench.play.story(bench.bookmark)[-1] == "Held: by the bank: \u00e4"
    for status in ("", "x" * 65, "a\nb", "Completed", None):
        assert bench.ask("status", status=status)[0] == "refused"
    bench.play.check_events()


# ---- the document's tables


def test_the_numbers_follow_from_the_states() -> None:
    named = {state.value: (number, OUTCOMES.get(state)) for state, number in NUMERIC.items()}
    assert named == {
        "available": (0, None),
        "delayed": (0, None),
        "leased": (1, None),
        "retry-wait": (3, None),
        "suspended": (5, None),
        "done": (2, "completed"),
        "skipped": (2, "skipped"),
        "failed": (4, "failed"),
        "terminated": (4, "terminated"),
        "expired": (4, "expired"),
    }


def test_an_action_notes_a_status_of_its_own() -> None:
    """Of what entered a queue, and of what expired from it; a status is told, whatever the message becomes."""

    def noting(on: str, status: str, reason: str) -> str:
        made = action(on, {"Topic": "Jobs", "MessageType": "json"}, ("do-nothing", {}))
        options = f"<Options><Status>{status}</Status><Reason>{reason}</Reason></Options>"
        return made.replace(
            "<Module>amps-action-do-nothing</Module><Options></Options>",
            f"<Module>ampsd-action-do-set-status</Module>{options}",
        )

    notes = noting("on-publish-message", "Held", "of {{AMPS_CLIENT_NAME}}") + noting(
        "on-sow-expire-message", "Given up", "{{AMPS_REASON}}"
    )
    play = Playbook(queues=queue("Jobs", MaxCancels=1) + queue("Copies", UnderlyingTopic="Jobs"), actions=notes)
    worker = subscriber(play, "worker")
    publish(play, "1")
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    told = play.story(message["bm"])
    assert [one for one in told if "Held" in one] == ["Held: of publisher"]
    assert told[-1] == "Given up: max_cancels"
    assert [one for one in play.story(message["bm"], "Copies") if "Held" in one] == ["Held: of publisher"]
    assert not [one for one in play.story(message["bm"], "Copies") if "Given up" in one]
    play.check_events()


@pytest.mark.parametrize(
    ("status", "why"), [("Started", "the instance writes"), ("x" * 65, "1 to 64"), ("a&#10;b", "1 to")]
)
def test_a_status_that_an_action_cannot_note_is_refused_with_the_configuration(status: str, why: str) -> None:
    made = action("on-publish-message", {"Topic": "Jobs", "MessageType": "json"})
    step = f"<Do><Module>ampsd-action-do-set-status</Module><Options><Status>{status}</Status></Options></Do>"
    with pytest.raises(AssertionError, match=why):
        Playbook(queues=queue("Jobs"), actions=made.replace("</Action>", f"{step}</Action>"))


def test_the_twelve_statuses_are_spelled_exactly() -> None:
    assert STATUSES[:12] == (
        *("Started", "Completed", "Retrying", "Failed", "Terminated", "Terminated - Redelivering", "Skipping"),
        *("Skipped", "Archiving", "Archiving Failed - Retrying", "Archiving Failed - Skipping", "Archived"),
    )


def test_no_way_leads_out_of_the_end() -> None:
    for row in TRANSITIONS:
        assert not set(row.sources) & set(lifecycle.FINAL)


def test_only_limits_lives_and_orders_expire_a_message() -> None:
    assert {row.number for row in TRANSITIONS if row.fires} == {9, 10, 12, 14}
    assert all(row.target in EXCEEDED for row in TRANSITIONS if row.fires)


def test_a_refusal_names_both_what_it_is_for_and_what_it_is() -> None:
    with pytest.raises(lifecycle.TransitionRefusedError) as caught:
        lifecycle.check(State.LEASED, Trigger.RESET)
    assert str(caught.value) == "reset is for messages that are failed or terminated or expired; it is leased"
