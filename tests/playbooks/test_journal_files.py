"""Journal files that are archived, compressed and removed: what stays, what goes, and why not yet."""

from typing import Any

import pytest
from old_journals import ARCHIVE, begun, files_on_disk, fill, full, numbers, picture, worker_with
from play import Playbook, queue
from workers import ack, deliveries, publish

from ampsd import limits
from ampsd.engine.entries import NEVER
from ampsd.engine.journal_needs import Need
from ampsd.engine.lifecycle import State
from ampsd.engine.operators import Left
from ampsd.engine.publishers import publisher_id
from ampsd.ports import Fdatasync, Pwrite, Verb
from ampsd.reactor import UpkeepCompleted
from ampsd.simulator.event_store import SimEventStore


def everything(play: Playbook) -> dict[str, Any]:
    """The picture after a restart, from the log alone."""
    play.restart()
    return picture(play)


def test_old_files_are_archived_and_stay_part_of_the_log() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    kept = numbers(play)
    assert play.instance.journal_files.archive(0) is None
    play.settle()
    assert [one for one in files_on_disk(play) if one.startswith("/play")] == [f"/play/Play.{kept[-1]:010d}.journal"]
    assert [one for one in files_on_disk(play) if one.startswith(ARCHIVE)] == [
        f"{ARCHIVE}/Play.{number:010d}.journal" for number in kept[:-1]
    ]
    assert picture(play) == before
    assert everything(play) == before
    assert play.codes().count("2C-0011") == len(kept) - 1


def test_old_files_are_compressed_and_stay_part_of_the_log() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    kept = numbers(play)
    assert play.instance.journal_files.compress(0) is None
    play.settle()
    names = [f"/play/Play.{number:010d}.journal.gz" for number in kept[:-1]]
    assert files_on_disk(play) == [*names, f"/play/Play.{kept[-1]:010d}.journal"]
    assert picture(play) == before
    assert everything(play) == before


@pytest.mark.parametrize("verbs", [("archive", "compress"), ("compress", "archive")], ids="-".join)
def test_archived_files_can_be_compressed_and_compressed_ones_archived(verbs: tuple[str, str]) -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    kept = numbers(play)
    for verb in verbs:
        assert getattr(play.instance.journal_files, verb)(0) is None
        play.settle()
    names = [f"{ARCHIVE}/Play.{number:010d}.journal.gz" for number in kept[:-1]]
    assert files_on_disk(play) == [f"/play/Play.{kept[-1]:010d}.journal", *names]
    assert everything(play) == before
    _, messages = worker_with(play, "again")
    assert len(messages) == 4, "bodies are read from the archive"


def test_files_that_are_marked_again_on_the_way_are_not_worked_on_again() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    play.is_upkeep_held = True
    files = play.instance.journal_files
    while not files.is_idle or not files_on_disk(play)[0].startswith(ARCHIVE):
        assert [files.archive(0), files.compress(0)] == [None, None]
        play.settle()
        if play.upkeep.is_busy:
            completion = play.upkeep.step()
            if completion is not None:
                play.post(UpkeepCompleted(*completion))
        if all(one.startswith(ARCHIVE) for one in files_on_disk(play)[1:]):
            break
    play.is_upkeep_held = False
    play.settle()
    assert len(files_on_disk(play)) == len(numbers(play))
    assert play.codes().count("2C-0012") == 0
    assert everything(play) == before


def test_old_files_are_removed_as_far_as_nothing_needs_them() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    first_message = min(position for position, *_ in before["Jobs"] + before["Paused"])
    assert play.instance.journal_files.remove(0) is None
    play.settle()
    play.settle()
    assert play.journal is not None
    log = play.journal
    assert 0 < log.floor <= first_message < log.files[1].base
    assert play.codes().count("2C-0013") == 1
    assert picture(play) == {**before, "Jobs exceeded": []}
    assert everything(play) == {**before, "Jobs exceeded": []}
    assert play.disk.names("/play")[0] == f"Play.{log.files[0].number:010d}.journal"
    play.check_events()


