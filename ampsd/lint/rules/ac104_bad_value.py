"""AC104."""

from ampsd.lint.rule import Rule


class BadValue(Rule):
    """A value has the wrong type or is out of range.

    The finding says what the element takes. Units: intervals take ns, us, ms, s, m, h, d, w, and a bare number is
    seconds; sizes take kb, mb, gb, tb (powers of 1024) and k, M, G, T (powers of 1000), in any case (User Guide,
    Units).
    """

    severity = "error"
    failing = "<MessageMemoryLimit>much</MessageMemoryLimit>"
    passing = "<MessageMemoryLimit>2GB</MessageMemoryLimit>"
