"""AC006."""

from ampsd.lint.rule import Rule


class Malformed(Rule):
    """The file is not well-formed XML.

    A tag is not closed, a quote does not end, `&` or `<` stands bare in a text, or a comment holds `--`. Write
    `&amp;` and `&lt;` in texts, or put the text into `<![CDATA[...]]>`.
    """

    severity = "error"
    failing = "<AMPSConfig><Name>Orders & more</Name></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders &amp; more</Name></AMPSConfig>"
