"""AC004."""

from ampsd.lint.rule import Rule


class Binary(Rule):
    """The file is not text.

    It holds control characters that no XML file may hold: it is an archive, a picture, a database or a damaged
    file.
    """

    severity = "error"
    failing = "a file that begins with the bytes of a compressed archive"
    passing = "a text file"
