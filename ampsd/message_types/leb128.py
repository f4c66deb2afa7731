"""Numbers in groups of seven bits, the lowest first: lengths of BFlat, tags and lengths of protobuf."""


def unsigned(number: int) -> bytes:
    """A whole number from 0 on."""
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def signed(number: int) -> bytes:
    """A whole number, negative too."""
    parts = bytearray()
    while True:
        byte = number & 0x7F
        number >>= 7
        if (number == 0 and not byte & 0x40) or (number == -1 and byte & 0x40):
            parts.append(byte)
            return bytes(parts)
        parts.append(byte | 0x80)
