"""What a reload would do: each change once, with its class and place."""

import pytest
from loading_setup import LOG, load_text, model_of

from ampsd.config.difference import Change, differences, worst

JOBS = "<Queue><Name>Jobs</Name><MessageType>json</MessageType>{}</Queue>"
ECHO = (
    "<Action><On><Module>amps-action-on-startup</Module></On>"
    "<Do><Module>amps-action-do-echo-message</Module><Options><Message>{}</Message></Options></Do></Action>"
)


def changes(old: str, new: str) -> list[Change]:
    return differences(model_of(load_text(old)).definition, model_of(load_text(new)).definition)


def shown(old: str, new: str) -> list[str]:
    return [f"{one.kind} {one.reload} {one.path} {one.old}->{one.new}" for one in changes(old, new)]


def sow(*queues: str) -> str:
    return f"<SOW>{''.join(queues)}</SOW>{LOG}"


def test_equal_configurations_do_not_differ() -> None:
    assert changes(sow(JOBS.format("")), f"<!-- hello -->{sow(JOBS.format(''))}") == []
    assert worst([]) == "live"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            sow(JOBS.format("<MaxCancels>3</MaxCancels>")),
            sow(JOBS.format("<MaxCancels>4</MaxCancels>")),
            "changed live AMPSConfig/SOW/Queue 'Jobs' json/MaxCancels 3->4",
        ),
        (
            sow(JOBS.format("")),
            sow(JOBS.format("<LeasePeriod>90s</LeasePeriod>")),
            "changed live AMPSConfig/SOW/Queue 'Jobs' json/LeasePeriod -->90s",
        ),
        (
            sow(JOBS.format("")),
            sow(JOBS.format("<Semantics>at-most-once</Semantics>")),
            "changed restart AMPSConfig/SOW/Queue 'Jobs' json/Semantics at-least-once->at-most-once",
        ),
        (
            sow(JOBS.format("")),
            sow(JOBS.format(""), JOBS.replace("Jobs", "More").format("")),
            "added live AMPSConfig/SOW/Queue 'More' json ->More",
        ),
        (
            f"<Actions>{ECHO.format('one')}{ECHO.format('two')}</Actions>",
            f"<Actions>{ECHO.format('two')}</Actions>",
            "removed live AMPSConfig/Actions/Action #1 ->",
        ),
        (LOG, LOG.replace("./journal", "./elsewhere"), None),
    ],
)
def test_each_change_has_its_class(old: str, new: str, line: str | None) -> None:
    found = shown(old, new)
    if line is None:
        assert found == ["changed refused AMPSConfig/TransactionLog/JournalDirectory ./journal->./elsewhere"]
    else:
        assert found == [line]


def test_another_order_of_queues_is_one_change() -> None:
    more = JOBS.replace("Jobs", "More").format("")
    found = shown(sow(JOBS.format(""), more), sow(more, JOBS.format("")))
    assert found == ["changed live AMPSConfig/SOW other order->new order"]


def test_the_worst_class_is_the_one_of_the_whole() -> None:
    old = sow(JOBS.format(""))
    new = sow(JOBS.format("<MaxCancels>4</MaxCancels><Semantics>at-most-once</Semantics>"))
    assert worst(changes(old, new)) == "restart"
