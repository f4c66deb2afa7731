"""AC116."""

from ampsd.lint.rule import Rule


class MisplacedActionModule(Rule):
    """An action module stands in the wrong one of On, If and Do.

    The second word of its name tells where it belongs.
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-do-nothing</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
