"""All targets together: who gets a record, what happens when a target fails, and that nothing is raised."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from log_setup import LINE, Bench, Pipe, SetClock, codes, target

from ampsd import errors
from ampsd.definitions.logging import TargetDefinition
from ampsd.ports import Report
from ampsd.server.logging import Logging

MakeBench = Callable[..., Bench]


@pytest.fixture
def bench() -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(*targets: TargetDefinition, **arguments: str) -> Bench:
        made.append(Bench(*targets, **arguments))
        return made[-1]

    yield make
    for one in made:
        one.close()


def report_ladder(report: Report) -> None:
    """A trace, an info, a warning, an error, a critical and an emergency record."""
    report("14-0001", client="c", topic="t")
    report("00-0015", seconds=0)
    report("04-0001", client="c", topic="t", number=1, reason="r")
    report("07-0006", client="c", command="x")
    report("11-0002", transport="t", address="a", error="e")
    report("2C-0005", directory="d")


def test_each_target_takes_its_own_levels(bench: MakeBench) -> None:
    made = bench(target("stdout", levels=("info", "warning")), target("stderr", level="error"))
    report_ladder(made.logging)
    assert codes(made.out.lines()) == ["00-0015", "04-0001"]
    assert codes(made.err.lines()) == ["07-0006", "11-0002", "2C-0005"]


def test_include_and_exclude_work_on_ids(bench: MakeBench) -> None:
    made = bench(target("stdout", level="error", include_errors=("14-.*",), exclude_errors=("11-0002", "2C-.*")))
    report_ladder(made.logging)
    assert codes(made.out.lines()) == ["14-0001", "07-0006"]


def test_a_target_without_a_level_logs_nothing(bench: MakeBench) -> None:
    made = bench(target("stdout"))
    report_ladder(made.logging)
    assert made.out.read() == ""


def test_without_targets_nothing_is_logged(bench: MakeBench) -> None:
    made = bench()
    report_ladder(made.logging)
    assert (made.out.read(), made.err.read()) == ("", "")


def test_is_enabled_tells_whether_anybody_listens(bench: MakeBench) -> None:
    made = bench(target("stdout", level="error"), target("stderr", include_errors=("14-0001",)))
    enabled = [code for code in ("14-0001", "14-0002", "00-0015", "07-0006") if made.logging.is_enabled(code)]
    assert enabled == ["14-0001", "07-0006"]
    assert not made.logging.is_enabled("99-9999")


def test_every_row_of_the_catalogue_makes_a_line(bench: MakeBench) -> None:
    made = bench(target("stdout", level="developer"))
    for code in errors.CATALOGUE:
        made.logging(code)
    assert codes(made.out.lines()) == list(errors.CATALOGUE)


def test_an_id_without_a_row_is_still_written(bench: MakeBench) -> None:
    made = bench(target("stdout", level="error"))
    made.logging("99-9999", file="a\nb", count=2)
    (line,) = made.out.lines()
    match = LINE.fullmatch(line)
    assert match
    assert match.groups() == ("error", "99-9999", "file=a\\nb, count=2")


def test_files_and_consoles_get_the_same_line(bench: MakeBench, tmp_path: Path) -> None:
    made = bench(
        target("file", level="info", file_name=f"{tmp_path}/a-%n.log"),
        target("stdout", level="info"),
    )
    made.logging("00-0015", seconds=1)
    assert (tmp_path / "a-00000.log").read_text() == made.out.read()


def test_files_are_there_before_the_first_record(bench: MakeBench, tmp_path: Path) -> None:
    bench(target("file", level="info", file_name=f"{tmp_path}/amps.log"))
    assert (tmp_path / "amps.log").exists()


def test_a_file_that_cannot_be_opened_is_one_warning_and_other_targets_go_on(bench: MakeBench, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where a directory should be")
    made = bench(target("file", level="info", file_name=f"{tmp_path}/log/amps.log"), target("stdout", level="info"))
    for _ in range(3):
        made.logging("00-0015", seconds=0)
        made.clock.advance(2)
    (warning,) = made.err.lines()
    assert codes([warning]) == ["01-0001"]
    assert f"file {tmp_path}/log/amps.log" in warning
    assert len(made.out.lines()) == 3
    assert made.logging.dropped == 3


def test_a_target_is_tried_again_after_a_second_and_says_what_is_missing(bench: MakeBench, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("in the way")
    made = bench(target("file", level="info", file_name=f"{tmp_path}/log/amps.log"))
    made.logging("00-0015", seconds=1)
    (tmp_path / "log").unlink()
    made.logging("00-0015", seconds=2)
    made.clock.advance(1)
    made.logging("00-0015", seconds=3)
    made.logging("00-0015", seconds=4)
    lines = (tmp_path / "log/amps.log").read_text().splitlines()
    assert codes(lines) == ["01-0002", "00-0015", "00-0015"]
    assert "up to 2 records are missing" in lines[0]
    assert "(3 seconds)" in lines[1]
    assert made.logging.dropped == 2


def test_a_second_failure_is_reported_and_counted_by_itself(bench: MakeBench, tmp_path: Path) -> None:
    path = tmp_path / "log"
    made = bench(target("file", level="info", file_name=str(path)))
    for _ in range(2):
        path.unlink()
        path.symlink_to("/dev/full")
        made.logging.reopen()
        made.logging("00-0015", seconds=1)
        path.unlink()
        made.logging.reopen()
        made.clock.advance(1)
        made.logging("00-0015", seconds=2)
    assert codes(made.err.lines()) == ["01-0001", "01-0001"]
    told, record = path.read_text().splitlines()
    assert "up to 1 records are missing" in told
    assert "(2 seconds)" in record


def test_a_missing_system_logger_is_one_warning(bench: MakeBench, tmp_path: Path) -> None:
    made = bench(target("syslog", level="info"), syslog_path=str(tmp_path / "none"))
    for _ in range(3):
        made.logging("00-0015", seconds=0)
        made.clock.advance(2)
    assert codes(made.err.lines()) == ["01-0001"]


def test_a_reader_that_is_gone_raises_nothing(bench: MakeBench) -> None:
    made = bench(target("stdout", level="info"), target("stderr", level="info"))
    for pipe in (made.out, made.err):
        os.close(pipe.reader)
        pipe.reader = os.open("/dev/null", os.O_RDONLY)
    report_ladder(made.logging)
    made.logging.flush()
    made.logging.close()
    assert made.logging.dropped == 10


def test_reopen_follows_a_moved_file(bench: MakeBench, tmp_path: Path) -> None:
    made = bench(target("file", level="info", file_name=f"{tmp_path}/amps.log"))
    made.logging("00-0015", seconds=1)
    (tmp_path / "amps.log").rename(tmp_path / "amps.log.1")
    made.logging.reopen()
    made.logging("00-0015", seconds=2)
    assert "(1 seconds)" in (tmp_path / "amps.log.1").read_text()
    assert "(2 seconds)" in (tmp_path / "amps.log").read_text()


def test_adopt_changes_the_targets_of_a_running_logging(bench: MakeBench, tmp_path: Path) -> None:
    made = bench(target("stdout", level="info"))
    made.logging("00-0015", seconds=1)
    made.logging.adopt((target("file", level="error", file_name=f"{tmp_path}/amps.log"),), "Other")
    report_ladder(made.logging)
    assert codes(made.out.lines()) == ["00-0015"]
    assert codes((tmp_path / "amps.log").read_text().splitlines()) == ["07-0006", "11-0002", "2C-0005"]


def test_adopting_what_cannot_be_read_changes_nothing(bench: MakeBench) -> None:
    made = bench(target("stdout", level="info"))
    with pytest.raises(ValueError, match="neither an id"):
        made.logging.adopt((target("stderr", include_errors=("(",)),), "Test")
    made.logging("00-0015", seconds=1)
    assert codes(made.out.lines()) == ["00-0015"]


def test_adopting_the_same_file_continues_it(bench: MakeBench, tmp_path: Path) -> None:
    same = target("file", level="info", file_name=f"{tmp_path}/amps.log", rotation_threshold_bytes=1000)
    made = bench(same)
    made.logging("00-0015", seconds=1)
    made.logging.adopt((same,), "Test")
    made.logging("00-0015", seconds=2)
    assert len((tmp_path / "amps.log").read_text().splitlines()) == 2


def test_after_closing_records_are_ignored(bench: MakeBench) -> None:
    made = bench(target("stdout", level="info"))
    made.logging.close()
    report_ladder(made.logging)
    made.logging("99-9999")
    made.logging.close()
    assert made.out.read() == ""


def test_before_a_configuration_there_is_stderr() -> None:
    err = Pipe()
    logging = Logging.to_stderr("warning", SetClock(), stderr=err.writer)
    report_ladder(logging)
    assert codes(err.lines()) == ["04-0001", "07-0006", "11-0002", "2C-0005"]
    logging.close()
    err.close()


def test_the_instance_s_name_is_the_syslog_ident_unless_one_is_given(bench: MakeBench) -> None:
    made = bench(
        target("syslog", level="info", options=("LOG_PERROR",)),
        target("syslog", level="info", options=("LOG_PERROR",), ident="\\amps dma"),
        name="Sample",
    )
    made.logging("00-0015", seconds=0)
    beginnings = [line.partition(": [1]")[0] for line in made.err.lines() if ": [1]" in line]
    assert beginnings == ["Sample", "\\amps dma"]


def test_rotating_now_takes_the_files_that_rotate(
    bench: MakeBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = bench(
        target("stdout", level="info"),
        target("file", level="info", file_name="plain.log"),
        target("file", level="info", file_name="n-%n.log"),
        target("gzip", level="info", file_name="g-%n.gz", rotation_threshold_bytes=1000),
        target("file", level="info", file_name="stuck-%n.log"),
    )
    (tmp_path / "stuck-00001.log").mkdir()
    made.logging("FF-0001")
    assert made.logging.files() == ["plain.log", "n-00000.log", "g-00000.gz", "stuck-00000.log"]
    assert made.logging.rotate() == 2
    made.logging("FF-0002")
    assert made.logging.files() == ["plain.log", "n-00001.log", "g-00001.gz", "stuck-00000.log"]
    assert codes(made.err.lines()) == ["01-0003"]
    assert codes((tmp_path / "n-00000.log").read_text().splitlines()) == ["FF-0001"]
    assert codes((tmp_path / "n-00001.log").read_text().splitlines()) == ["FF-0002"]
    assert codes((tmp_path / "stuck-00000.log").read_text().splitlines()) == ["FF-0001", "FF-0002"]


def test_a_file_that_cannot_be_finished_is_reported_and_the_others_rotate(
    bench: MakeBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = bench(
        target("file", level="info", file_name="/dev/full", rotation_threshold_bytes=1000),
        target("file", level="info", file_name="n-%n.log"),
    )
    made.logging("FF-0001")
    assert made.logging.rotate() == 1
    assert codes(made.err.lines()) == ["01-0001"]
