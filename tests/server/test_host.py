"""What MessageMemoryLimit is a tenth of."""

import os
import resource
from pathlib import Path

import pytest

from ampsd.server import host


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(host, "_CONTAINER", tmp_path / "memory.max")
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_without_limits_it_is_what_the_machine_has() -> None:
    assert host.host_memory_bytes() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_a_limit_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (5_000_000, 9_000_000))
    assert host.host_memory_bytes() == 5_000_000


@pytest.mark.parametrize(("text", "is_limit"), [("4000000\n", True), ("max\n", False), ("", False)])
def test_a_limit_of_the_container_counts(tmp_path: Path, text: str, is_limit: bool) -> None:
    (tmp_path / "memory.max").write_text(text)
    assert (host.host_memory_bytes() == 4_000_000) is is_limit
