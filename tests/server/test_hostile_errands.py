"""Hostile payloads all the way: a real program gets each as one word, real files of that name alone are treated."""

import os
import threading
from pathlib import Path

import pytest
from file_setup import NOTHING, NOW_NS
from hostile_payloads import payloads

from ampsd.actions.firing import Firing
from ampsd.actions.modules.do_compress_files import DoCompressFiles
from ampsd.actions.modules.do_execute_system import DoExecuteSystem
from ampsd.actions.modules.do_remove_files import DoRemoveFiles
from ampsd.actions.option_kinds import COMMAND_LINE, FILE_PATTERN
from ampsd.actions.template import Template
from ampsd.engine.effects import StepFailed
from ampsd.engine.events import CustomEvent
from ampsd.ports import Errand, RunProgram, TreatFiles
from ampsd.server.file_treatment import treat_files
from ampsd.server.programs import Programs

NUMBER = 200
SEED = 7


def errand_of(step: DoExecuteSystem | DoRemoveFiles | DoCompressFiles, payload: bytes) -> Errand:
    found = next(step.run(Firing("a", CustomEvent("e", {"X": payload}, 0), "Play", 0)))
    assert isinstance(found, RunProgram | TreatFiles)
    return found


def hostile() -> list[bytes]:
    return list(payloads(SEED, NUMBER))


class Answers:
    """Programs, and what came of each ticket."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[bytes, str | None]] = {}
        self._changed = threading.Condition()
        self.programs = Programs(self._completed)

    def _completed(self, ticket: int, value: bytes, failure: str | None) -> None:
        with self._changed:
            self.found[ticket] = (value, failure)
            self._changed.notify_all()

    def wait(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.found) == number, 30)


@pytest.mark.parametrize("in_shell", [False, True])
def test_a_program_gets_each_payload_as_one_word(
    in_shell: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = COMMAND_LINE.parse("/usr/bin/printf '[%s]' first {{X}} last")
    step = DoExecuteSystem(command=command, in_shell=in_shell, timeout_ns=20 * 10**9)
    answers = Answers()
    asked: dict[int, bytes] = {}
    for ticket, payload in enumerate(hostile()):
        if b"\0" in payload:
            with pytest.raises(StepFailed, match="NUL byte"):
                errand_of(step, payload)
            continue
        errand = errand_of(step, payload)
        assert isinstance(errand, RunProgram)
        asked[ticket] = payload
        answers.programs.submit(ticket, errand)
    answers.wait(len(asked))
    answers.programs.close(10)
    for ticket, payload in asked.items():
        value, failure = answers.found[ticket]
        wanted = b"[first][" + payload + b"][last]"
        if failure is None:
            assert value[:60_000] == wanted[:60_000]
        else:
            assert len(payload) > 100_000
            assert failure.endswith("its words and its environment are too long")
    assert os.listdir(tmp_path) == [], "no payload wrote a file"


@pytest.mark.parametrize("is_compressing", [False, True])
def test_only_the_file_of_that_very_name_is_treated(is_compressing: bool, tmp_path: Path) -> None:
    inside, outside = os.fsencode(tmp_path / "in"), os.fsencode(tmp_path / "out")
    for directory in (inside, outside, inside + b"/sub"):
        os.mkdir(directory)
    others = {
        inside + b"/sub/af.log",
        outside + b"/af.log",
        inside + b"/a.log",
        inside + b"/abf.log",
        inside + b"/a*?.log",
    }
    for path in others:
        _make(path)
    pattern = FILE_PATTERN.parse(os.fsdecode(inside) + "/a{{X}}f.log")
    step = (DoCompressFiles if is_compressing else DoRemoveFiles)(age=Template("0s"), pattern=pattern)
    tried = 0
    for payload in hostile():
        if b"/" in payload or b"\0" in payload:
            with pytest.raises(StepFailed, match=r"Pattern: "):
                errand_of(step, payload)
            continue
        name = inside + b"/a" + payload + b"f.log"
        errand = errand_of(step, payload)
        assert isinstance(errand, TreatFiles)
        if len(os.path.basename(name)) > 250:
            assert treat_files(errand, NOTHING, NOW_NS, lambda: False)[0] == 0
            continue
        tried += 1
        _make(name)
        assert treat_files(errand, NOTHING, NOW_NS, lambda: False) == (1, None), payload
        assert os.path.exists(name + b".gz") is is_compressing
        if is_compressing:
            os.unlink(name + b".gz")
        if name in others:
            _make(name)
        assert _files(os.fsencode(tmp_path)) == others, payload
    assert tried > NUMBER // 3


def _make(path: bytes) -> None:
    with open(path, "wb") as file:
        file.write(path)
    os.utime(path, ns=(1, 1))


def _files(root: bytes) -> set[bytes]:
    return {os.path.join(directory, name) for directory, _, names in os.walk(root) for name in names}
