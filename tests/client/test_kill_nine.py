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
    """Acknowledges jobs, but cancels some every time it sees them; connects again whenever the server is back.

    A plain client, because the store of an HAClient replays a `cancel` without its option after a reconnect: it would
    acknowledge the job instead (docs/compatibility.md).
    """

    def __init__(self, daemon: DaemonProcess, name: str) -> None:
        self.seen = 0
        self._daemon = daemon
        self._name = name
        self._is_over = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._is_over.is_set():
            client = AMPS.Client(self._name)
            client.set_disconnect_handler(lambda _: self._lost.set())
            client.set_exception_listener(lambda error: None)
            self._lost.clear()
            try:
                client.connect(self._daemon.uri)
                client.logon()
                command = AMPS.Command("subscribe").set_topic("Jobs").set_options("max_backlog=100")
                client.execute_async(command, self._handle)
                self._lost.wait()
            except AMPS.AMPSException:
                self._is_over.wait(0.02)
            client.close()

    def _handle(self, message: AMPS.Message) -> None:
        if message.get_command() == "ack":
            return
        self.seen += 1
        must_fail = json.loads(message.get_data())["id"] % FAILING_EVERY == 0
        message.ack("cancel" if must_fail else "")

    def stop(self) -> None:
        """Work no more."""
        self._is_over.set()
        self._lost.set()
        self._thread.join()


def test_nothing_is_lost_or_doubled_through_fifty_kills(start_daemon: StartDaemon) -> None:
    rng = random.Random(50)
    daemon = start_daemon()
    publisher = Publisher(daemon)
    workers = [Worker(daemon, f"worker{number}") for number in range(3)]
    for _ in range(KILLS):
        threading.Event().wait(rng.uniform(0.02, 0.5))
        daemon.kill()
        daemon.start()
    wait_until(lambda: publisher.is_done, 120)
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
    for worker in workers:
        worker.stop()
    publisher.client.disconnect()
    review.disconnect()
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
