"""Values of options that only action modules have."""

import pytest

from ampsd.actions.option_kinds import (
    COUNT_TEXT,
    EXTRACTION,
    INTERVAL_TEXT,
    PERCENT_TEXT,
    SIGNAL,
    TRANSLATION,
    VARIABLE,
    Assignment,
)
from ampsd.declare import Kind


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (VARIABLE, "MY_VARIABLE", "{{MY_VARIABLE}}"),
        (VARIABLE, " x ", "1x"),
        (SIGNAL, "sigusr1", "USR1"),
        (INTERVAL_TEXT, "{{AGE}}d", "soon"),
        (INTERVAL_TEXT, "30d", "30 parsecs"),
        (COUNT_TEXT, "{{N}}", "many"),
        (PERCENT_TEXT, "90%", "90"),
        (PERCENT_TEXT, "{{LIMIT}}", "101%"),
        (EXTRACTION, "X = /a/b", "/a/b"),
        (EXTRACTION, "X=/a=1", "{{X}}=/a"),
        (TRANSLATION, "a=b", "a"),
    ],
)
def test_a_kind_takes_what_it_says(kind: Kind, good: str, bad: str) -> None:
    assert kind.parse(good) is not None
    with pytest.raises(ValueError, match=r"\S"):
        kind.parse(bad)


def test_the_first_equals_sign_divides() -> None:
    assert str(EXTRACTION.parse(" X = /a = 1 ")) == "X=/a = 1"
    assert TRANSLATION.parse(" X = /a = 1 ") == Assignment("X", "/a = 1")
    assert str(TRANSLATION.parse("open=o")) == "open=o"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" SigHup ", "SIGHUP"),
        ("SIGQUIT", "SIGQUIT"),
        ("SIGWINCH", "SIGWINCH"),
        ("SIGPOLL", "SIGIO"),
        ("SIGCLD", "SIGCHLD"),
        ("sigrtmin", "SIGRTMIN"),
        ("SIGRTMIN+0", "SIGRTMIN"),
        ("SIGRTMIN+05", "SIGRTMIN+5"),
        ("SIGRTMIN+15", "SIGRTMIN+15"),
        ("SIGRTMAX-15", "SIGRTMAX-15"),
        ("SIGRTMAX", "SIGRTMAX"),
    ],
)
def test_a_signal_has_one_name(text: str, name: str) -> None:
    assert SIGNAL.parse(text) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SIGFOO", "'SIGFOO' is not a signal: write its name"),
        ("SIGUSR", "did you mean SIGUSR"),
        ("HUP", "did you mean SIGHUP?"),
        ("usr2", "did you mean SIGUSR2?"),
        ("SIGKILL", "no process can take SIGKILL"),
        ("sigstop", "no process can take SIGSTOP"),
        ("SIGSEGV", "the process itself is broken"),
        ("SIGHUP+1", "is not a signal"),
        ("SIGRTMIN+16", "n being at most 15"),
        ("SIGRTMIN-1", "n being at most 15"),
        ("SIGRTMAX+1", "n being at most 15"),
        ("15", "write its name, such as SIGUSR1"),
        ("", "write its name"),
    ],
)
def test_what_is_no_signal_that_an_action_can_take(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        SIGNAL.parse(text)
    assert message in str(caught.value)
