"""Commands that actions run: which words, what becomes of the outcome, and what waits for it."""

import pytest
from play import Playbook, acting, echo, errors, step

from ampsd import limits
from ampsd.ports import RunProgram

ON_ADMIN = step("on-admin", Path="go")
SHELL = {"ampsd:Shell": "true"}


def asking(command: str, **options: str) -> Playbook:
    """An instance that runs a command when somebody asks for the path `go`."""
    return Playbook(actions=acting(ON_ADMIN, step("do-execute-system", Command=command, **options), echo("done")))


def test_a_command_without_variables_goes_to_the_shell_as_it_is() -> None:
    play = asking("df -h | tail -1 &gt; /tmp/usage")
    play.request("go")
    (program,) = play.errands.programs
    assert list(program.words) == [b"/bin/sh", b"-c", b"df -h | tail -1 > /tmp/usage"]
    assert (dict(program.environment), program.timeout_ns) == ({}, limits.PROGRAM_TIMEOUT_NS)
    assert play.echoes() == ["done"]


def test_a_command_with_variables_is_run_without_a_shell_and_each_is_a_word() -> None:
    play = asking("mail -s 'late: {{TOPIC}}' \"{{WHO}}\" {{NOBODY}}", **{"ampsd:Timeout": "5s"})
    play.request("go", TOPIC="; rm -rf /", WHO="$(reboot) a b")
    (program,) = play.errands.programs
    assert list(program.words) == [b"mail", b"-s", b"late: ; rm -rf /", b"$(reboot) a b", b""]
    assert program.timeout_ns == 5 * 10**9


def test_in_a_shell_variables_stand_in_the_environment() -> None:
    play = asking("echo {{X}} '{{X}}' | wc -c", **SHELL)
    play.request("go", X="`reboot`")
    (program,) = play.errands.programs
    assert program.words[0] == b"/bin/sh"
    assert b"reboot" not in b" ".join(program.words)
    assert dict(program.environment) == {b"AMPSD_1": b"`reboot`"}


def test_what_a_command_writes_goes_to_the_log() -> None:
    play = asking("date")
    play.errands.outcomes[b"date"] = (b"today\xff\n", None)
    play.request("go")
    assert ("29-0108", {"action": "action 1", "output": "today\\xff\n"}) in play.log
    play.errands.outcomes[b"date"] = (b" \n", None)
    play.request("go")
    assert play.codes().count("29-0108") == 1, "nothing is no record"


@pytest.mark.parametrize("reason", ["/bin/sh ended with exit status 1", "date took longer than 30s"])
def test_a_command_that_fails_ends_the_action_is_logged_and_counted(reason: str) -> None:
    play = asking("date")
    play.errands.outcomes[b"date"] = (b"half", reason)
    play.request("go")
    assert play.echoes() == []
    expected = {"action": "action 1", "step": 1, "module": "amps-action-do-execute-system", "reason": reason}
    assert [values for code, values in play.log if code == "29-0105"] == [expected]
    counts = play.instance.automation.traces.counts["action 1"]
    assert (counts.fired, counts.failed, counts.last_reason) == (1, 1, reason)
    play.errands.failures[RunProgram] = "too many programs run"
    play.request("go")
    assert play.failures()[1:] == ["too many programs run"]


@pytest.mark.parametrize("options", [{}, SHELL])
def test_a_nul_byte_is_in_no_word(options: dict[str, str]) -> None:
    play = asking("notify {{X}}", **options)
    play.request("go", X="a\0b")
    assert play.errands.programs == []
    assert play.echoes() == []
    assert "NUL byte" in play.failures()[0]


def test_a_command_that_is_too_large_fails_the_step() -> None:
    play = asking("notify " + "{{X}}" * 30)
    play.request("go", X="x" * 1_000_000)
    assert play.errands.programs == []
    assert "bytes, more than an option may be" in play.failures()[0]


def test_others_go_on_while_a_command_runs() -> None:
    play = asking("sleep 5")
    play.errands.is_held = True
    play.request("go")
    reader, writer = play.client("reader"), play.client("writer")
    reader.send(c="subscribe", t="news", cid="1", sub_id="1")
    writer.send("1", c="p", t="news")
    assert reader.bodies() == ["1"]
    assert play.echoes() == []
    play.errands.is_held = False
    play.settle()
    assert play.echoes() == ["done"]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("", {}),
        ("{{PROGRAM}} -x", {}),
        ("sh -c '{{CODE}}'", {}),
        ("echo '{{X}}", {}),
        ("date", {"ampsd:Timeout": "0s"}),
        ("date", {"ampsd:Timeout": "soon"}),
        ("date", {"ampsd:Shell": "perhaps"}),
        ("eval {{X}}", SHELL),
    ],
)
def test_a_command_that_can_never_be_right_is_refused(command: str, options: dict[str, str]) -> None:
    assert errors(acting(ON_ADMIN, step("do-execute-system", Command=command, **options))) != []