def test_only_files_that_are_old_enough_are_marked() -> None:
    play = begun()
    fill(play, 2)
    play.advance("1h")
    fill(play, 2)
    play.advance("1m")
    play.instance.journal_files.compress(30 * 60 * 1_000_000_000)
    play.settle()
    compressed = [name for name in files_on_disk(play) if name.endswith(".gz")]
    assert len(compressed) == 2
    play.restart()
    play.instance.journal_files.compress(30 * 60 * 1_000_000_000)
    play.settle()
    assert [name for name in files_on_disk(play) if name.endswith(".gz")] == compressed, "ages come from the records"
    play.advance("1h")
    play.instance.journal_files.compress(30 * 60 * 1_000_000_000)
    play.settle()
    assert len([name for name in files_on_disk(play) if name.endswith(".gz")]) == len(numbers(play)) - 1


# ---- what a start would miss


def gone(play: Playbook) -> None:
    """Remove every closed file."""
    assert play.journal is not None
    play.advance("1h")
    kept = numbers(play)[-1]
    assert play.instance.journal_files.remove(0) is None
    play.settle()
    play.advance("1s")
    assert numbers(play) == [kept], play.log[-3:]


def test_what_a_publisher_sent_in_files_that_are_gone_is_a_duplicate_still() -> None:
    play = begun()
    sender = play.client("sender", o="ack_conflation=0ms")
    sender.send("{}", c="p", t="Nobody", a="persisted", s=7)
    fill(play, 2)
    sender.hang_up()
    gone(play)
    play.restart()
    again = play.client("sender", o="ack_conflation=0ms")
    again.send('{"a":"duplicate"}', c="p", t="Jobs", a="persisted", s=7)
    again.send('{"a":"new one"}', c="p", t="Jobs", a="persisted", s=8)
    worker, messages = worker_with(play, "worker")
    assert [one["body"] for one in messages] == ['{"a":"new one"}']
    ack(worker, *messages)
    for _ in range(2):  # what was carried is carried again
        fill(play, 2)
        gone(play)
        play.restart()
    again = play.client("sender", o="ack_conflation=0ms")
    again.send('{"a":"duplicate"}', c="p", t="Jobs", a="persisted", s=8)
    assert worker_with(play, "worker")[1] == []


def test_events_are_numbered_on_without_a_gap() -> None:
    play = begun()
    publish(play, "{}")
    worker, (message,) = worker_with(play, "worker")
    ack(worker, message)
    fill(play, 2)
    number = play.instance.events.numbered()
    gone(play)
    play.restart()
    assert play.instance.events.numbered() == number
    publish(play, "{}")
    play.check_events()


def test_messages_from_before_now_do_not_come_back_and_later_ones_do() -> None:
    plain, now = queue("Jobs"), queue("Jobs", RecoveryPoint="now")
    play = begun(queue("Other"))
    publish(play, '{"before":"the queue"}')
    fill(play, 1)
    publish(play, '{"also":"before"}')
    play.configure(queues=now)
    play.restart()
    fill(play, 1, topic="Nobody")
    publish(play, '{"after":1}')
    fill(play, 1)
    play.advance("1h")
    play.instance.journal_files.remove(0)
    play.settle()
    assert numbers(play)[0] > 0
    play.restart()
    assert [one["body"] for one in worker_with(play, "worker")[1]] == ['{"after":1}']
    play.configure(queues=plain)
    play.restart()
    assert [one["body"] for one in worker_with(play, "worker")[1]] == ['{"after":1}']


def test_where_a_queue_begins_is_kept_while_it_is_not_configured() -> None:
    now = queue("Jobs", RecoveryPoint="now") + queue("Other")
    play = begun(now)
    fill(play, 2)
    play.configure(queues=queue("Other"))
    play.restart()
    gone(play)
    publish(play, '{"while":"it was not there"}')
    play.configure(queues=now)
    play.restart()
    assert [one["body"] for one in worker_with(play, "worker")[1]] == ['{"while":"it was not there"}']


def test_a_recovery_point_whose_message_is_gone_counts_still() -> None:
    play = begun(queue("Other"))
    publish(play, '{"before":1}')
    fill(play, 1)
    sender = play.client("sender")
    sender.send('{"the":"point"}', c="p", t="Jobs", s=1)
    point = f"{publisher_id(b'sender')}|1|"
    publish(play, '{"after":1}')
    jobs = queue("Jobs", RecoveryPoint=point, MaxPerSubscriptionBacklog=9)
    play.configure(queues=jobs)
    play.restart()
    worker, messages = worker_with(play, "worker")
    assert [one["body"] for one in messages] == ['{"after":1}']
    assert numbers(play)[-1] >= 1
    ack(worker, *messages)
    fill(play, 2)
    gone(play)
    play.restart()
    assert worker_with(play, "worker")[1] == []


