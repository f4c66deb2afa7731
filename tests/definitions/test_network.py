import pytest

from ampsd.definitions.network import InetAddr, parse_inet_addr


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("9007", None, 9007, "9007"),
        (" localhost:9007\n", "localhost", 9007, "localhost:9007"),
        ("[::1]:9007", "::1", 9007, "[::1]:9007"),
        ("0.0.0.0:9007", "0.0.0.0", 9007, "0.0.0.0:9007"),
        ("[::]:0", "::", 0, "[::]:0"),
        ("my-host.example.org:65535", "my-host.example.org", 65535, "my-host.example.org:65535"),
    ],
)
def test_addresses_are_read_and_shown(text: str, host: str | None, port: int, shown: str) -> None:
    address = parse_inet_addr(text)
    assert (address.host, address.port) == (host, port)
    assert str(address) == shown
    assert address == parse_inet_addr(shown)
    assert hash(address) == hash(parse_inet_addr(shown))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "localhost:",
        ":9007",
        "65536",
        "localhost:99999",
        "::1:9007",
        "[::1]",
        "a b:1",
        "tcp://h:1",
        "1" * 400,
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        parse_inet_addr(text)


@pytest.mark.parametrize(
    ("one", "other", "collides"),
    [
        ("9007", "9007", True),
        ("9007", "9008", False),
        ("0", "0", False),
        ("9007", "localhost:9007", True),
        ("127.0.0.1:9007", "localhost:9007", False),
        ("127.0.0.1:9007", "0.0.0.0:9007", True),
        ("[::1]:9007", "0.0.0.0:9007", False),
        ("[::1]:9007", "[::]:9007", True),
        ("[::]:9007", "0.0.0.0:9007", False),
        ("127.0.0.1:9007", "127.0.0.2:9007", False),
    ],
)
def test_two_listeners_collide_when_they_share_an_address(one: str, other: str, collides: bool) -> None:
    first, second = parse_inet_addr(one), parse_inet_addr(other)
    assert first.collides(second) is collides
    assert second.collides(first) is collides


def test_an_address_differs_from_other_things() -> None:
    assert InetAddr(None, 1) != 1
    assert repr(InetAddr("h", 1)) == "InetAddr('h:1')"
