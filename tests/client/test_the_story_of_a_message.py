"""Operators at work: the official client as publisher and worker, the admin interface and the commands of `ampsd`."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import AMPS
import pytest
from click.testing import CliRunner, Result
from daemon_process import QUEUES_AND_ACTION, TRANSACTION_LOG, DaemonProcess, StartDaemon, free_port, wait_until
from test_dead_letter_with_the_official_client import Inbox, connect, end_delivery

from ampsd.cli.main import main

JOB = '{"id":1}'
EXTENSION = 'xmlns:ampsd="urn:ampsd:config:1"'


class Operator:
    """The commands and the interface of one daemon."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        command, *rest = arguments
        inner = [rest.pop(0)] if command in ("queue", "dlq") else []
        result: Result = CliRunner().invoke(main, [command, *inner, "--admin", self._base, *rest])
        assert result.exit_code == exit_code, result.output
        return result.output

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, "--json").splitlines()]

    def ask(self, path: str, body: object = None, method: str | None = None, **headers: str) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if body is not None else {}
        request = Request(f"{self._base}/ampsd/v1{path}", data, {**given, **headers}, method=method)
        try:
            with urlopen(request, timeout=20) as response:
                return response.status, json.loads(response.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    def story(self, bookmark: str) -> Any:
        status, found = self.ask(f"/messages/{quote(bookmark)}")
        assert status == 200, found
        return found

    def bookmarks(self, queue: str) -> list[str]:
        return [one["bookmark"] for one in self.lines("queue", "messages", queue)]


def started(start_daemon: StartDaemon, sections: str = QUEUES_AND_ACTION) -> tuple[DaemonProcess, Operator]:
    port = free_port()
    admin = f"<Admin><InetAddr>{port}</InetAddr></Admin>"
    return start_daemon(sections + TRANSACTION_LOG + admin), Operator(port)


def subscribed(daemon: DaemonProcess, name: str, topic: str = "Jobs") -> tuple[AMPS.Client, Inbox]:
    client, inbox = connect(daemon.uri, name), Inbox()
    client.execute_async(AMPS.Command("subscribe").set_topic(topic).set_options("max_backlog=10"), inbox)
    return client, inbox


def published(daemon: DaemonProcess, *bodies: str, topic: str = "Jobs") -> None:
    publisher = connect(daemon.uri, "publisher")
    for body in bodies:
        publisher.publish(topic, body)
    publisher.publish_flush()
    publisher.close()


def test_a_job_is_cancelled_dead_lettered_redriven_and_completed(start_daemon: StartDaemon) -> None:
    daemon, operator = started(start_daemon)
    worker, inbox = subscribed(daemon, "worker")
    published(daemon, JOB)
    first = ""
    for _ in range(3):
        first, body = inbox.take()
        assert body == JOB
        end_delivery(worker, "Jobs", first, "cancel")
    wait_until(lambda: operator.bookmarks("FailedJobs") != [])
    (letter,) = operator.lines("dlq", "list", "FailedJobs")
    assert (letter["parent"], letter["topic"], letter["reason"], letter["redrives"]) == (
        first,
        "Jobs",
        "max_cancels",
        0,
    )
    (redriven,) = operator.lines("dlq", "redrive", "FailedJobs", letter["bookmark"], "--actor", "ann")
    assert redriven["outcome"] == "done"
    second, body = inbox.take()
    assert (second, body) == (redriven["child"], JOB), "the very bytes, where they came from"
    worker.ack("Jobs", second)
    wait_until(lambda: operator.story(second)["queues"][0]["state"] == "done")
    assert operator.bookmarks("FailedJobs") == []
    told = operator.run("trace", first).splitlines()
    assert told[:3] == [
        f"* {first}  Jobs",
        f"  {letter['bookmark']}  FailedJobs  Dead-Lettered of {first}",
        f"  {second}  Jobs  Redriven of {letter['bookmark']}",
    ]
    assert [re.split(r"  +", line)[3] for line in told[4:20]] == [
        *("Received", "Started", "Retrying", "Started", "Retrying", "Started", "Failed"),
        *("Received", "Started", "Received", "Dead-Lettered", "Completed"),
        *("Received", "Redriven", "Completed", "Started"),
    ]
    assert told[20].endswith("Completed  by worker")
    assert told[22] == "json:Jobs: failed (4 Exceeded, failed), attempts 3, cancels 3"
    assert operator.run("trace", second).splitlines()[4:21] == told[4:21], "one family, one story"
    assert [line for line in operator.run("trace", letter["bookmark"]).splitlines() if "Redriven" in line][-1].count(
        "ann"
    )
    (audit,) = operator.ask("/audits")[1]["audits"]
    assert (audit["actor"], audit["verb"], audit["outcome"], audit["message"]) == (
        *("ann", "redrive", "done"),
        letter["bookmark"],
    )


def test_every_verb_by_command(start_daemon: StartDaemon) -> None:
    daemon, operator = started(start_daemon)
    published(daemon, *(f'{{"id":{number}}}' for number in range(6)))
    jobs = operator.bookmarks("Jobs")
    assert "6 done" in operator.run("queue", "suspend", "json:Jobs", "--all")
    assert "6 already so" in operator.run("queue", "suspend", "Jobs", "--all")
    assert operator.run("queue", "list").splitlines()[1].split()[:7] == ["json:Jobs", "6", "0", "0", "0", "0", "6"]
    assert "2 done" in operator.run("queue", "resume", "Jobs", "--filter", "/id < 2")
    assert "1 done" in operator.run("queue", "skip", "Jobs", jobs[0], "--actor", "ann")
    assert "says ann" in operator.run("queue", "messages", "Jobs")
    worker, inbox = subscribed(daemon, "worker")
    bookmark, _ = inbox.take()
    assert bookmark == jobs[1], "the first is passed over"
    assert "1 done" in operator.run("queue", "terminate", "Jobs", bookmark)
    assert inbox.take()[0] == bookmark
    assert "1 done" in operator.run("queue", "terminate", "Jobs", bookmark, "--no-redeliver")
    assert "1 done" in operator.run("queue", "reset", "Jobs", bookmark, "--attempts", "9")
    assert inbox.take()[0] == bookmark
    worker.ack("Jobs", bookmark)
    worker.publish_flush()
    refused = operator.run("queue", "resume", "Jobs", bookmark, jobs[0], exit_code=1)
    assert "2 refused" in refused
    (child,) = operator.lines("queue", "reprocess", "Jobs", bookmark)
    assert inbox.take() == (child["child"], '{"id":1}')
    worker.ack("Jobs", child["child"])
    watcher, seen = subscribed(daemon, "watcher", "Elsewhere")
    (rerouted,) = operator.lines("queue", "reroute", "Jobs", jobs[2], "--topic", "Elsewhere")
    assert rerouted["outcome"] == "done"
    assert seen.take()[1] == '{"id":2}'
    assert "1 done" in operator.run("queue", "resume", "Jobs", jobs[3])
    assert inbox.take()[0] == jobs[3]
    assert "1 done" in operator.run("queue", "expire", "Jobs", jobs[3])
    (letter,) = operator.lines("dlq", "list", "FailedJobs")
    assert letter["reason"] == "forced_expire"
    assert operator.run("queue", "pause", "Jobs", "--for", "10m").strip() == "done"
    assert "until 20" in operator.run("queue", "list")
    assert operator.run("queue", "unpause", "Jobs").strip() == "done"
    assert operator.run("queue", "unpause", "Jobs").strip() == "already so"
    statuses = [one["status"] for one in operator.lines("events", "-n", "0")]
    for status in ("Suspended", "Resumed", "Skipping", "Skipped", "Terminating", "Terminated", "Reset", "Reprocessed"):
        assert status in statuses
    assert [one["status"] for one in operator.lines("events", "--message", jobs[0])] == [
        *("Received", "Suspended", "Resumed", "Skipping", "Skipped")
    ]
    verbs = [one["verb"] for one in operator.ask("/audits?limit=1000")[1]["audits"]]
    assert verbs.count("suspend") == 12
    watcher.close()
    worker.close()


def test_requests_that_make_no_sense_are_told_so(start_daemon: StartDaemon) -> None:
    _, operator = started(start_daemon)
    for expected, path, body in [
        (404, "/nowhere", None),
        (404, "/queues/json/Nowhere", None),
        (404, "/messages/1%7C1%7C", None),
        (404, "/messages/1%7C1%7C/body", None),
        (400, "/events?since=yesterday", None),
        (400, "/events?limit=many", None),
        (400, "/events?nonsense=1", None),
        (400, "/queues/json/Jobs/messages?state=nonsense", None),
        (400, "/queues/json/Jobs/messages?filter=/a%20%3D", None),
        (405, "/queues/json/Jobs/skip", None),
        (400, "/queues/json/Jobs/skip", {}),
        (400, "/queues/json/Jobs/skip", {"nonsense": 1}),
        (400, "/queues/json/Jobs/skip", {"messages": 5}),
        (400, "/queues/json/Jobs/skip", {"messages": ["1|1|"], "filter": "1=1"}),
        (400, "/queues/json/Jobs/reroute", {"messages": ["1|1|"]}),
        (400, "/queues/json/Jobs/pause", {"pause_for": "long"}),
        (413, "/queues/json/Jobs/skip", {"messages": [f"1|{n}|" for n in range(1001)]}),
        (405, "/queues", {}),
    ]:
        status, problem = operator.ask(path, body)
        assert (status, set(problem)) == (expected, {"error", "remedy"}), path
    assert operator.ask("/queues/json/Jobs/skip", {"messages": ["1|1|"]})[1]["items"][0]["outcome"] == "refused"


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Host": "evil.example"}],
)
def test_pages_of_other_sites_change_nothing(start_daemon: StartDaemon, headers: dict[str, str]) -> None:
    _, operator = started(start_daemon)
    assert operator.ask("/queues/json/Jobs/pause", {}, **headers)[0] == 403
    assert operator.ask("/queues", **headers)[0] == 403
    assert operator.ask("/queues/json/Jobs")[1]["is_paused"] is False
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert operator.ask("/queues/json/Jobs/pause", {}, **form)[0] == 415