def taken_by_a_crash(play: Playbook) -> None:
    """A worker acknowledges a message that a crash took before it was durable."""
    sender = play.client("sender")
    worker = worker_with(play, "worker")[0]
    play.is_disk_held = True
    sender.send('{"lost":1}', c="p", t="Jobs", a="persisted", s=7)
    (message,) = deliveries(worker)
    play.restart()
    worker = play.client("worker")
    ack(worker, message)


@pytest.mark.parametrize("comes", ["before the removal", "after it", "in a file that stays"])
def test_a_message_that_was_acknowledged_early_never_comes_back(comes: str) -> None:
    play = begun()
    taken_by_a_crash(play)
    fill(play, 2)
    if comes == "in a file that stays":
        play.advance("1h")
        play.instance.journal_files.remove(0)
        play.instance.journal_files.settle = lambda: None  # type: ignore[method-assign]
    if comes != "after it":
        play.client("sender").send('{"lost":1}', c="p", t="Jobs", a="persisted", s=7)
    if comes == "in a file that stays":
        del play.instance.journal_files.settle
        play.settle()
        assert len(numbers(play)) == 1
    else:
        gone(play)
    play.restart()
    if comes == "after it":
        play.client("sender").send('{"lost":1}', c="p", t="Jobs", a="persisted", s=7)
    assert worker_with(play, "worker")[1] == []
    play.check_events()
    fill(play, 2)
    gone(play)
    play.restart()
    assert worker_with(play, "other")[1] == []


def test_many_publishers_are_carried_in_several_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CARRIED_PER_TURN_MAX", 3)
    play = begun()
    for number in range(20):
        play.client(f"sender {number}").send("{}", c="p", t="Nobody", s=number + 5)
    fill(play, 2)
    before = picture(play)
    gone(play)
    play.restart()
    assert picture(play)["publishers"] == before["publishers"]


# ---- what stays


def test_a_message_in_a_queue_keeps_its_file_and_the_later_ones_until_it_is_gone() -> None:
    play = begun()
    fill(play, 2)
    publish(play, '{"stays":1}')
    (position,) = (one[0] for one in picture(play)["Jobs"])
    fill(play, 3)
    play.advance("1h")
    files = play.instance.journal_files
    assert play.journal is not None
    last = [one.number for one in play.journal.files if one.base <= position][-1]
    assert [files.refusal(number) for number in numbers(play)] == [
        *[None] * last,
        *["queue Jobs holds a message of it"] * (len(numbers(play)) - last - 1),
        "records are written to it",
    ]
    assert files.refusal(77) == "there is no such journal file"
    files.remove(0)
    play.settle()
    assert numbers(play)[0] == last
    assert [values["reason"] for code, values in play.log if code == "2C-0014"] == ["queue Jobs holds a message of it"]
    play.advance("10m")
    assert play.codes().count("2C-0014") == 1, "each reason is told once"
    worker, messages = worker_with(play, "worker")
    assert [one["body"] for one in messages] == ['{"stays":1}']
    play.advance("1m")
    assert numbers(play)[0] == last, "leased"
    ack(worker, *messages)
    play.advance("2s")
    assert len(numbers(play)) == 1


@pytest.mark.parametrize("verb", ["suspend", "pause"])
def test_what_is_on_hold_or_paused_keeps_its_file(verb: str) -> None:
    play = begun()
    publish(play, "{}")
    worker, (message,) = worker_with(play, "worker")
    worker.hang_up()
    play.operate(verb, "Jobs", *([message["bm"]] if verb == "suspend" else []))
    fill(play, 2)
    play.advance("1h")
    assert play.instance.journal_files.refusal(0) == "queue Jobs holds a message of it"


def test_a_message_that_was_reset_keeps_its_file() -> None:
    play = begun()
    publish(play, "{}")
    worker, (message,) = worker_with(play, "worker")
    ack(worker, message, option="expire")
    worker.hang_up()
    fill(play, 2)
    publish(play, '{"a":"later one"}')
    play.operate("reset", "Jobs", message["bm"])
    play.advance("1h")
    assert play.instance.journal_files.refusal(0) == "queue Jobs holds a message of it"


