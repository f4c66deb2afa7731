"""AC005."""

from ampsd.lint.rule import Rule


class Encoding(Rule):
    """The file's bytes do not fit its encoding, or the encoding is not supported.

    UTF-8, with or without a byte order mark, UTF-16 with one, ASCII, ISO-8859-1, ISO-8859-15 and Windows-1252 are
    read. Without an XML declaration a file is UTF-8.
    """

    severity = "error"
    failing = 'a file saved as ISO-8859-1 that says encoding="UTF-8"'
    passing = "a file saved as UTF-8"