def test_the_interface_is_on_the_loopback_unless_told_otherwise(start_daemon: StartDaemon) -> None:
    daemon, _ = started(start_daemon)
    assert "http://127.0.0.1:" in daemon.ready_line


def test_a_repeated_request_is_answered_and_not_done_again_after_a_kill(start_daemon: StartDaemon) -> None:
    daemon, operator = started(start_daemon)
    published(daemon, JOB)
    (job,) = operator.bookmarks("Jobs")
    asked = {"messages": [job], "request": "r1"}
    first = operator.ask("/queues/json/Jobs/reprocess", asked)[1]
    assert (first["is_again"], first["items"][0]["outcome"]) == (False, "done")
    daemon.kill()
    daemon.start()
    again = operator.ask("/queues/json/Jobs/reprocess", asked)[1]
    assert again["is_again"] is True
    assert again["items"] == first["items"]
    assert len(operator.bookmarks("Jobs")) == 2
    story = operator.story(job)
    assert [one["bookmark"] for one in story["family"]] == [job, first["items"][0]["child"]]


def test_the_bytes_of_a_message_are_what_was_published(start_daemon: StartDaemon) -> None:
    daemon, operator = started(start_daemon)
    body = '{"id":1,"text":"<script>alert(1)</script> \u00e4"}'
    published(daemon, body)
    (job,) = operator.bookmarks("Jobs")
    result = CliRunner().invoke(main, ["queue", "body", "--admin", operator._base, job])
    assert result.stdout_bytes == body.encode()
    with urlopen(f"{operator._base}/ampsd/v1/messages/{quote(job)}/body") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.read() == body.encode()


