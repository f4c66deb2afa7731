"""The dead-letter walk with the official Python client: starts a daemon, drives it, tells the story.

Run it with `make demo`. The worker cannot do one job; after the third cancel it is in FailedJobs, once.
"""

import queue
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import AMPS

HERE = Path(__file__).parent
WAIT_SECONDS = 20


def start_daemon(directory: str) -> tuple[subprocess.Popen[str], str]:
    """The example's configuration, with its journal in a temporary directory and a port of its own."""
    text = (HERE / "config.xml").read_text().replace("127.0.0.1:9007", "127.0.0.1:19007").replace(":8085", ":18085")
    text = text.replace("./var/dead-letter", directory)
    config = Path(directory) / "config.xml"
    config.write_text(text)
    daemon = subprocess.Popen(
        [sys.executable, "-m", "ampsd", "run", str(config)], stdout=subprocess.PIPE, text=True, cwd=directory
    )
    assert daemon.stdout is not None
    for line in daemon.stdout:
        if " ready: " in line:
            print(f"daemon     {line.strip().split(' -- ')[0]}")
            return daemon, "tcp://127.0.0.1:19007/amps/json"
    raise SystemExit("the daemon did not start; its messages are above")


def connect(uri: str, name: str) -> AMPS.Client:
    """A logged-on client."""
    client = AMPS.Client(name)
    client.connect(uri)
    client.logon()
    return client


def subscribe(client: AMPS.Client, topic: str) -> "queue.Queue[tuple[str, str]]":
    """Bookmark and body of each message, copied out in the client's thread: the message object is used again."""
    inbox: queue.Queue[tuple[str, str]] = queue.Queue()

    def put(message: AMPS.Message) -> None:
        if message.get_command() != "ack":
            inbox.put((message.get_bookmark(), message.get_data()))

    client.execute_async(AMPS.Command("subscribe").set_topic(topic).set_options("max_backlog=5"), put)
    return inbox


def cancel(client: AMPS.Client, topic: str, bookmark: str) -> None:
    """Return a message to its queue; inside a message handler, `message.ack("cancel")` does the same."""
    command = AMPS.Command("sow_delete").set_topic(topic).set_bookmark(bookmark).set_options("cancel")
    client.execute_async(command, None)


def trace(bookmark: str) -> None:
    """What an operator sees of the message and of the job that it was made of."""
    print(f"operator   ampsd trace '{bookmark}'")
    command = [sys.executable, "-m", "ampsd", "trace", "--admin", "http://127.0.0.1:18085", bookmark]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print("".join(f"           {line}\n" for line in told.splitlines()), end="")


def story(uri: str) -> None:
    """Publish three jobs; the second cannot be done."""
    publisher = connect(uri, "publisher")
    for number in (1, 2, 3):
        publisher.publish("Jobs", f'{{"id":{number},"task":"resize picture {number}"}}')
        print(f"publisher  sends job {number} to Jobs")
    publisher.publish_flush()
    worker = connect(uri, "worker")
    jobs = subscribe(worker, "Jobs")
    done, cancels = 0, 0
    while done < 2 or cancels < 3:
        bookmark, job = jobs.get(timeout=WAIT_SECONDS)
        if '"id":2' in job:
            cancels += 1
            print(f"worker     cannot do {job}: cancel {cancels} of 3")
            cancel(worker, "Jobs", bookmark)
        else:
            done += 1
            print(f"worker     has done  {job}: ack")
            worker.ack("Jobs", bookmark)
    reviewer = connect(uri, "reviewer")
    bookmark, letter = subscribe(reviewer, "FailedJobs").get(timeout=WAIT_SECONDS)
    print(f"reviewer   finds in FailedJobs: {letter}")
    trace(bookmark)
    reviewer.ack("FailedJobs", bookmark)
    reviewer.publish_flush()
    for client in (publisher, worker, reviewer):
        client.close()


def main() -> None:
    """Start, tell, stop."""
    with tempfile.TemporaryDirectory(prefix="ampsd-demo-") as directory:
        daemon, uri = start_daemon(directory)
        try:
            story(uri)
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(timeout=WAIT_SECONDS)
        print(f"daemon     stopped cleanly (exit code {daemon.returncode})")


if __name__ == "__main__":
    main()
