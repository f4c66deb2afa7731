"""ampsd:Retry: an action whose step fails goes on with it later, also after a restart."""

import pytest
from play import Playbook, queue
from workers import ack, deliveries, publish, subscriber

ACTION = """<Action>
<On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>
<Do><Module>amps-action-do-publish-message</Module><Options><Topic>Seen</Topic><MessageType>json</MessageType>
<Data>{{{{AMPS_DATA}}}}</Data></Options></Do>
<Do><Module>amps-action-do-publish-message</Module><Options><Topic>Read</Topic><MessageType>json</MessageType>
<Data>{{{{AMPS_DATA}}}}</Data></Options></Do>
<ampsd:Retry>{retry}</ampsd:Retry></Action>"""
LIMIT = "<ampsd:Mode>Limit</ampsd:Mode><ampsd:Limit>3</ampsd:Limit><ampsd:Wait>2s</ampsd:Wait>"
QUEUES = queue("Jobs", MaxCancels=1) + queue("Seen", MaxPerSubscriptionBacklog=9) + queue("Read", Filter="/a = 1")
"""Read parses what is published to it, so a body that is not JSON makes the second step fail."""


def failing(retry: str) -> tuple[Playbook, str]:
    play = Playbook(queues=QUEUES, actions=ACTION.format(retry=retry))
    worker = subscriber(play, "worker")
    publish(play, "no json")
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    return play, message["bm"]


def story(play: Playbook, bookmark: str) -> list[str]:
    return play.story(bookmark, "action 1", processor="action")


FIRST = ["Received: MessageExpired", "Started", "Retrying: parse error"]
AGAIN = ["Started", "Retrying: parse error"]


def test_three_retries_two_seconds_apart_and_then_it_has_failed() -> None:
    play, bookmark = failing(LIMIT)
    assert story(play, bookmark) == FIRST
    for retries in range(1, 3):
        play.advance("1999ms")
        assert story(play, bookmark) == FIRST + AGAIN * (retries - 1)
        play.advance("1ms")
        assert story(play, bookmark) == FIRST + AGAIN * retries
    play.advance("2s")
    assert story(play, bookmark) == [*FIRST, *AGAIN, *AGAIN, "Started", "Failed: parse error"]
    play.advance("1h")
    assert story(play, bookmark)[-1] == "Failed: parse error"
    assert (play.codes().count("29-0106"), play.codes().count("29-0105")) == (3, 1)
    seen = subscriber(play, "seen", "Seen", backlog=9)
    assert len(deliveries(seen)) == 1, "what succeeded before is not done again"
    play.check_events()


@pytest.mark.parametrize("power_cut_seed", [None, 3])
def test_a_retry_is_made_after_a_restart_too(power_cut_seed: int | None) -> None:
    play, bookmark = failing(LIMIT)
    play.advance("2s")
    play.restart(power_cut_seed=power_cut_seed)
    play.advance("1s")
    assert story(play, bookmark) == FIRST + AGAIN
    play.advance("1s")
    assert story(play, bookmark) == FIRST + AGAIN * 2
    play.restart(power_cut_seed=power_cut_seed)
    play.advance("2s")
    play.restart()
    play.advance("1h")
    assert story(play, bookmark) == [*FIRST, *AGAIN, *AGAIN, "Started", "Failed: parse error"]
    assert len(deliveries(subscriber(play, "seen", "Seen", backlog=9))) == 1
    play.check_events()


def test_always_means_always_and_never_means_never() -> None:
    play, bookmark = failing("<ampsd:Mode>Always</ampsd:Mode><ampsd:Wait>1s</ampsd:Wait>")
    for _ in range(20):
        play.advance("1s")
    assert story(play, bookmark) == FIRST + AGAIN * 20
    play, bookmark = failing("<ampsd:Mode>Never</ampsd:Mode>")
    play.advance("1h")
    assert story(play, bookmark) == ["Received: MessageExpired", "Started", "Failed: parse error"]


def test_runs_are_recorded_where_they_are_asked_for() -> None:
    publishing = """<Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>Jobs</Topic>
<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-nothing</Module></Do>{}</Action>"""
    told = ["Received: MessagePublished", "Started", "Completed"]
    for extra, expected in (("", []), ("<ampsd:Events>true</ampsd:Events>", told)):
        play = Playbook(queues=queue("Jobs"), actions=publishing.format(extra))
        publish(play, "1")
        jobs = play.instance.queues[0]
        assert story(play, jobs.bookmark_of(jobs.entries.oldest()).decode()) == expected
        assert [line.split(" ")[0] for line in play.lines] == ["29-0104"] * bool(expected)
        play.check_events()


