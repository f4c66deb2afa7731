"""Two thousand expressions and bodies that try to cost much: patterns, long texts, deep and wide expressions.

`python tests/expressions/hostile.py` measures them, see benchmarks/expressions.py; a test only demands that each ends.
"""

import itertools
import json
import random
import sys
import time
import tracemalloc

from ampsd.expressions.compile import Filter, new_filter
from ampsd.expressions.lexer import ExpressionError
from ampsd.expressions.parser import parse
from ampsd.message_types import registry

ATOMS = [r"a", r"\w", r".", r"[ab]", r"(a|b)", r"(a|a)", r"(?:a|aa)", r"a?", r"\s", r"(a)", r"[^x]", r"\p{L}", r"(?i)A"]
REPEATS = ["*", "+", "{1,50}", "{2,}", "*?", "+?", "++", "{0,1000}", "*+"]
ENDS = ["b", "$", "x", r"\1", "", r"(?=z)", r"(?!a)", r"\b", "y|z"]
TEXTS = {
    "same": "a" * 16_000,
    "short": "a" * 60,
    "middle": "a" * 2040,
    "pairs": "ab" * 8000,
    "words": ("a" * 60 + " ") * 250,
    "almost": "a" * 1500 + "!",
    "lines": "a\n" * 8000,
    "long": "a" * 200_000,
}


def patterns(count: int) -> list[str]:
    """Repetitions of repetitions, alternatives that overlap, references back, assertions."""
    made = [
        f"({atom}{one}){other}{end}" for atom, one, other, end in itertools.product(ATOMS, REPEATS, REPEATS[:4], ENDS)
    ]
    made += [
        f"{atom}{one}{atom}{other}{end}" for atom, one, other, end in itertools.product(ATOMS, REPEATS, REPEATS, ENDS)
    ]
    made += [f"(?=({atom}{one})){end}" for atom, one, end in itertools.product(ATOMS, REPEATS, ENDS)]
    made += [f"(.*){'(.*)' * number}x" for number in range(1, 12)]
    made += ["(" * number + "a" + ")*" * number + "b" for number in range(1, 30)]
    made += ["a?" * number + "a" * number for number in range(10, 60, 5)]
    made += [
        "(?:" * 20 + "a{1,9}" + "){1,9}" * 20,
        "(a{1,100}){1,100}b",
        "x{1,60000}",
        r"(\w+)\1[xy]",
        "(?R)",
        "(*LIMIT_MATCH=9)a",
    ]
    return random.Random(4).sample(made, count)


