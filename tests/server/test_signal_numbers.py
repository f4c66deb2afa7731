"""Signals by the names that configurations use."""

import signal

import pytest

from ampsd.actions.option_kinds import SIGNAL
from ampsd.server.process import signal_number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("SIGHUP", signal.SIGHUP),
        ("SIGRTMIN", signal.SIGRTMIN),
        ("SIGRTMIN+15", signal.SIGRTMIN + 15),
        ("SIGRTMAX", signal.SIGRTMAX),
        ("SIGRTMAX-15", signal.SIGRTMAX - 15),
        ("SIGFOO", None),
        ("SIGRTMIN+60", None),
    ],
)
def test_a_name_has_the_number_of_this_system(name: str, number: int | None) -> None:
    assert signal_number(name) == number


def test_every_signal_that_a_process_can_take_is_one_of_an_action() -> None:
    broken = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"}
    for name, number in signal.Signals.__members__.items():
        if number in (signal.SIGKILL, signal.SIGSTOP) or name in broken:
            with pytest.raises(ValueError, match=name):
                SIGNAL.parse(name)
        else:
            assert signal_number(SIGNAL.parse(name)) == number
