"""Codes: those of lint findings, and those of log records."""

from functools import cache

from ampsd import errors
from ampsd.lint.rule import Rule, all_rules
from ampsd.reference.entry import Entry, cleaned, facts, paragraphs


@cache
def rules() -> tuple[Entry, ...]:
    """Every lint rule, by code."""
    return tuple(_rule(rule) for rule in all_rules())


def _rule(rule: Rule) -> Entry:
    shown = [
        ("Refused, or worth a finding:", rule.failing),
        ("Put right:", rule.passing),
    ]
    examples = [f"{title}\n\n{_example(text)}" for title, text in shown]
    known = facts(
        ("Severity", rule.severity),
        ("Profile", "strict" if rule.is_strict_only else "default, strict"),
    )
    return Entry(
        f"{rule.code} {rule.name}",
        (rule.code.lower(), rule.name),
        paragraphs(cleaned(rule.__doc__), known, *examples),
    )


def _example(text: str) -> str:
    if not text.lstrip().startswith("<"):
        return f"> {text}"
    lines = text.replace("><", ">\n<").split("\n")
    return "```xml\n" + "\n".join(_indented(lines)) + "\n```"


def _indented(lines: list[str]) -> list[str]:
    """Lines of one tag each, indented by their depth; an element that holds a text alone is one line."""
    found: list[str] = []
    depth = 0
    for line in lines:
        if line.startswith("</"):
            depth = max(0, depth - 1)
        found.append("  " * depth + line)
        opens = line.startswith("<") and not line.startswith(("</", "<!", "<?"))
        if opens and "</" not in line and not line.endswith("/>"):
            depth += 1
    return found


@cache
def records() -> tuple[Entry, ...]:
    """Every record the daemon can log, by code."""
    return tuple(
        Entry(
            code,
            (code.lower(),),
            paragraphs(f"{row.level}: {row.text}", row.cause, facts(("What to do", row.remedy))),
        )
        for code, row in sorted(errors.CATALOGUE.items())
    )
