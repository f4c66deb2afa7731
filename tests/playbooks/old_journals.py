"""An instance whose journal has many small files with something of everything in them, and a picture of its state."""

from typing import Any

from play import Client, Playbook, queue
from workers import ack, deliveries, publish, subscriber

from ampsd.storage import segment

SEGMENT_SIZE = segment.HEADER_SIZE + 4096
ARCHIVE = "/old"
LOG = (
    "<TransactionLog><JournalDirectory>/play</JournalDirectory>"
    f"<JournalArchiveDirectory>{ARCHIVE}</JournalArchiveDirectory>"
    "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
)
QUEUES = (
    queue("Jobs", MaxPerSubscriptionBacklog=9, MaxCancels=2, MaxDeliveries=9)
    + queue("Paused", RecoveryPoint="now", MaxPerSubscriptionBacklog=9)
    + queue("Once", Semantics="at-most-once", MaxPerSubscriptionBacklog=9)
)


def begun(queues: str = QUEUES, **sections: str) -> Playbook:
    """A fresh instance with small journal files."""
    return Playbook(queues=queues, transaction_log=LOG, segment_size=SEGMENT_SIZE, **sections)


def numbers(play: Playbook) -> list[int]:
    """The journal files in use, by number."""
    assert play.journal is not None
    return [one.number for one in play.journal.files]


def files_on_disk(play: Playbook) -> list[str]:
    """Every journal file there is, in both directories."""
    return [f"{place}/{name}" for place in ("/play", ARCHIVE) for name in play.disk.names(place) if ".journal" in name]


def fill(play: Playbook, files: int, topic: str = "Nobody") -> None:
    """Publish to a topic that no queue takes until the journal has so many files more."""
    wanted = numbers(play)[-1] + files
    number = 0
    while numbers(play)[-1] < wanted:
        number += 1
        publish(play, f'{{"n":{number},"pad":"{"p" * 300}"}}', topic=topic)


def picture(play: Playbook) -> dict[str, Any]:
    """What the instance knows that it must know again after a restart."""
    instance = play.instance
    found: dict[str, Any] = {"publishers": {one.id: one.last for one in instance.publishers.table if one.last}}
    found["next event"] = instance.events.numbered()
    assert play.journal is not None
    for one in instance.queues:
        entries = one.entries
        found[one.definition.name] = [
            (
                entries.position(serial),
                one.bookmark_of(serial),
                one.state_of(serial).value,
                one.counters.deliveries(serial),
                one.message_of(serial),
            )
            for serial in entries.serials()
        ]
        found[f"{one.definition.name} is paused"] = one.paused_until_ns
        found[f"{one.definition.name} ahead"] = one.ahead.waiting()
        found[f"{one.definition.name} exceeded"] = [
            (ended.publisher, ended.sequence, ended.state.value)
            for ended in one.exceeded.all()
            if one.exceeded.find(ended.publisher, ended.sequence) >= play.journal.floor
        ]
    return found


def worker_with(play: Playbook, name: str, topic: str = "Jobs") -> tuple[Client, list[dict[str, str]]]:
    """A subscriber and what it has been given."""
    worker = subscriber(play, name, topic, backlog=9)
    return worker, deliveries(worker)


def full() -> Playbook:
    """Queues that are paused, on hold, leased, cancelled and failed; early acknowledgments; then many files."""
    play = begun()
    sender = play.client("sender", o="ack_conflation=0ms")
    for number in range(1, 8):
        sender.send(f'{{"early":{number}}}', c="p", t="Jobs", a="persisted", s=number)
    worker, messages = worker_with(play, "worker")
    for message in messages[:5]:
        ack(worker, message)
    for message in messages[5:]:
        ack(worker, message, option="expire")
    publish(play, '{"before":"now"}', topic="Paused")
    other, (message,) = worker_with(play, "other", "Paused")
    ack(other, message)
    other.hang_up()
    play.operate("pause", "Paused")
    worker.send(c="sow_delete", t="Jobs", bm=f"{messages[0]['bm'].split('|')[0]}|99|", cid="a")
    fill(play, 3)
    sender.send("{}", c="p", t="Nobody", a="persisted", s=50)
    for number in range(5):
        publish(play, f'{{"late":{number}}}')
    late = deliveries(worker)
    ack(worker, late[0], option="cancel")
    play.operate("suspend", "Jobs", late[1]["bm"])
    worker.hang_up()
    publish(play, '{"after":"now"}', topic="Paused")
    fill(play, 3)
    play.restart()
    play.advance("1h")
    return play