COMMAND = """<Action>
<On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>
<Do><Module>amps-action-do-extract-values</Module><Options><MessageType>json</MessageType><Data>{{{{AMPS_DATA}}}}</Data>
<Value>NUMBER=/a</Value></Options></Do>
<Do><Module>amps-action-do-execute-system</Module><Options><Command>notify</Command></Options></Do>
<Do><Module>amps-action-do-publish-message</Module><Options><Topic>Seen</Topic><MessageType>json</MessageType>
<Data>{{"number":{{{{NUMBER}}}}}}</Data></Options></Do>
{retry}</Action>"""


def waiting(retry: str) -> tuple[Playbook, str]:
    """A dead job whose command has not ended yet."""
    play = Playbook(queues=QUEUES, actions=COMMAND.format(retry=retry))
    play.errands.is_held = True
    worker = subscriber(play, "worker")
    publish(play, '{"a":7}')
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    worker.hang_up()
    return play, message["bm"]


def seen(play: Playbook) -> list[str]:
    return [one["body"] for one in deliveries(subscriber(play, "seen", "Seen", backlog=9))]


def test_what_follows_a_command_waits_for_its_end() -> None:
    play, bookmark = waiting("<ampsd:Events>true</ampsd:Events>")
    play.advance("1h")
    assert story(play, bookmark) == ["Received: MessageExpired", "Started"]
    assert play.instance.automation.traces[-1].outcomes == ["done", "waiting"]
    play.errands.is_held = False
    play.settle()
    assert story(play, bookmark) == ["Received: MessageExpired", "Started", "Completed"]
    assert seen(play) == ['{"number":7}']
    play.check_events()


@pytest.mark.parametrize("power_cut_seed", [None, 3])
def test_a_crash_while_a_command_runs_ends_the_action_as_amps_does(power_cut_seed: int | None) -> None:
    play, bookmark = waiting("<ampsd:Events>true</ampsd:Events>")
    play.errands.is_held = False
    play.restart(power_cut_seed=power_cut_seed)
    assert story(play, bookmark) == ["Received: MessageExpired", "Started", "Failed: restart"]
    play.advance("1h")
    assert seen(play) == []
    play.check_events()


@pytest.mark.parametrize("power_cut_seed", [None, 3])
def test_with_a_retry_the_command_is_run_again_and_the_rest_follows(power_cut_seed: int | None) -> None:
    play, bookmark = waiting(f"<ampsd:Retry>{LIMIT}</ampsd:Retry>")
    play.restart(power_cut_seed=power_cut_seed)
    assert story(play, bookmark) == ["Received: MessageExpired", "Started", "Retrying: restart", "Started"]
    play.errands.is_held = False
    play.settle()
    assert story(play, bookmark)[-1] == "Completed"
    assert len(play.errands.programs) == 1
    assert seen(play) == ['{"number":7}'], "what was extracted before the crash is known again"
    play.restart()
    assert seen(play) == ['{"number":7}'], "once"
    play.check_events()


def dead_twice(retry: str) -> tuple[Playbook, str]:
    """A job that died, was reset by an operator and died again, all while the first command runs."""
    play, bookmark = waiting(retry)
    assert play.operate("reset", "Jobs", bookmark) == [("done", "")]
    worker = subscriber(play, "again")
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    return play, bookmark


LIFE = ["Received: MessageExpired", "Started", "Completed"]


def test_two_runs_on_one_message_come_one_after_the_other() -> None:
    play, bookmark = dead_twice("<ampsd:Events>true</ampsd:Events>")
    assert story(play, bookmark) == LIFE[:2]
    play.errands.is_held = False
    play.settle()
    assert story(play, bookmark) == LIFE * 2
    assert seen(play) == ['{"number":7}'] * 2
    play.check_events()


@pytest.mark.parametrize("power_cut_seed", [None, 3])
def test_with_a_retry_both_are_made_after_a_crash(power_cut_seed: int | None) -> None:
    play, bookmark = dead_twice(f"<ampsd:Retry>{LIMIT}</ampsd:Retry>")
    play.restart(power_cut_seed=power_cut_seed)
    assert story(play, bookmark) == [*LIFE[:2], "Retrying: restart", "Started"]
    play.restart(power_cut_seed=power_cut_seed)
    play.errands.is_held = False
    play.settle()
    assert story(play, bookmark)[-4:] == ["Completed", *LIFE]
    assert seen(play) == ['{"number":7}'] * 2
    play.restart()
    assert len(seen(play)) == 2
    play.check_events()
