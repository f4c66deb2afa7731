"""The pytest plugin in runs of its own."""

import subprocess
import sys

import pytest

import ampsd.lint.examination
import ampsd.testing.server  # noqa: F401 - loaded here, so that not every run below loads it anew

pytest_plugins = ["pytester"]


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    quiet = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:hypothesispytest")
    return pytester.runpytest_inprocess("-p", "ampsd.testing.plugin", *quiet, *arguments)


def test_a_daemon_for_each_test_and_nothing_left(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import threading

        seen = []

        def test_one(ampsd_server):
            seen.append(ampsd_server.uri)

        def test_two(ampsd_server):
            assert ampsd_server.is_running
            assert [one.name for one in threading.enumerate()].count("ampsd-server") == 1

        def test_none():
            assert "ampsd-server" not in [one.name for one in threading.enumerate()]
        """
    )
    run(pytester).assert_outcomes(passed=3)


def test_the_configuration_can_be_overridden_and_marked(pytester: pytest.Pytester) -> None:
    pytester.makefile(".xml", mine="<SOW><Queue><Name>Mine</Name><MessageType>json</MessageType></Queue></SOW>")
    pytester.makepyfile(
        """
        import pytest

        OTHER = "<SOW><Queue><Name>Other</Name><MessageType>json</MessageType></Queue></SOW>"

        @pytest.fixture
        def ampsd_config(ampsd_config):
            return ampsd_config or OTHER

        def test_overridden(ampsd_server):
            assert ampsd_server.queue("Other").depth == 0

        @pytest.mark.ampsd(config="mine.xml")
        def test_marked(ampsd_server):
            assert ampsd_server.queue("Mine").depth == 0
        """
    )
    run(pytester, "--strict-markers").assert_outcomes(passed=2)


def test_a_configuration_with_an_error_is_told_with_its_place(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.ampsd(config="<AMPSConfig><Nmae>a</Nmae></AMPSConfig>")
        def test_never(ampsd_server):
            pass

        @pytest.mark.ampsd("config.xml")
        def test_neither(ampsd_server):
            pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=2)
    told = ["*the configuration of ampsd_server cannot be started:*", "*ampsd_config.xml:1:*Nmae*"]
    result.stdout.fnmatch_lines(told)
    result.stdout.fnmatch_lines(["*write @pytest.mark.ampsd(config=...), with a path or XML*"])


def test_an_end_that_is_not_orderly_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_broken(ampsd_server):
            ampsd_server._later(lambda: ampsd_server._daemon._stopped.set_result(70))
            ampsd_server._thread.join()

        def test_killed(ampsd_server):
            ampsd_server.kill()
        """
    )
    run(pytester).assert_outcomes(passed=2, errors=1)


def test_parallel_runs_do_not_collide(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import urllib.request
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_runs(ampsd_server, number):
            with urllib.request.urlopen(ampsd_server.admin_url + "/queues") as answer:
                assert answer.status == 200
        """
    )
    result = pytester.runpytest_subprocess(
        "-p", "ampsd.testing.plugin", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-n", "2"
    )
    result.assert_outcomes(passed=4)


def test_without_pytest_the_package_imports_and_the_plugin_loads_little() -> None:
    blocked = "import sys; sys.modules['pytest'] = None\nimport ampsd.cli.test, ampsd.testing.server\n"
    subprocess.run([sys.executable, "-c", blocked], check=True)
    light = "import ampsd.testing.plugin, sys\nassert not {'ampsd.server', 'asyncio', 'lxml'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", light], check=True)
