"""Unit tests of configurations: the real engine on a stage, virtual time; and a daemon for tests of applications."""
