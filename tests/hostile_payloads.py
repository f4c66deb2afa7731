"""Payloads that mean something to somebody: shells, templates, markup, patterns, paths, terminals. Drawn by a seed."""

from collections.abc import Iterator
from random import Random

PIECES = [
    # shells
    *(b";", b"&&", b"||", b"|", b"&", b"$(reboot)", b"`reboot`", b"${IFS}", b"$HOME", b"$$", b"'", b'"', b"\\", b"!!"),
    *(
        b"> /tmp/x",
        b"< /etc/passwd",
        b"<<EOF",
        b"\n reboot\n",
        b"#",
        b"-rf",
        b"--",
        b"-c",
        b"~",
        b"~root",
        b"a b",
        b"=",
        b"(",
    ),
    # templates
    *(
        b"{{X}}",
        b"{{AMPS_INSTANCE_NAME}}",
        b"<<X>>",
        b"<<",
        b">>",
        b"{%",
        b"%}",
        b"{% for x in y %}",
        b"{{7*7}}",
        b"{#",
        b"#}",
    ),
    *(b"{{X|json}}", b"{{''.__class__.__mro__}}", b"${X}", b"{}", b"%s", b"%n%n", b"{0}", b"{{", b"}}"),
    # markup and data
    *(
        b"<a>",
        b"</Data>",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"&lt;",
        b"&#0;",
        b"&xxe;",
        b"<!DOCTYPE a [",
        b"\r\n",
        b"\r",
        b"\t",
    ),
    *(b'{"a":', b'"}', b"\\u0000", b'\\"', b",", b":", b"[", b"]", b"null", b"1e999", b"\x01", b"\x02", b"\x03"),
    # expressions
    *(
        b"' OR '1' = '1",
        b"' OR 1 = 1 --",
        b"/a = 1",
        b"NULL",
        b"\\'",
        b" AND ",
        b"1) OR (1",
        b"/../a",
        b"NaN",
        b"-1",
        b"90%",
    ),
    # patterns and paths
    *(
        b"*",
        b"?",
        b"[a-z]",
        b"[!x]",
        b"[",
        b"**",
        b".",
        b"..",
        b"/",
        b"../",
        b"/etc/passwd",
        b"../../etc/shadow",
        b".journal",
        b"//",
    ),
    *(b"(a+)+$", b"^.*$", b"\\Q", b".hidden", b"CON", b"a\\b"),
    # bytes
    *(
        b"\0",
        b"\x1b[2J",
        b"\x07",
        b"\x7f",
        b"\x85",
        b"\xff",
        b"\xc3",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ),
    *(
        "\u00fc\u20ac\U0001f600".encode(),
        "\u2028".encode(),
        "\u202e".encode(),
        "\ufeff".encode(),
        "\u0663".encode(),
        b" ",
        b"",
    ),
    # what options may really hold
    *(b"5d", b"12", b"1k", b"0", b"80%", b"Jobs", b"json", b"/n DESC", b"skip_n=1", b"top_n=5", b"news"),
]
"""What payloads are made of."""


def payloads(seed: int, number: int) -> Iterator[bytes]:
    """So many payloads: every piece by itself, then pieces in a row, random bytes, and now and then very long ones."""
    rng = Random(seed)
    for count in range(number):
        kind = rng.random()
        if count < len(PIECES):
            yield PIECES[count]
        elif kind < 0.1:
            yield rng.randbytes(rng.randrange(1, 40))
        elif kind < 0.105:
            yield rng.choice(PIECES) * rng.randrange(1, 20_000)
        else:
            yield b"".join(rng.choices(PIECES, k=rng.randrange(1, 7)))
