"""Plays one case and gives what a person would see of it."""

import re
from functools import cache
from textwrap import dedent, indent

from play import DEAD_LETTER, TRANSACTION_LOG, action, queue

from ampsd.config.model import Model, load
from ampsd.testing.coverage import Coverage
from ampsd.testing.reports import text
from ampsd.testing.run import Played, play
from ampsd.testing.suite import read_suite

JOBS = queue("Jobs", LeasePeriod="30s", MaxCancels=2, MaxPerSubscriptionBacklog=5) + queue("FailedJobs")
ECHO = action("on-publish-message", {"Topic": "news", "MessageType": "json"}, ("do-echo-message", {"Message": "heard"}))


@cache
def model_of(queues: str = JOBS, actions: str = DEAD_LETTER + ECHO, settings: str = "") -> Model:
    text_of_it = (
        f'<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>Trial</Name>{settings}'
        "<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>9007</InetAddr><Protocol>amps</Protocol>"
        f"</Transport></Transports><SOW>{queues}</SOW>{TRANSACTION_LOG}<Actions>{actions}</Actions></AMPSConfig>"
    )
    loading = load("trial.xml", read=lambda _: text_of_it.encode(), environment={}, working_directory="/")
    assert loading.model is not None, "\n".join(map(str, loading.findings))
    return loading.model


def told(steps: str, model: Model | None = None, head: str = "") -> str:
    """The report on a case with these steps, without its first and last lines; empty when it passes."""
    inside = indent(re.sub(r"(?m)^ {8}", "", steps).strip(), "      ")
    document = f"{dedent(head)}\ncases:\n  - name: it is so\n    steps:\n{inside}\n"
    suite = read_suite(document.encode())
    used = model or model_of()
    outcomes = play(used, suite, suite.cases, lambda: 0.0, Coverage(used))
    report = text.render([Played("trial.xml", "test.yml", tuple(outcomes))], None)
    lines = report.split("\n")[1:-3]
    return "" if lines == ["  ok      it is so"] else dedent("\n".join(lines[1:]))
