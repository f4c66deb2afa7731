"""Level, Levels, IncludeErrors and ExcludeErrors as the User Guide's chapter Logging has them."""

import pytest

from ampsd import errors
from ampsd.server.log_selection import Selection

LOW_TO_HIGH = ("developer", "trace", "stats", "info", "warning", "error", "critical", "emergency")


def taken(
    level: str = "none", levels: tuple[str, ...] = (), include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> str:
    """First letters of the levels at which the record 12-1010 is taken; developer to emergency is dtsiwecm."""
    selection = Selection(level, levels, include, exclude)
    letters = dict(zip(LOW_TO_HIGH, "dtsiwecm", strict=True))
    return "".join(letters[one] for one in LOW_TO_HIGH if selection.takes("12-1010", one))


def test_the_levels_are_amps_levels() -> None:
    assert errors.LEVELS == LOW_TO_HIGH


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("none", ""),
        ("developer", "dtsiwecm"),
        ("trace", "tsiwecm"),
        ("stats", "siwecm"),
        ("info", "iwecm"),
        ("debug", "iwecm"),
        ("warning", "wecm"),
        ("error", "ecm"),
        ("critical", "cm"),
        ("emergency", "m"),
        (" INFO ", "iwecm"),
    ],
)
def test_level_takes_itself_and_what_is_more_severe(level: str, expected: str) -> None:
    assert taken(level) == expected


@pytest.mark.parametrize(
    ("level", "levels", "expected"),
    [
        ("none", ("trace",), "t"),
        ("none", ("trace", "info"), "ti"),
        ("error", ("trace", "info"), "tiecm"),
        ("error", ("error",), "ecm"),
        ("none", ("none",), ""),
        ("none", ("debug",), "i"),
    ],
)
def test_levels_adds_exactly_these(level: str, levels: tuple[str, ...], expected: str) -> None:
    assert taken(level, levels) == expected


@pytest.mark.parametrize(
    ("include", "is_taken"),
    [
        ("12-1010", True),
        ("12-.*", True),
        ("12-1.*", True),
        ("12-10", False),
        ("2-1010", False),
        ("00-0001,12-1010", True),
        ("00-0001\n   12-1010\n", True),
        ("00-0001 , ,12-1010,", True),
        ("", False),
    ],
)
def test_include_matches_the_whole_id_in_a_list_with_any_white_space(include: str, is_taken: bool) -> None:
    assert taken(include=(include,)) == ("dtsiwecm" if is_taken else "")


@pytest.mark.parametrize("exclude", ["12-1010", "12-1.*", ".*", "00-0001,00-0004,12-1.*"])
def test_exclude_wins_over_everything(exclude: str) -> None:
    assert taken("developer", ("info",), ("12-1010",), (exclude,)) == ""


def test_exclude_leaves_other_ids_alone() -> None:
    assert taken("info", exclude=("12-2.*", "1010")) == "iwecm"


@pytest.mark.parametrize("pattern", ["12-(", "*", "a{99999999999}"])
def test_a_pattern_that_cannot_be_read_is_refused_with_its_text(pattern: str) -> None:
    with pytest.raises(ValueError, match="neither an id"):
        Selection("info", (), (pattern,), ())


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="verbose"):
        Selection("verbose", (), (), ())
