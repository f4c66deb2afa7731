"""Steps on files, logs, statistics and journals, and how full a file system is."""

import pytest
from play import Playbook, acting, echo, errors, step

from ampsd.ports import MeasureFileSystem, ReloadConfiguration, RotateLogs, TreatFiles, TruncateStatistics

ON_ADMIN = step("on-admin", Path="go")
DAY = 86400 * 10**9
TREATMENTS = ("do-remove-files", "do-compress-files")


def asking(*steps: str) -> Playbook:
    """An instance whose steps run when somebody asks for the path `go`."""
    return Playbook(actions=acting(ON_ADMIN, *steps))


def with_logs(module: str, **options: str) -> Playbook:
    """Ten logs of ten days, the last from today, and other files."""
    wanted = {"Age": "5d", "Pattern": "./log/app-*.log", **options}
    play = asking(step(module, **wanted), echo("done"))
    for age in range(10):
        play.errands.files[b"./log/app-%d.log" % age] = play.clock.wall - age * DAY - 1
    for other in (b"./log/other.log", b"./log/old/app-9.log", b"./app-9.log", b"/log/app-9.log"):
        play.errands.files[other] = 0
    return play


def gone(play: Playbook) -> str:
    """The ages of the logs that are not there any more as they were."""
    return "".join(str(age) for age in range(10) if b"./log/app-%d.log" % age not in play.errands.files)


@pytest.mark.parametrize("module", TREATMENTS)
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "56789"),
        ({"Age": "{{AGE}}"}, "789"),
        ({"Keep": "2"}, "789"),
        ({"Keep": "{{KEEP}}"}, "6789"),
        ({"Count": "2"}, "89"),
        ({"Count": "{{COUNT}}", "Keep": "1"}, "789"),
        ({"Keep": "4", "Count": "3"}, "9"),
        ({"Keep": "6", "Count": "3"}, ""),
        ({"Pattern": "./log/{{NAME}}-[78].l?g"}, "78"),
        ({"Pattern": "./nowhere/*.log"}, ""),
    ],
)
def test_old_files_that_match_are_treated_the_oldest_first(module: str, options: dict[str, str], expected: str) -> None:
    play = with_logs(module, **options)
    play.request("go", AGE="7d", KEEP="1", COUNT="3", NAME="app")
    assert gone(play) == expected
    compressed = [path for path in play.errands.files if path.endswith(b".gz")]
    assert len(compressed) == (len(expected) if module == "do-compress-files" else 0)
    assert len(play.errands.files) == 14 - (0 if compressed else len(expected))
    assert play.echoes() == ["done"]


@pytest.mark.parametrize("module", TREATMENTS)
@pytest.mark.parametrize(
    ("options", "parameters", "reason"),
    [
        ({"Age": "{{X}}"}, {"X": "LastThursday"}, "Age: 'LastThursday' is not an interval"),
        ({"Age": "{{X}}"}, {}, "Age: '' is not an interval"),
        ({"Keep": "{{X}}"}, {"X": "-1"}, "Keep: '-1' is not a whole number"),
        ({"Count": "{{X}}"}, {"X": "all"}, "Count: 'all' is not a whole number"),
        ({"Pattern": "./log/{{X}}"}, {"X": "../../etc/passwd"}, "Pattern: "),
        ({"Pattern": "./log/{{X}}"}, {"X": ".."}, "Pattern: "),
        ({"Pattern": "./{{X}}/app-9.log"}, {}, "Pattern: "),
        ({"Pattern": "./log/{{X}}.log"}, {"X": "a\0b"}, "Pattern: "),
    ],
)
def test_a_bad_option_ends_the_action_and_touches_no_file(
    module: str, options: dict[str, str], parameters: dict[str, str], reason: str
) -> None:
    play = with_logs(module, **options)
    play.request("go", **parameters)
    assert play.echoes() == []
    assert play.failures()[0].startswith(reason)
    assert len(play.errands.files) == 14


@pytest.mark.parametrize("module", TREATMENTS)
def test_a_journal_among_the_files_ends_the_action(module: str) -> None:
    play = with_logs(module, Pattern="./log/app-*")
    play.errands.files[b"./log/app-0001.journal"] = 0
    play.request("go")
    assert (play.echoes(), play.failures()) == ([], ["./log/app-0001.journal is a journal"])
    assert gone(play) == ""
    play.errands.failures[TreatFiles] = "the disk is gone"
    play.request("go")
    assert play.failures()[1:] == ["the disk is gone"]


@pytest.mark.parametrize("module", TREATMENTS)
@pytest.mark.parametrize(
    "options", [{"Age": "often"}, {"Pattern": ""}, {"Pattern": "./log/"}, {"Keep": "some"}, {"Count": "-1"}]
)
def test_options_that_can_never_be_right_are_refused(module: str, options: dict[str, str]) -> None:
    wanted = {"Age": "5d", "Pattern": "./log/*", **options}
    assert errors(acting(ON_ADMIN, step(module, **wanted))) != []


