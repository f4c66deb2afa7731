"""What is one and the same definition in two lists, what it is called, and where it stands when only some are taken."""

import pytest
from loading_setup import load_text, model_of

from ampsd.config.matching import Match, in_order, is_reordered, keys_of, matched
from ampsd.declare import Definition
from ampsd.definitions.actions import ActionDefinition
from ampsd.definitions.queues import LocalQueueDefinition, QueueDefinition

ECHO = (
    "<Action><On><Module>amps-action-on-startup</Module></On>"
    "<Do><Module>amps-action-do-echo-message</Module><Options><Message>{}</Message></Options></Do></Action>"
)


def queues(names: str, cls: type[QueueDefinition] = QueueDefinition) -> tuple[QueueDefinition, ...]:
    return tuple(cls(name=name, message_type="json") for name in names)


def actions(letters: str) -> tuple[ActionDefinition, ...]:
    return model_of(load_text(f"<Actions>{''.join(map(ECHO.format, letters))}</Actions>")).definition.actions


def pairs(before: tuple[Definition, ...], after: tuple[Definition, ...]) -> list[tuple[int, int]]:
    return [(one.old_place, one.new_place) for one in matched(before, after)]


def test_what_is_gone_comes_first_and_the_rest_as_in_the_new_list() -> None:
    assert pairs(queues("abc"), queues("cdb")) == [(0, -1), (2, 0), (-1, 1), (1, 2)]


def test_another_message_type_is_another_queue_and_another_kind_is_not() -> None:
    queue, local = queues("a"), queues("a", LocalQueueDefinition)
    other = (QueueDefinition(name="a", message_type="xml"),)
    assert pairs(queue, other) == [(0, -1), (-1, 0)]
    assert pairs(queue, local) == [(0, 0)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("abc", "axc", [(0, 0), (1, 1), (2, 2)]),
        ("abc", "ac", [(1, -1), (0, 0), (2, 1)]),
        ("ab", "axb", [(0, 0), (-1, 1), (1, 2)]),
        ("ab", "ba", [(1, 0), (0, 1)]),
        ("aab", "aba", [(0, 0), (2, 1), (1, 2)]),
        ("axbyc", "cuavb", [(3, -1), (4, 0), (-1, 1), (0, 2), (1, 3), (2, 4)]),
    ],
)
def test_actions_have_no_name_and_are_one_when_equal_or_between_equal_ones(
    before: str, after: str, expected: list[tuple[int, int]]
) -> None:
    assert pairs(actions(before), actions(after)) == expected


def test_keys_are_numbered_only_where_several_share_one() -> None:
    assert keys_of([*queues("ab"), *actions("xy")]) == ["Queue 'a' json", "Queue 'b' json", "Action #1", "Action #2"]


def test_another_order_is_one_of_what_is_in_both() -> None:
    assert is_reordered(matched(queues("abc"), queues("cab")))
    assert not is_reordered(matched(queues("abc"), queues("xacy")))


@pytest.mark.parametrize(
    ("before", "after", "kept", "is_old_order", "expected"),
    [
        ("abc", "cxba", "abcx", False, "cxba"),
        ("abc", "cxba", "abcx", True, "abcx"),
        ("abc", "xb", "abx", False, "axb"),
        ("abc", "xb", "bcx", False, "xbc"),
        ("abc", "", "b", False, "b"),
        ("", "xy", "y", False, "y"),
    ],
)
def test_what_is_in_one_list_only_stands_behind_what_it_stands_behind_there(
    before: str, after: str, kept: str, is_old_order: bool, expected: str
) -> None:
    def now(match: Match) -> Definition | None:
        one = match.new or match.old
        return one if isinstance(one, QueueDefinition) and one.name in kept else None

    found = in_order(matched(queues(before), queues(after)), now, is_old_order=is_old_order)
    assert "".join(one.name for one in found if isinstance(one, QueueDefinition)) == expected
