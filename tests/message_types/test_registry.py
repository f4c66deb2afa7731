"""The built-in message types."""

import pytest

from ampsd.message_types import registry

BUILT_IN = ("json", "fix", "nvfix", "xml", "msgpack", "bson", "bflat", "binary")


def test_every_type_that_amps_has_without_configuration_is_there() -> None:
    assert sorted(registry.names()) == sorted(BUILT_IN)
    assert all(registry.find(name).name == name for name in registry.names())


@pytest.mark.parametrize("name", ["", "JSON", "protobuf", "json "])
def test_other_names_are_unknown(name: str) -> None:
    assert registry.find(name) is None