def test_events_survive_a_kill_and_a_lost_file(start_daemon: StartDaemon) -> None:
    daemon, operator = started(start_daemon)
    worker, inbox = subscribed(daemon, "worker")
    published(daemon, JOB)
    bookmark, _ = inbox.take()
    daemon.kill()
    for path in (daemon.directory / "journal").glob("*.events*"):
        path.unlink()
    daemon.start()
    wait_until(lambda: len(operator.story(bookmark)["timeline"]) == 3)
    story = operator.story(bookmark)
    assert [(one["status"], one["reason"]) for one in story["timeline"]] == [
        *(("Received", ""), ("Started", "")),
        ("Terminated - Redelivering", "restart"),
    ]
    (session,) = story["queues"][0]["sessions"]
    assert session["status"] == "Terminated - Redelivering"
    assert story["queues"][0]["numeric_name"] == "Error"
    del worker


def test_messages_are_copied_to_an_archive_whatever_becomes_of_them(start_daemon: StartDaemon, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.write_text("in the way")
    archive = f"<ampsd:MessageArchive {EXTENSION}><ampsd:Directory>{copies}</ampsd:Directory>"
    archive += "<ampsd:MaxMessageSize>100</ampsd:MaxMessageSize></ampsd:MessageArchive>"
    daemon, operator = started(start_daemon, QUEUES_AND_ACTION + archive)
    worker, inbox = subscribed(daemon, "worker")
    published(daemon, JOB)
    bookmark, _ = inbox.take()
    worker.ack("Jobs", bookmark)

    def archiver() -> Any:
        return [one for one in operator.story(bookmark)["queues"] if one["queue"] == "archiver"]

    wait_until(lambda: archiver() and archiver()[0]["state"] == "archive-wait")
    daemon.kill()
    copies.unlink()
    daemon.start()
    wait_until(lambda: archiver()[0]["state"] == "archived")
    (found,) = archiver()
    assert found["numeric"] is None
    assert [one["status"] for one in found["sessions"]] == ["Archiving Failed - Retrying", "Archived"]
    (jobs,) = [one for one in operator.story(bookmark)["queues"] if one["queue"] == "json:Jobs"]
    assert (jobs["numeric"], jobs["outcome"]) == (2, "completed")
    (file,) = [one for one in copies.rglob("*") if one.is_file()]
    publisher, sequence = bookmark.strip("|").split("|")
    assert (file.name, file.parents[1].name) == (sequence, publisher)
    assert file.read_text() == JOB
    assert "\narchiver: archived, attempts 2, cancels 0\n" in operator.run("trace", bookmark)
    (event,) = operator.lines("events", "--topic", "Jobs", "--status", "Archived")
    assert event["message"] == bookmark
    published(daemon, "{}".ljust(101))
    wait_until(lambda: operator.lines("events", "--status", "Archiving Failed - Skipping") != [])
    (event,) = operator.lines("events", "--status", "Archiving Failed - Skipping")
    assert operator.story(event["message"])["queues"][-1]["state"] == "abandoned"
    assert len([one for one in copies.rglob("*") if one.is_file()]) == 1


def test_the_document_of_the_interface_is_openapi(start_daemon: StartDaemon, tmp_path: Path) -> None:
    _, operator = started(start_daemon)
    document = operator.ask("/openapi.json")[1]
    assert document["openapi"] == "3.1.0"
    listed = set(operator.ask("")[1]["resources"])
    assert set(document["paths"]) | {"/ampsd/v1/openapi.json"} == listed
    references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document))
    assert set(references) == set(document["components"]["schemas"])
