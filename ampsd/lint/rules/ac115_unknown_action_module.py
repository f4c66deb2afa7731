"""AC115."""

from ampsd.lint.rule import Rule


class UnknownActionModule(Rule):
    """There is no action module of that name.

    AMPS refuses a file that names one. All modules are listed in the reference (User Guide, Automating AMPS With
    Actions).
    """

    severity = "error"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-start</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
