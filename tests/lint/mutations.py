"""Random damage to a configuration, as people, editors and disks do it. The same seed gives the same damage."""

import re
from random import Random

from lxml import etree

_WORDS = (
    "",
    " ",
    "0",
    "-1",
    "10x",
    "99999999999999999999",
    "true",
    "{{AMPS_DATA}}",
    "<<X>>",
    "${NO}",
    "^(",
    "\u00e9",
    "no such",
)


def mutated(data: bytes, random: Random) -> bytes:
    """The file with one to three kinds of damage."""
    for _ in range(random.randint(1, 3)):
        data = random.choice((_text, _tree, _tree, _bytes))(data, random)
    return data


def _text(data: bytes, random: Random) -> bytes:
    """One text or tag replaced."""
    text = data.decode("utf-8", "replace")
    spots = list(re.finditer(r">([^<>]+)</|<([A-Za-z]+)>", text))
    if not spots:
        return data
    spot = random.choice(spots)
    group = 1 if spot.group(1) is not None else 2
    new = random.choice(_WORDS) if group == 1 else spot.group(2)[::-1]
    return (text[: spot.start(group)] + new + text[spot.end(group) :]).encode()


def _tree(data: bytes, random: Random) -> bytes:
    """One element removed, doubled, renamed or moved."""
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError):
        return data
    elements = [one for one in root.iterdescendants() if isinstance(one.tag, str)]
    if not elements:
        return data
    one, other = random.choice(elements), random.choice(elements)
    parent = one.getparent()
    assert parent is not None
    what = random.randrange(4)
    if what == 0:
        parent.remove(one)
    elif what == 1:
        parent.append(etree.fromstring(etree.tostring(one, with_tail=False)))
    elif what == 2:
        one.tag = other.tag
    elif other not in one.iter():
        other.append(one)
    return etree.tostring(root)


def _bytes(data: bytes, random: Random) -> bytes:
    """Some bytes lost, changed or put in."""
    start = random.randrange(len(data) + 1)
    length = random.choice((0, 1, 1, 3, 40))
    new = bytes(random.randrange(256) for _ in range(random.choice((0, 0, 1, 2))))
    return data[:start] + new + data[start + length :]
