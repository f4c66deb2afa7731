"""AC113."""

from ampsd.lint.rule import Rule


class BadExpression(Rule):
    """An expression does not parse.

    The finding tells the position in its text (User Guide, AMPS Expressions). `<` and `&` are written `&lt;` and
    `&amp;` in XML, or the expression stands in `<![CDATA[...]]>`.
    """

    severity = "error"
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Filter>/kind = </Filter></Queue></SOW>"
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><Filter>/kind = 'night'</Filter></Queue></SOW>"
    )
