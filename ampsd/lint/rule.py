"""A rule: a stable code, what may be wrong, two examples, and the check.

The folder `rules/` holds one file per rule, called after the code and the fault: `ac209_wrong_fairness.py` holds the
rule AC209, wrong-fairness. Its class's doc string is what `ampsd explain AC209` and the reference page say. Codes are
stable: none is ever used for something else.

AC001-AC099 are about reading the files and AC101-AC199 about single settings: these are found while the file is read
and built, so their rules have documentation and examples but no check. From AC201 on, rules look at definitions.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterable
from functools import cache
from typing import ClassVar

from ampsd.config.finding import SEVERITIES, Finding, Fix, Span
from ampsd.lint import rules
from ampsd.lint.subject import Subject

_FILE = re.compile(r"(ac[0-9]{3})_([a-z0-9_]+)\Z")
_REGISTERED: "dict[str, Rule]" = {}


class Rule:
    """What may be wrong with a configuration. Subclass it in a file of its own; see the other files of `rules/`."""

    code: ClassVar[str] = ""
    """Taken from the file's name, as `name` is."""
    name: ClassVar[str] = ""
    severity: ClassVar[str]
    """error: AMPS or ampsd refuses it, or it cannot work. warning: probably not meant. info: good to know."""
    is_strict_only: ClassVar[bool] = False
    """Whether the rule is advice that only the strict profile gives."""
    failing: ClassVar[str]
    """An AMPSConfig, or what stands inside one, that breaks this rule, as short as can be."""
    passing: ClassVar[str]
    """The same, put right: a text without any finding of this rule."""

    def __init_subclass__(cls) -> None:
        file = cls.__module__.rpartition(".")[2]
        match = _FILE.match(file)
        if match is None:
            raise TypeError(f"{file}: a rule's file is called acNNN_what_is_wrong.py")
        if not (cls.__doc__ or "").strip() or cls.severity not in SEVERITIES or not cls.failing or not cls.passing:
            raise TypeError(f"{file}: a rule needs a doc string, a severity, a failing and a passing example")
        cls.code = match.group(1).upper()
        cls.name = match.group(2).replace("_", "-")
        _REGISTERED[file] = cls()

    def check(self, subject: Subject) -> Iterable[Finding]:
        """What is wrong. Rules of reading and building find nothing here: their findings are made there."""
        return ()

    def finding(self, span: Span, sentence: str, remedy: str, fix: Fix | None = None) -> Finding:
        """A finding of this rule. `sentence` has no full stop; `remedy` says what to do, and ends with one."""
        return Finding(self.code, self.severity, span, sentence, remedy, fix)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    files = sorted(one.name for one in pkgutil.iter_modules(rules.__path__))
    for file in files:
        importlib.import_module(f"{rules.__name__}.{file}")
    found = tuple(_REGISTERED[file] for file in files)
    assert len({rule.code for rule in found}) == len(found), "two rules have one code"
    return found


def find(name: str) -> Rule | None:
    """The rule with that code or name, in any case; None when there is none."""
    wanted = name.strip().lower()
    return next((rule for rule in all_rules() if wanted in (rule.code.lower(), rule.name)), None)