def test_a_value_is_never_a_wildcard() -> None:
    play = with_logs("do-remove-files", Pattern="./log/app-{{X}}.log")
    for value in ("*", "?", "[0-9]", "\\9"):
        play.request("go", X=value)
    assert gone(play) == ""
    play.request("go", X="9")
    assert gone(play) == "9"


# ---- if-file-system-usage


@pytest.mark.parametrize(("used", "expected"), [(91.0, ["low"]), (90.0, []), (98.01, ["low", "critical"])])
def test_steps_behind_a_limit_run_when_it_is_exceeded(used: float, expected: list[str]) -> None:
    path = "/mnt/{{DISK}}"
    play = asking(
        *(step("if-file-system-usage", Path=path, GreaterThan="90%"), echo("low")),
        *(step("if-file-system-usage", Path=path, GreaterThan="{{LIMIT}}%"), echo("critical"), step("do-shutdown")),
    )
    play.errands.used_percent[b"/mnt/fast"] = used
    play.request("go", DISK="fast", LIMIT="98")
    assert play.echoes() == expected
    assert play.instance.is_stop_asked == ("critical" in expected)
    assert play.failures() == []


def test_a_limit_that_is_none_or_a_path_that_is_not_there_ends_the_action() -> None:
    play = asking(step("if-file-system-usage", Path="{{P}}", GreaterThan="{{X}}"), echo("never"))
    for value in ("", "x%", "101%", "9" * 5000):
        play.request("go", P="/", X=value)
    play.request("go", X="1%")
    play.errands.failures[MeasureFileSystem] = "/: permission denied"
    play.request("go", P="/", X="1%")
    assert play.echoes() == []
    assert [one.partition(":")[0].partition(" is ")[0] for one in play.failures()] == [
        *["GreaterThan"] * 4,
        "Path",
        "/",
    ]
    for options in (
        {"Path": "/", "GreaterThan": "90"},
        {"Path": "/", "GreaterThan": "101%"},
        {"Path": "", "GreaterThan": "9%"},
    ):
        assert errors(acting(ON_ADMIN, step("if-file-system-usage", **options), echo("x"))) != []


# ---- logs, statistics


def test_logs_are_rotated_or_the_action_ends() -> None:
    play = asking(step("do-rotate-logs"), echo("done"))
    play.request("go")
    assert (play.errands.rotations, play.echoes()) == (1, ["done"])
    play.errands.failures[RotateLogs] = "no space is left"
    play.request("go")
    assert (play.echoes(), play.failures()) == (["done"], ["no space is left"])


def test_the_configuration_is_reloaded_or_the_action_ends() -> None:
    play = asking(step("ampsd-action-do-reload"), echo("done"))
    play.request("go")
    assert (play.errands.reloads, play.echoes()) == (["action 1"], ["done"])
    play.errands.failures[ReloadConfiguration] = "1 error in the configuration"
    play.request("go")
    assert (play.echoes(), play.failures()) == (["done"], ["1 error in the configuration"])


def test_statistics_are_truncated_or_the_action_ends() -> None:
    play = asking(step("do-truncate-statistics", Age="{{AGE}}"), echo("done"))
    play.request("go", AGE="5d")
    assert (play.errands.truncations, play.echoes()) == ([5 * DAY], ["done"])
    play.request("go", AGE="soon")
    play.errands.failures[TruncateStatistics] = "the database is locked"
    play.request("go", AGE="1d")
    assert play.echoes() == ["done"]
    assert play.failures()[0].startswith("Age: 'soon' is not an interval")
    assert play.failures()[1] == "the database is locked"
    assert errors(acting(ON_ADMIN, step("do-truncate-statistics", Age="soon"))) != []


def test_vacuuming_statistics_says_that_it_does_nothing() -> None:
    play = asking(step("do-vacuum-statistics"), echo("done"))
    play.request("go")
    assert ("29-0107", {"action": "action 1"}) in play.log
    assert play.echoes() == ["done"]
    assert errors(acting(ON_ADMIN, step("do-vacuum-statistics", Age="1d"))) != []


# ---- journals

JOURNALS = ("do-archive-journal", "do-compress-journal", "do-remove-journal")


@pytest.mark.parametrize("name", JOURNALS)
@pytest.mark.parametrize("age", ["LastThursday", "", "-1d", "7 days"])
def test_an_age_of_journals_that_is_none_ends_the_action(name: str, age: str) -> None:
    play = asking(step(name, Age="{{AGE}}"), echo("never"))
    play.request("go", AGE=age)
    assert play.echoes() == []
    assert play.failures()[0].startswith("Age: ")
    assert errors(acting(ON_ADMIN, step(name, Age=age))) != []
