"""The built-in message types."""

import pytest

from ampsd.message_types import registry
from ampsd.message_types.message_type import BodyError

OPAQUE = ("fix", "nvfix", "xml", "msgpack", "bson", "bflat", "binary")


def test_every_type_that_amps_has_without_configuration_is_there() -> None:
    assert sorted(registry.names()) == sorted(("json", *OPAQUE))
    assert all(registry.find(name).name == name for name in registry.names())


@pytest.mark.parametrize("name", ["", "JSON", "protobuf", "json "])
def test_other_names_are_unknown(name: str) -> None:
    assert registry.find(name) is None


@pytest.mark.parametrize("name", OPAQUE)
def test_bodies_of_the_other_types_are_carried_but_not_read(name: str) -> None:
    with pytest.raises(BodyError, match=name):
        registry.find(name).fields(b"anything")
