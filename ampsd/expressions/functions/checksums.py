"""Functions that make a number or a short text of a text (User Guide, CRC Functions).

The guide names the polynomials; as in the usual CRC-32C and in CRC-64 with Jones' polynomial, of which it gives the
reflected form, bits are taken from the lowest. CRC-64 starts from 0. NULL counts as the empty text.
"""

from hashlib import md5

from ampsd import limits
from ampsd.expressions.functions.function import Function
from ampsd.expressions.values import text_of
from ampsd.message_types.message_type import Value


def _table(polynomial: int) -> tuple[int, ...]:
    """Of each byte, what it makes of the remainder."""
    found: list[int] = []
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest >> 1 ^ (polynomial if rest & 1 else 0)
        found.append(rest)
    return tuple(found)


_CASTAGNOLI = _table(0x82F63B78)
_JONES = _table(0x95AC9329AC4BC9B5)


def _rest(text: bytes, table: tuple[int, ...], start: int) -> int:
    rest = start
    for byte in text:
        rest = table[(rest ^ byte) & 0xFF] ^ rest >> 8
    return rest


def _crc32(value: Value) -> Value:
    text = text_of(value) or b""
    if len(text) > limits.EXPRESSION_CHECKED_MAX:
        return None
    return _rest(text, _CASTAGNOLI, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _crc64(value: Value) -> Value:
    text = text_of(value) or b""
    return None if len(text) > limits.EXPRESSION_CHECKED_MAX else _rest(text, _JONES, 0)


def _md5(value: Value) -> Value:
    return md5(text_of(value) or b"", usedforsecurity=False).hexdigest().encode()


FUNCTIONS = (
    Function("MD5", 1, 1, _md5, "The checksum of the text, as 32 hexadecimal digits."),
    Function("CRC32", 1, 1, _crc32, "CRC-32C of the text.", takes_null=True, weight=30),
    Function("CRC64", 1, 1, _crc64, "CRC-64 of the text.", takes_null=True, weight=30),
)
