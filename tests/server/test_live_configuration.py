"""What is measured of a running configuration, and what people are told in one line."""

import asyncio
import time
from pathlib import Path

import pytest

from ampsd import limits
from ampsd.cli.serving import origin_of
from ampsd.server.clock import RealClock
from ampsd.server.listeners import Listeners
from ampsd.server.live_configuration import LiveConfiguration
from ampsd.server.service import ServiceNotifier
from ampsd.server.tcp import TcpNet

TEXT = "<AMPSConfig><Name>A</Name><Description>{}</Description></AMPSConfig>"


def live(path: Path) -> LiveConfiguration:
    origin = origin_of(str(path), (), is_watched=False)
    model = origin.loaded.examination.model
    assert model is not None

    def report(code: str, **values: object) -> None:
        """Nobody reads it."""

    return LiveConfiguration(
        model,
        origin,
        Listeners(TcpNet(lambda _: None), model.definition, report),
        post=lambda _: None,
        from_thread=lambda function: function(),
        report=report,
        clock=RealClock(),
        service=ServiceNotifier({}, time.monotonic_ns),
        record=None,
    )


def test_files_that_say_something_else_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONFIG_CHECK_NS", 1_000_000)
    path = tmp_path / "config.xml"
    path.write_text(TEXT.format("one"))

    async def test() -> None:
        configuration = live(path)
        configuration.start()
        for text, is_drifted in (("two", 1.0), ("one", 0.0)):
            path.write_text(TEXT.format(text))
            while configuration.gauges()["configuration/drifted"] != is_drifted:
                await asyncio.sleep(0.001)
        configuration.close()

    asyncio.run(asyncio.wait_for(test(), 30))


def test_refusals_are_counted_and_are_in_the_line_of_status(tmp_path: Path) -> None:
    path = tmp_path / "config.xml"
    path.write_text(TEXT.format("one"))

    async def test() -> None:
        configuration = live(path)
        assert configuration.status == f"A runs {path}"
        path.write_text("<AMPSConfig>")
        told: list[tuple[str, str | None]] = []
        configuration.reload_for("ann", lambda digest, failure: told.append((digest, failure)))
        while not told:
            await asyncio.sleep(0.001)
        assert "1 error" in str(told[0][1])
        assert configuration.gauges()["configuration/reloads/refused"] == 1.0
        assert "its files are refused since" in configuration.status
        configuration.stop()
        configuration.reload_for("ann", lambda digest, failure: told.append((digest, failure)))
        assert told[-1] == ("", "the instance stops")

    asyncio.run(asyncio.wait_for(test(), 30))