def test_what_is_leased_at_most_once_keeps_its_file() -> None:
    play = begun()
    publish(play, "{}", topic="Once")
    worker, messages = worker_with(play, "worker", "Once")
    fill(play, 2)
    assert play.instance.queues[2].entries.count == 0
    assert play.instance.journal_files.refusal(0) == "queue Once holds a message of it"
    ack(worker, *messages)
    assert play.instance.journal_files.refusal(0) is None


def test_a_message_that_is_not_archived_keeps_its_file() -> None:
    settings = "<ampsd:MessageArchive><ampsd:Directory>/archive</ampsd:Directory></ampsd:MessageArchive>"
    play = begun(queue("Jobs"), settings=settings)
    play.is_archive_held = True
    publish(play, "{}")
    worker, (message,) = worker_with(play, "worker")
    ack(worker, message)
    fill(play, 2)
    reason = "a message of it is not in the ampsd:MessageArchive yet"
    assert play.instance.journal_files.refusal(0) == reason
    play.restart()
    play.is_archive_held = True
    assert play.instance.journal_files.refusal(0) == reason
    play.is_archive_held = False
    play.settle()
    assert play.instance.journal_files.refusal(0) is None


def test_a_late_arrival_of_a_message_that_is_gone_is_not_archived_again() -> None:
    settings = "<ampsd:MessageArchive><ampsd:Directory>/archive</ampsd:Directory></ampsd:MessageArchive>"
    play = begun(queue("Jobs"), settings=settings)
    publish(play, "{}")
    worker, (message,) = worker_with(play, "worker")
    ack(worker, message)
    fill(play, 2)
    play.configure(queues=queue("Jobs") + queue("Copies", UnderlyingTopic="Jobs"))
    play.restart()  # Copies gets the old message, and says so now
    worker, (message,) = worker_with(play, "worker", "Copies")
    ack(worker, message)
    gone(play)
    play.restart()
    assert play.instance.archiver.is_idle
    assert len(play.archive.objects) == 1
    play.check_events()


RETRYING = """<Action><On><Module>amps-action-on-publish-message</Module>
<Options><Topic>Odd</Topic><MessageType>json</MessageType></Options></On>
<Do><Module>amps-action-do-publish-message</Module><Options><Topic>Read</Topic><MessageType>json</MessageType>
<Data>{{AMPS_DATA}}</Data></Options></Do>
<ampsd:Retry><ampsd:Mode>Limit</ampsd:Mode><ampsd:Limit>3</ampsd:Limit><ampsd:Wait>3h</ampsd:Wait></ampsd:Retry></Action>"""


def test_a_retry_that_waits_keeps_the_file_of_its_message() -> None:
    play = begun(queue("Read", Filter="/a = 1"), actions=RETRYING)
    publish(play, "no json", topic="Odd")
    fill(play, 2)
    reason = "an action is not done with a message of it"
    assert play.instance.journal_files.refusal(0) == reason
    play.restart()
    assert play.instance.journal_files.refusal(0) == reason
    for _ in range(4):
        play.advance("3h")
    assert play.instance.journal_files.refusal(0) is None


def test_a_retry_of_an_action_that_is_not_there_any_more_keeps_nothing() -> None:
    play = begun(queue("Read", Filter="/a = 1"), actions=RETRYING)
    publish(play, "no json", topic="Odd")
    fill(play, 2)
    play._sections["actions"] = ""
    play.configure(queues=queue("Read"))
    play.restart()
    assert play.instance.journal_files.refusal(0) is None
    gone(play)
    play.restart()


def test_a_young_request_of_an_operator_keeps_its_file() -> None:
    play = begun()
    play.operate("pause", "Jobs", request="once")
    fill(play, 2)
    reason = "an operator's request in it may come again"
    assert play.instance.journal_files.refusal(0) == reason
    play.restart()
    assert play.instance.journal_files.refusal(0) == reason
    play.advance("11m")
    assert play.instance.journal_files.refusal(0) is None


def test_events_that_the_store_lacks_keep_their_file() -> None:
    play = begun()
    publish(play, "{}")
    worker, messages = worker_with(play, "worker")
    ack(worker, *messages)
    fill(play, 2)

    class Slow(SimEventStore):
        kept = 0

    play.instance.events._store = Slow()
    assert play.instance.journal_files.refusal(0) == "the file of events lacks events of it"