def expressions() -> list[str]:
    """Wide, deep and long ones, and functions that would make much of little."""
    thousand = "x" * 1000
    made = [
        "(" * 99 + "/a = 1" + ")" * 99,
        "NOT " * 98 + "/a = 1",
        "- " * 98 + "/a = 1",
        "(" * 5000 + "/a",
        " AND ".join(["/a = 1"] * 125),
        " OR ".join(["/a LIKE 'a.*b'"] * 100),
        " OR ".join(["/a LIKE '(a+)+b'"] * 100),
        " OR ".join([f"/f{number} = {number}" for number in range(125)]),
        f"/a IN ({', '.join(map(str, range(5000)))})",
        f"/a IN ({', '.join(repr(str(number)) for number in range(5000))})",
        f"/l IN (/l, /m) OR /l IN ({', '.join(['/m'] * 50)})",
        "/l = /m OR /l < /m OR /l LIKE 'b'",
        "/l LIKE '(a+)+$'",
        "/m LIKE 'x.*y'",
        f"REPLACE(REPLACE(/a, 'a', '{thousand}'), 'x', '{thousand}') IS NULL",
        "REGEXP_REPLACE(/a, 'a', 'aaaaaaaa') IS NULL",
        "REGEXP_REPLACE(/a, '(a+)+$', 'b') IS NULL",
        "REGEXP_REPLACE(/a, 'a*', 'bb') IS NULL",
        "REGEXP_MATCH(/a, '(a|aa)+$') IS NULL",
        "CRC32(/a) = CRC64(/a)",
        "MD5(/a) = MD5(REVERSE(/a))",
        "POWER(10, 400) * POWER(10, 400) > 1",
        "POWER(99999999, 64) > 1",
        "ARRAY_TO_STRING(/l, /a) IS NULL",
        "ARRAY_SUM(/l) + ARRAY_MIN(/m) + ARRAY_MAX(/m) > 1",
        "STRFTIME('%99999999d', 0) = 'x'",
        f"STRFTIME('{'%c' * 60}', 0) = 'x'",
        "STRPTIME('1', '%Y%Y%Y%Y%Y%Y') = 1",
        "/" + "a/" * 30_000 + "a = 1",
        "'" + "\\x41" * 15_000 + "' = /a",
        "1" + " + 1" * 400 + " = /a",
        "9" * 60_000 + " = /a",
        "ROUND(/a, 999999999999) = 1",
        "WIDTH_BUCKET(/a, -1e308, 1e308, 99999999999999999999) = 1",
        "SUBSTR(/a, -9999999999999999, 9999999999999999) = 'a'",
        f"CONCAT({', '.join(['/a'] * 300)}) IS NULL",
        f"COALESCE({', '.join(['/zz'] * 300)}) IS NULL",
        "(" + "IF(/a = 1, " * 33 + "1" + ", 2)" * 33 + ") = 1",
        "\ud800 = 1",
        "/a = '" + "é" * 30_000 + "'",
    ]
    made += [
        " OR ".join([f"{name}(/a) = 1" for _ in range(60)])
        for name in ("UPPER", "REVERSE", "TRIM", "LENGTH", "ABS", "LN")
    ]
    made += [" OR ".join([f"{name}(/a) = 1"] * count) for name in ("CRC32", "CRC64") for count in (3, 60)]
    return made


BODY = json.dumps({"a": TEXTS["same"], "l": ["a" * 40] * 1000, "m": list(range(2000)), **TEXTS}).encode()


def cases() -> list[str]:
    """The 2,000."""
    fixed = expressions()
    names = sorted(TEXTS)
    found = [
        f"/{names[number % len(names)]} LIKE '{pattern}'" for number, pattern in enumerate(patterns(2000 - len(fixed)))
    ]
    return fixed + found


def outcome(text: str, fields: object) -> str:
    """What becomes of one: passes, does not, or is refused."""
    try:
        return str(new_filter(text).matches(fields))
    except ExpressionError as error:
        return f"refused: {error.message[:40]}"


def measured() -> list[tuple[float, float, str]]:
    """Milliseconds to read it, and to ask it once, of each."""
    found: list[tuple[float, float, str]] = []
    json_type = registry.find("json")
    assert json_type is not None
    fields = json_type.fields(BODY)
    for path in ("/a", "/l", "/m", *(f"/{name}" for name in TEXTS)):
        _ = fields[path]
    for text in cases():
        started = time.perf_counter()
        try:
            one = Filter(text, parse(text))
        except ExpressionError:
            found.append(((time.perf_counter() - started) * 1e3, 0.0, text))
            continue
        middle = time.perf_counter()
        one.matches(fields)
        found.append(((middle - started) * 1e3, (time.perf_counter() - middle) * 1e3, text))
    return found


def memory() -> tuple[float, str]:
    """MiB at most while one is read and asked, and which."""
    json_type = registry.find("json")
    assert json_type is not None
    fields = json_type.fields(BODY)
    worst = (0.0, "")
    tracemalloc.start()
    for text in cases():
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        outcome(text, fields)
        worst = max(worst, ((tracemalloc.get_traced_memory()[1] - before) / 2**20, text[:60]))
    tracemalloc.stop()
    return worst


if __name__ == "__main__":
    rows = measured()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for title, number in (("read", 0), ("ask", 1)):
        for row in sorted(rows, key=lambda row: -row[number])[:count]:
            print(f"{title} {row[number]:.2f} ms {row[2][:70]!r}")
    most, which = memory()
    print(f"memory {most:.2f} MiB {which!r}")
