"""ampsd:Retry and variables that earlier steps set: a restart loses them, so what only sets them is done again."""

from play import Playbook, queue
from workers import ack, deliveries, publish, subscriber

RETRY = (
    "<ampsd:Retry><ampsd:Mode>Limit</ampsd:Mode><ampsd:Limit>5</ampsd:Limit><ampsd:Wait>2s</ampsd:Wait></ampsd:Retry>"
)


def do(module: str, **options: str) -> str:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in options.items())
    return f"<Do><Module>amps-action-do-{module}</Module><Options>{inside}</Options></Do>"


ON = (
    "<On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>Jobs</Topic>"
    "<MessageType>json</MessageType></Options></On>"
)
IF = "<If><Module>amps-action-if-condition</Module><Options><Condition>'{{KIND}}' = 'a'</Condition></Options></If>"
STEPS = (
    do("extract-values", MessageType="json", Data="{{AMPS_DATA}}", Value="KIND=/kind")
    + IF
    + do("echo-message", Message="once for {{KIND}}")
    + do("translate-data", Data="{{KIND}}", Value="NAME", Case="a=Ann")
    + do("query-sow", Topic="Names", MessageType="json", Filter="/n = 1", CaptureData="FOUND")
    + do("publish-message", Topic="Read", MessageType="json", Data="{{NAME}} has {{FOUND}}, {{KIND}}")
)
QUEUES = queue("Jobs", MaxCancels=1) + queue("Names") + queue("Read", Filter="/a = 1")
"""Read parses what is published to it, and this is not JSON: the last step fails."""


def test_after_a_restart_a_retry_has_the_variables_of_the_steps_before() -> None:
    play = Playbook(queues=QUEUES, actions=f"<Action>{ON}{STEPS}{RETRY}</Action>")
    publish(play, '{"n":1}', topic="Names")
    worker = subscriber(play, "worker")
    publish(play, '{"kind":"a"}')
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    assert play.echoes() == ["once for a"]
    play.advance("2s")
    before = dict(play.instance.automation.traces[-1].variables)
    assert (before["NAME"], before["FOUND"]) == (b"Ann", b'{"n":1}')
    play.restart()
    play.advance("2s")
    trace = play.instance.automation.traces[-1]
    assert [step.module.removeprefix("amps-action-") for step in trace.steps] == [
        *("do-extract-values", "do-translate-data", "do-query-sow", "do-publish-message")
    ]
    after = trace.before(len(trace.steps) - 1)
    assert (after["KIND"], after["NAME"], after["FOUND"]) == (b"a", b"Ann", b'{"n":1}')
    assert trace.outcomes == ["done", "done", "done", "retrying"]
    play.restart()
    play.advance("2s")
    assert play.echoes() == ["once for a"], "what does more than set variables is not done again"
    play.check_events()
