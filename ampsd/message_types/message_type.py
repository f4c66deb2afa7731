"""The contract of message types: a name, and the fields of a body."""

from typing import Protocol

Value = int | float | bytes | None
"""A scalar as expressions see it: booleans are 1 and 0, texts are bytes, empty texts are None."""


class BodyError(Exception):
    """A body is not what its message type says it is. The text says why."""


class Fields(Protocol):
    """The fields of one body, by path."""

    def get(self, path: str) -> "Value | list[Value]":
        """The value at `/a/b`; a list where the path occurs several times; None where there is nothing."""
        ...


class MessageType(Protocol):
    """How bodies of one type are read (User Guide, Message Types)."""

    @property
    def name(self) -> str:
        """The type's name in configurations and on the wire."""
        ...

    def fields(self, body: bytes) -> Fields:
        """Read a body. Raises BodyError."""
        ...
