"""HAClient with a publish store through 50 kill -9: every message is in the log once, every job ends once."""

import json
import random
import threading
from collections import Counter

import AMPS
from daemon_process import DaemonProcess, StartDaemon, wait_until

from ampsd.server.disk import RealDisk
from ampsd.simulator.ledger import Ledger

KILLS = 50
JOBS = 20_000
FAILING_EVERY = 100


def ha_client(daemon: DaemonProcess, name: str) -> AMPS.HAClient:
    client = AMPS.HAClient(name)
    chooser = AMPS.DefaultServerChooser()
    chooser.add(daemon.uri)
    client.set_server_chooser(chooser)
    client.set_reconnect_delay(20)
    return client


class Publisher:
    """Publishes all jobs from its own thread, through whatever happens to the server."""

    def __init__(self, daemon: DaemonProcess) -> None:
        self.client = ha_client(daemon, "publisher")
        self.client.set_publish_store(AMPS.MemoryPublishStore(30_000))
        self.client.connect_and_logon()
        self.published = 0
        self._thread = threading.Thread(target=self._publish, daemon=True)
        self._thread.start()

    def _publish(self) -> None:
        pace = threading.Event()
        for number in range(JOBS):
            self.client.publish("Jobs", f'{{"id":{number},"fill":"{"x" * 150}"}}')
            self.published += 1
            if number % 40 == 0:
                pace.wait(0.01)

    @property
    def is_done(self) -> bool:
        return self.published == JOBS and self.client.get_unpersisted_count() == 0


class Worker:
    """Acknowledges jobs, but cancels some every time it sees them."""

    def __init__(self, daemon: DaemonProcess, name: str, topic: str) -> None:
        self.client = ha_client(daemon, name)
        self.client.connect_and_logon()
        self.seen = 0
        self._topic = topic
        command = AMPS.Command("subscribe").set_topic(topic).set_options("max_backlog=100")
        self.client.execute_async(command, self._handle)

    def _handle(self, message: AMPS.Message) -> None:
        if message.get_command() == "ack":
            return
        self.seen += 1
        must_fail = self._topic == "Jobs" and json.loads(message.get_data())["id"] % FAILING_EVERY == 0
        message.ack("cancel" if must_fail else "")


def test_nothing_is_lost_or_doubled_through_fifty_kills(start_daemon: StartDaemon) -> None:
    rng = random.Random(50)
    daemon = start_daemon()
    publisher = Publisher(daemon)
    workers = [Worker(daemon, f"worker{number}", "Jobs") for number in range(3)]
    for _ in range(KILLS):
        threading.Event().wait(rng.uniform(0.02, 0.5))
        daemon.kill()
        daemon.start()
    wait_until(lambda: publisher.is_done, 120)
    publisher.client.publish_flush()
    review = AMPS.Client("review")
    review.connect(daemon.uri)
    review.logon()
    letters: list[str] = []

    def take(message: AMPS.Message) -> None:
        if message.get_command() != "ack":
            letters.append(message.get_data())
            message.ack()

    review.execute_async(AMPS.Command("subscribe").set_topic("FailedJobs").set_options("max_backlog=100"), take)
    wait_until(lambda: len(letters) >= JOBS // FAILING_EVERY, 60)
    last_seen = -1

    def is_quiet() -> bool:
        nonlocal last_seen
        review.publish_flush()
        before, last_seen = last_seen, sum(worker.seen for worker in workers)
        return before == last_seen

    wait_until(is_quiet, 60)
    for client in (publisher.client, review, *(worker.client for worker in workers)):
        client.disconnect()
    assert daemon.stop() == 0
    check_the_log(daemon, letters)


def check_the_log(daemon: DaemonProcess, letters: list[str]) -> None:
    disk = RealDisk(lambda ticket, error: None)
    ledger = Ledger(disk, str(daemon.directory / "journal"), "Test", 10_000_000)
    jobs = [json.loads(one.data)["id"] for one in ledger.publishes.values() if one.topic == b"Jobs"]
    assert Counter(jobs) == Counter(range(JOBS)), "a job is missing from the log, or there twice"
    assert jobs == sorted(jobs), "jobs are out of order"
    removals = ledger.removals(b"json:Jobs")
    assert Counter(position for position, _ in removals).most_common(1)[0][1] == 1, "a job ended twice"
    done = {json.loads(ledger.publishes[position].data)["id"] for position, reasons in removals if not reasons}
    failed = [json.loads(ledger.publishes[position].data)["id"] for position, reasons in removals if reasons]
    dead = [json.loads(one.data) for one in ledger.publishes.values() if one.topic == b"FailedJobs"]
    assert sorted(failed) == list(range(0, JOBS, FAILING_EVERY))
    assert sorted(one["message"]["id"] for one in dead) == sorted(failed), "not exactly one dead letter per failed job"
    assert {one["reason"] for one in dead} == {"max_cancels"}
    assert done == set(range(JOBS)) - set(failed), "a job did not end"
    assert {json.loads(one)["message"]["id"] for one in letters} == set(failed)
    disk.close()
