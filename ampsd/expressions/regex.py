"""Regular expressions: PCRE2 with a bound on the work one search may do. The only file that imports pcre2.

PCRE2 counts match steps anew at every starting place, so a step limit alone bounds nothing: `(\\w+)\\1[xy]` takes
eleven seconds on 10 KB under a limit of 10,000. Therefore

* a simple pattern (no repetition, alternative or group; `.*` at the end is fine) costs at most its own length at
  each place, and is tried while length times length stays under REGEX_WORK_MAX;
* any other pattern is wrapped as `\\A(?s:.*?)(?:pattern)`: one starting place, one count for the whole search. It is
  tried on texts of up to REGEX_SUBJECT_MAX bytes.

Whatever is beyond a bound counts as no match. The just-in-time compiler is not used: it does not count scans.
"""

import re

import pcre2

from ampsd import limits

_METACHARACTERS = re.compile(r"[\^$|*+?()\[\]{}\\]")
_SIMPLE = re.compile(rb"(?:\(\?i\))?(?:[^\\*+?{|()]|\\[^0-9A-Za-z])*(?:\.\*)?", re.DOTALL)
_VERB = re.compile(rb"\(\*(?:PRUNE|SKIP|COMMIT|THEN)")
_WHOLE_RECURSION = re.compile(rb"\(\?(?:R|[+-]?0+)\)|\\g(?:<[+-]?0+>|'[+-]?0+')")

_BOUNDS = b"(*LIMIT_MATCH=%d)(*LIMIT_HEAP=%d)"


def is_regex(name: str) -> bool:
    """Whether a topic name is a pattern: it has one of `^$|*+?()[]{}\\`. A dot alone makes none: names have dots."""
    return _METACHARACTERS.search(name) is not None


class Regex:
    """A compiled pattern; `search` never raises and never takes long."""

    __slots__ = ("_is_simple", "_long", "_short", "pattern")

    def __init__(self, pattern: bytes) -> None:
        self.pattern = pattern
        self._is_simple = _SIMPLE.fullmatch(pattern) is not None
        if self._is_simple:
            self._short = self._long = _compiled(pattern, limits.REGEX_MATCH_LIMIT)
        else:
            self._short = _wrapped(pattern, limits.REGEX_MATCH_LIMIT)
            self._long = _wrapped(pattern, limits.REGEX_LONG_MATCH_LIMIT)

    def search(self, subject: bytes) -> bool:
        """Whether the pattern matches anywhere in `subject`; False when that cannot be told within the bounds."""
        size = len(subject)
        if self._is_simple:
            if size * len(self.pattern) > limits.REGEX_WORK_MAX:
                return False
            compiled = self._short
        elif size <= limits.REGEX_SHORT_SUBJECT_MAX:
            compiled = self._short
        elif size <= limits.REGEX_SUBJECT_MAX:
            compiled = self._long
        else:
            return False
        try:
            return compiled.search(subject) is not None
        except pcre2.LibraryError:
            return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regex) and other.pattern == self.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r})"


def compile_regex(pattern: bytes) -> Regex:
    """A pattern for byte-wise, case-sensitive search anywhere in a text (User Guide, Regular Expressions).

    Raises ValueError with a sentence when the pattern is too long, does not compile, or holds what could undo the
    bounds: start options and verbs (`(*...`), and recursion into the whole pattern.
    """
    if len(pattern) > limits.REGEX_LENGTH_MAX:
        raise ValueError(f"the regular expression is longer than {limits.REGEX_LENGTH_MAX} bytes")
    if pattern.startswith(b"(*") or _VERB.search(pattern):
        raise ValueError("the regular expression has an option or a verb starting with (*, which is not allowed")
    if _WHOLE_RECURSION.search(pattern):
        raise ValueError("the regular expression recurses into itself as a whole, which is not allowed")
    try:
        _compiled(pattern, limits.REGEX_MATCH_LIMIT)
        return Regex(pattern)
    except pcre2.LibraryError as error:
        raise ValueError(f"the regular expression does not compile: {_reason(error, pattern)}") from error


def _reason(error: "pcre2.LibraryError", pattern: bytes) -> str:
    text = str(error)
    if not isinstance(error, pcre2.PatternError):
        return text
    place = max(1, min(error.pos - len(_prefix(limits.REGEX_MATCH_LIMIT)), len(pattern)))
    return f"{text.partition('; ')[2] or text} near byte {place}"


def _prefix(match_limit: int) -> bytes:
    return _BOUNDS % (match_limit, limits.REGEX_HEAP_MAX // limits.KIB)


def _compiled(pattern: bytes, match_limit: int) -> "pcre2.Pattern":
    return pcre2.compile(_prefix(match_limit) + pattern, jit=False)


def _wrapped(pattern: bytes, match_limit: int) -> "pcre2.Pattern":
    """`pattern`, known to compile by itself, as part of one anchored attempt.

    `\\E` ends a `\\Q` that the pattern left open. Where an extended pattern ends in a comment, the comment swallows
    the closing parenthesis; then, and only then, a newline ends it.
    """
    opened = rb"\A(?s:.*?)(?:" + pattern
    try:
        return _compiled(opened + rb"\E)", match_limit)
    except pcre2.PatternError:
        return _compiled(opened + b"\n)", match_limit)