def test_what_is_pinned_stays() -> None:
    play = begun()
    fill(play, 3)
    assert play.journal is not None
    base = play.journal.files[1].base
    pinned = [base]
    play.instance.journal_files.pins.append(Need("a client replays from it", lambda: pinned[0]))
    play.instance.journal_files.remove(0)
    play.settle()
    assert play.journal.floor == base
    pinned[0] = NEVER
    play.advance("2s")
    assert len(numbers(play)) == 1


def test_a_need_that_comes_up_on_the_way_stops_the_removal() -> None:
    play = begun()
    fill(play, 3)
    play.is_disk_held = True
    play.instance.journal_files.remove(0)
    play.settle()
    play.instance.journal_files.pins.append(Need("a client replays from it", lambda: 0))
    play.release_disk()
    assert play.journal is not None
    assert play.journal.floor == 0
    play.instance.journal_files.pins.clear()
    play.advance("2s")
    assert len(numbers(play)) == 1


# ---- refusals, and what is asked of messages that are gone


def test_without_a_transaction_log_every_verb_is_refused() -> None:
    play = Playbook(transaction_log="")
    files = play.instance.journal_files
    assert [files.archive(0), files.compress(0), files.remove(0)] == ["the configuration has no TransactionLog"] * 3
    assert files.refusal(0) == "there is no such journal file"


def test_without_a_directory_of_their_own_files_are_not_archived() -> None:
    play = Playbook()
    reason = "the TransactionLog has no JournalArchiveDirectory"
    assert play.instance.journal_files.archive(0) == reason
    assert play.journal is not None
    play.journal.archive_directory = "/play"
    assert play.instance.journal_files.archive(0) == "JournalArchiveDirectory is JournalDirectory"


def test_messages_whose_file_is_gone_are_refused_and_stop_nothing() -> None:
    play = begun()
    publish(play, '{"a":1}')
    worker, (message,) = worker_with(play, "worker")
    bookmark = message["bm"]
    ack(worker, message, option="expire")
    position = play.instance.queues[0].exceeded.find(*map(int, bookmark.strip("|").split("|")))
    play.left[bookmark] = Left((position, 90), State.FAILED)
    fill(play, 2)
    gone(play)
    play.left[bookmark] = Left((position, 90), State.FAILED)
    for verb in ("reset", "reprocess", "reroute", "redrive", "status", "expire"):
        ((outcome, reason),) = play.operate(verb, "Jobs", bookmark, topic="Nobody", status="Seen")
        assert outcome == "refused"
        assert reason.startswith("the log holds it no more"), verb
    assert [one.startswith("Received") for one in play.story(bookmark)][:1] == [True]
    play.check_events()


def test_events_about_messages_that_are_gone_are_told_without_their_bookmark() -> None:
    play = begun()
    publish(play, '{"a":1}')
    (position,) = (one[0] for one in picture(play)["Jobs"])
    worker, messages = worker_with(play, "worker")
    ack(worker, *messages)
    fill(play, 2)
    gone(play)
    watcher = play.client("watcher")
    watcher.send(c="subscribe", t="/AMPS/MessageEvents", cid="1", sub_id="s", a="processed")
    watcher.take()
    play.instance.events.tell("Noted", b"action:late", (position,))
    play.settle()
    (body,) = watcher.bodies()
    assert '"status":"Noted"' in body
    assert '"message"' not in body


def test_a_disk_error_is_told_once_for_each_file_and_tried_again_when_asked_again() -> None:
    play = begun()
    fill(play, 3)
    before = files_on_disk(play)
    play.disk.fault = lambda verb: (
        OSError(28, "No space left on device") if play.upkeep.is_stepping and isinstance(verb, Pwrite) else None
    )
    play.instance.journal_files.compress(0)
    play.settle()
    closed = len(numbers(play)) - 1
    assert [code for code, _ in play.log if code == "2C-0012"] == ["2C-0012"] * closed
    assert play.log[-1][1]["error"] == "No space left on device"
    assert files_on_disk(play) == before
    play.advance("1h")
    assert play.codes().count("2C-0012") == closed
    play.disk.fault = lambda verb: None
    play.instance.journal_files.compress(0)
    publish(play, '{"goes":"on"}')
    assert len([name for name in files_on_disk(play) if name.endswith(".gz")]) == closed


