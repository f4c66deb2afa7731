"""Addresses as AMPSConfig writes them (User Guide, Transports)."""

import re

from ampsd.declare import Kind

_ADDRESS = re.compile(r"(?:(?P<host>[A-Za-z0-9_.\-]+):|\[(?P<host6>[0-9A-Fa-f:.]+)\]:)?(?P<port>[0-9]{1,5})\Z")
_EVERY_IPV4 = "0.0.0.0"  # noqa: S104 - compared with, never bound


class InetAddr:
    """An address to listen on. Without a host it is every interface, IPv4 and IPv6; port 0 takes any free port."""

    __slots__ = ("host", "port")

    def __init__(self, host: str | None, port: int) -> None:
        self.host = host
        self.port = port

    def collides(self, other: "InetAddr") -> bool:
        """Whether both cannot be listened on at once. Names are compared as written."""
        if self.port != other.port or self.port == 0:
            return False
        if self.host is None or other.host is None or self.host == other.host:
            return True
        every, one = (self.host, other.host) if self.host in (_EVERY_IPV4, "::") else (other.host, self.host)
        return (every == _EVERY_IPV4 and ":" not in one) or (every == "::" and ":" in one)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InetAddr) and (self.host, self.port) == (other.host, other.port)

    def __hash__(self) -> int:
        return hash((self.host, self.port))

    def __str__(self) -> str:
        if self.host is None:
            return str(self.port)
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"InetAddr({str(self)!r})"


def parse_inet_addr(text: str) -> InetAddr:
    """`9007`, `localhost:9007`, `[::1]:9007`. Raises ValueError."""
    match = _ADDRESS.match(text.strip())
    if match is None:
        raise ValueError(
            f"{text.strip()!r} is not an address: write a port, host:port or [IPv6]:port, such as localhost:9007"
        )
    port = int(match["port"])
    if port > 65535:
        raise ValueError(f"{text.strip()!r} is not an address: a port is a number up to 65535")
    return InetAddr(match["host"] or match["host6"], port)


INET_ADDR = Kind("address", parse_inet_addr, pattern=r"\s*(([A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:.]+\]):)?[0-9]{1,5}\s*")
