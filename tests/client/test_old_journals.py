"""A real daemon whose actions archive, compress and remove journal files, killed at any time of it."""

import json
from pathlib import Path

import AMPS
import pytest
from daemon_process import DaemonProcess, StartDaemon, wait_until

SECTIONS = """
<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>
  <MaxPerSubscriptionBacklog>100</MaxPerSubscriptionBacklog></Queue></SOW>
<Actions>{}</Actions>
<TransactionLog><JournalDirectory>./journal</JournalDirectory><JournalSize>10MB</JournalSize>
  <JournalArchiveDirectory>./old</JournalArchiveDirectory>
  <Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"""
FILLING = "f" * 100_000


def action(verb: str) -> str:
    return (
        "<Action><On><Module>amps-action-on-publish-message</Module><Options>"
        f"<Topic>{verb}</Topic><MessageType>json</MessageType></Options></On>"
        f"<Do><Module>amps-action-do-{verb}-journal</Module><Options><Age>1ms</Age></Options></Do></Action>"
    )


def client_of(daemon: DaemonProcess, name: str) -> AMPS.Client:
    client = AMPS.Client(name)
    client.connect(daemon.uri)
    client.logon()
    return client


def names(daemon: DaemonProcess, place: str) -> list[str]:
    directory: Path = daemon.directory / place
    return sorted(one.name for one in directory.iterdir() if ".journal" in one.name)


def fill(client: AMPS.Client, number: int) -> None:
    for at in range(number):
        client.publish("Nothing", json.dumps({"n": at, "filling": FILLING}))
    client.publish_flush()


def ask(client: AMPS.Client, verb: str) -> None:
    client.publish(verb, "{}")
    client.publish_flush()


@pytest.mark.parametrize("is_killed", [False, True], ids=["let be", "killed on the way"])
def test_old_journals_leave_and_the_queue_keeps_its_messages(start_daemon: StartDaemon, is_killed: bool) -> None:
    daemon = start_daemon(SECTIONS.format("".join(map(action, ("archive", "compress", "remove")))))
    publisher = client_of(daemon, "publisher")
    fill(publisher, 250)
    for number in range(5):
        publisher.publish("Jobs", json.dumps({"job": number}))
    fill(publisher, 250)
    wait_until(lambda: len(names(daemon, "journal")) >= 5)  # what is flushed is handled, and on disk a little later
    before = names(daemon, "journal")
    for verb in ("compress", "archive", "remove"):
        ask(publisher, verb)
        if is_killed:
            daemon.kill()
            daemon.start()
            publisher = client_of(daemon, "publisher")
            ask(publisher, verb)
        wait_until(lambda: daemon.log_text.count("2C-0012") == 0 and not in_work(daemon))
    wait_until(lambda: before[0] not in [one.removesuffix(".gz") for one in names(daemon, "old")])

    def kept() -> list[str]:
        return [one.removesuffix(".gz") for one in names(daemon, "old") + names(daemon, "journal")]

    wait_until(
        lambda: len(dict.fromkeys(kept())) == len(kept())
    )  # a copy that is not finished stands beside its original
    daemon.kill()
    daemon.start()
    worker = client_of(daemon, "worker")
    jobs = [
        json.loads(message.get_data())
        for message in worker.sow("Jobs", timeout=10_000)
        if message.get_command() == "sow"
    ]
    assert jobs == [{"job": number} for number in range(5)]
    publisher.close()
    worker.close()


def in_work(daemon: DaemonProcess) -> bool:
    return any(name.endswith(".new") for place in ("journal", "old") for name in names(daemon, place))
