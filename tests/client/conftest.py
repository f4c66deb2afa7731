"""Fixtures of the tests that start real daemons."""

from daemon_process import start_daemon

__all__ = ["start_daemon"]
