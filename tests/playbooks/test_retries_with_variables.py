"""ampsd:Retry and variables: a restart finds them as they were, and only in the action that it was."""

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
    assert [step.module.removeprefix("amps-action-") for step in trace.steps] == ["do-publish-message"]
    after = trace.variables
    assert (after["KIND"], after["NAME"], after["FOUND"]) == (b"a", b"Ann", b'{"n":1}')
    assert after["AMPS_DATETIME"] == before["AMPS_DATETIME"], "the run began before the restart"
    assert trace.outcomes == ["retrying"]
    play.restart()
    play.advance("2s")
    assert play.echoes() == ["once for a"], "what does more than set variables is not done again"
    play.check_events()


RAISER = (
    "<Action><On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>Jobs</Topic>"
    "<MessageType>json</MessageType></Options></On>"
    + do("extract-values", MessageType="json", Data="{{AMPS_DATA}}", Value="KIND=/kind")
    + do("increment-counter", Key="dead", Value="NUMBER")
    + do("execute-event", Event="gone")
    + "</Action>"
)
HANDLER = (
    "<Action><On><Module>amps-action-on-execute-event</Module><Options><Event>gone</Event></Options></On>"
    + do("execute-system", Command="notify")
    + do("echo-message", Message="{{AMPS_TOPIC}} {{AMPS_REASON}} {{KIND}} {{NUMBER}} {{AMPS_DATA}}")
    + RETRY
    + "</Action>"
)
TOLD = 'Jobs max_cancels a 1 {"kind":"a"}'


def left_waiting(actions: str) -> Playbook:
    """A dead job whose command runs when the process dies."""
    play = Playbook(queues=QUEUES, actions=actions)
    play.errands.is_held = True
    worker = subscriber(play, "worker")
    publish(play, '{"kind":"a"}')
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    return play


def test_an_event_that_another_action_raised_passes_on_the_same_after_a_restart() -> None:
    play = left_waiting(RAISER + HANDLER)
    play.restart()
    play.errands.is_held = False
    play.settle()
    assert play.echoes() == [TOLD]
    play.check_events()


def test_a_run_does_not_go_on_in_an_action_that_was_changed_meanwhile() -> None:
    play = left_waiting(RAISER + HANDLER)
    play.errands.is_held = False
    play._sections["actions"] = RAISER + HANDLER.replace("notify", "tell")
    play.configure(queues=QUEUES)
    play.restart()
    play.advance("1h")
    assert (play.echoes(), play.codes().count("29-0114")) == ([], 1)
    play._sections["actions"] = RAISER + HANDLER
    play.configure(queues=QUEUES)
    play.restart()
    assert play.echoes() == [TOLD], "with the action as it was, it goes on"
    play.check_events()


def test_a_run_goes_on_in_its_action_wherever_that_stands_now() -> None:
    play = left_waiting(RAISER + HANDLER)
    play.errands.is_held = False
    other = "<Action><On><Module>amps-action-on-shutdown</Module></On>" + do("nothing") + "</Action>"
    play._sections["actions"] = RAISER + other + HANDLER
    play.configure(queues=QUEUES)
    play.restart()
    assert play.echoes() == [TOLD]
    play.check_events()


def test_a_run_whose_variables_do_not_fit_the_log_fails_with_the_restart() -> None:
    large = do("translate-data", Data="{{AMPS_DATA}}{{AMPS_DATA}}", Value="TWICE")
    play = Playbook(
        queues=QUEUES, actions=f"<Action>{ON}{large}{do('execute-system', Command='notify')}{RETRY}</Action>"
    )
    play.errands.is_held = True
    worker = subscriber(play, "worker")
    publish(play, '{"kind":"' + "x" * 30_000 + '"}')
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    play.restart()
    assert play.story(message["bm"], "action 1", processor="action")[-1] == "Failed: restart"
    assert not play.errands.is_busy