def test_a_copy_that_is_not_what_was_copied_is_not_used() -> None:
    play = begun()
    fill(play, 2)
    before = files_on_disk(play)

    def rot(verb: Verb) -> None:
        if play.upkeep.is_stepping and isinstance(verb, Fdatasync):
            seen = play.disk._file(verb.path).seen
            seen[len(seen) // 2] ^= 1

    for verb in ("archive", "compress"):
        play.disk.fault = rot
        getattr(play.instance.journal_files, verb)(0)
        play.settle()
        play.disk.fault = lambda verb: None
        if verb == "archive":
            assert "what was written is not what is read" in str(play.log[-1][1]["error"])
        assert files_on_disk(play) == before


def test_messages_flow_while_files_are_looked_after() -> None:
    play = begun()
    worker, _ = worker_with(play, "worker")
    seen: list[str] = []
    for number in range(120):
        publish(play, f'{{"n":{number},"pad":"{"p" * 200}"}}')
        messages = deliveries(worker)
        seen += [one["body"] for one in messages]
        if messages:
            ack(worker, *messages[: 1 + number % 3])
        if number % 10 == 9:
            play.advance("1m")
            files = play.instance.journal_files
            assert [files.archive(0), files.compress(0), files.remove(0)] == [None] * 3
        if number % 40 == 39:
            play.restart(power_cut_seed=number)
            worker, messages = worker_with(play, "worker")
            seen += [one["body"] for one in messages]
            if messages:
                ack(worker, *messages)
    assert len(dict.fromkeys(seen)) >= 110
    assert numbers(play)[0] > 3
    play.check_events()
    before = picture(play)["publishers"]
    play.restart()
    assert picture(play)["publishers"] == before


# ---- asked for by actions


def verb(name: str, age: str = "1h") -> str:
    return f"""<Action><On><Module>amps-action-on-publish-message</Module>
<Options><Topic>{name}</Topic><MessageType>json</MessageType></Options></On>
<Do><Module>amps-action-do-{name}-journal</Module><Options><Age>{age}</Age></Options></Do></Action>"""


def test_actions_ask_for_it_by_age() -> None:
    play = begun(actions="".join(map(verb, ("archive", "compress", "remove"))))
    fill(play, 2)
    play.advance("59m")
    publish(play, "{}", topic="compress")
    assert not [name for name in files_on_disk(play) if name.endswith(".gz")]
    play.advance("1m")
    publish(play, "{}", topic="compress")
    publish(play, "{}", topic="archive")
    closed = len(numbers(play)) - 1
    assert len([name for name in files_on_disk(play) if name.startswith(ARCHIVE) and name.endswith(".gz")]) == closed
    publish(play, "{}", topic="remove")
    play.advance("2s")
    assert len(numbers(play)) == 1
    play.check_events()


def test_a_step_that_is_refused_says_why() -> None:
    play = Playbook(actions=verb("archive"))
    publish(play, "{}", topic="archive")
    reasons = [values["reason"] for code, values in play.log if code == "29-0105"]
    assert reasons == ["the TransactionLog has no JournalArchiveDirectory"]


def test_a_run_that_waits_for_an_answer_keeps_the_file_of_its_message() -> None:
    action = """<Action><On><Module>amps-action-on-publish-message</Module>
<Options><Topic>Odd</Topic><MessageType>json</MessageType></Options></On>
<Do><Module>amps-action-do-execute-system</Module><Options><Command>true</Command></Options></Do>
<ampsd:Events>enabled</ampsd:Events></Action>"""
    play = begun(actions=action)
    play.errands.is_held = True
    publish(play, "{}", topic="Odd")
    fill(play, 2)
    assert play.instance.journal_files.refusal(0) == "an action is not done with a message of it"
    play.errands.is_held = False
    play.settle()
    assert play.instance.journal_files.refusal(0) is None
    gone(play)
    play.restart()
    play.check_events()


def test_nothing_turns_idly_while_the_worker_is_busy_or_files_wait() -> None:
    play = begun()
    publish(play, "{}")
    fill(play, 2)
    play.advance("1h")
    files = play.instance.journal_files
    assert [files.remove(0), files.compress(0)] == [None, None]
    play.is_upkeep_held = True
    play.settle()
    assert play.upkeep.is_busy
    for _ in range(5):
        play.advance("5s")
        assert play.next_ns is None or play.next_ns > play.clock.monotonic
    play.is_upkeep_held = False
    play.settle()
    for _ in range(5):
        play.advance("5s")
        assert play.next_ns is not None
        assert play.next_ns > play.clock.monotonic
