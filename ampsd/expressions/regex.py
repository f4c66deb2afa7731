"""Regular expressions: PCRE2 with a bound on the work one search may do. The only file that imports pcre2.

PCRE2 counts match steps anew at every starting place, and a step may scan the whole text, so a step limit alone bounds
nothing. Therefore

* a literal text, perhaps anchored, perhaps in any case, is looked for without PCRE2, in linear time;
* a simple pattern (no repetition, alternative or group; `.*` at the end is fine) costs at most its own length at
  each place, and is tried while length times length stays under REGEX_WORK_MAX;
* any other pattern is wrapped as `\\G(?s:.*?)\\K(?:pattern)`: one starting place, one count for the whole search;
* what a repetition scans is paid for by the steps that give it back when the rest does not fit. Where nothing is given
  back (possessive and atomic parts, assertions, what back references compare), or one step may scan what another
  scans again (a repetition of repetitions), only texts up to REGEX_UNPAID_SUBJECT_MAX are searched. PCRE2 is told not
  to make repetitions possessive by itself.

Whatever is beyond a bound counts as no match. The just-in-time compiler is not used: it does not count scans.
"""

import re

import pcre2

from ampsd import limits

_METACHARACTERS = re.compile(r"[\^$|*+?()\[\]{}\\]")
_SIMPLE = re.compile(rb"(?:\(\?i\))?(?:[^\\*+?{|()]|\\[^0-9A-Za-z])*(?:\.\*)?", re.DOTALL)
_LITERAL = re.compile(rb"(\(\?i\))?(\^)?((?:[^\\*+?{|()\[\].^$]|\\[^0-9A-Za-z])+)(\$)?", re.DOTALL)
_UNPAID = re.compile(rb"[*+?}][^)]*\)+[*+{]|[*+?}]\+|\(\?[>=!<|R&P0-9+-]|\\[1-9gkRX]|\(\*")
_VERB = re.compile(rb"\(\*(?:PRUNE|SKIP|COMMIT|THEN)")
_WHOLE_RECURSION = re.compile(rb"\(\?(?:R|[+-]?0+)\)|\\g(?:<[+-]?0+>|'[+-]?0+')")

_BOUNDS = b"(*LIMIT_MATCH=%d)(*LIMIT_HEAP=%d)(*NO_AUTO_POSSESS)"

Span = tuple[int, int]


def is_regex(name: str) -> bool:
    """Whether a topic name is a pattern: it has one of `^$|*+?()[]{}\\`. A dot alone makes none: names have dots."""
    return _METACHARACTERS.search(name) is not None


class _Literal:
    """A text to look for. In no case does it match more than the pattern it stands for."""

    __slots__ = ("_is_any_case", "_is_end", "_is_start", "_text")

    def __init__(self, match: "re.Match[bytes]") -> None:
        any_case, start, text, end = match.groups()
        self._is_any_case = any_case is not None
        self._is_start = start is not None
        self._is_end = end is not None
        plain = re.sub(rb"\\(.)", rb"\1", text, flags=re.DOTALL)
        self._text = plain.lower() if self._is_any_case else plain

    def find(self, subject: bytes, start: int) -> Span | None:
        """Where the text first stands from `start` on."""
        whole = subject.lower() if self._is_any_case else subject
        text = self._text
        size = len(text)
        if not self._is_end:
            at = whole.find(text, start, size if self._is_start else len(whole))
            return None if at < 0 else (at, at + size)
        for end in (len(whole) - 1, len(whole)) if whole.endswith(b"\n") else (len(whole),):
            at = end - size
            if at >= start and (at == 0 or not self._is_start) and whole.endswith(text, at, end):
                return at, end
        return None


class Regex:
    """A compiled pattern; `search` and `find` never raise and never take long."""

    __slots__ = ("_by_limit", "_is_paid", "_is_simple", "_literal", "_plain", "pattern")

    def __init__(self, pattern: bytes) -> None:
        self.pattern = pattern
        literal = _LITERAL.fullmatch(pattern)
        self._literal = None if literal is None else _Literal(literal)
        self._is_simple = _SIMPLE.fullmatch(pattern) is not None
        self._is_paid = _UNPAID.search(pattern) is None
        self._by_limit: dict[int, pcre2.Pattern] = {}
        if self._is_simple:
            self._plain = _compiled(pattern, limits.REGEX_MATCH_LIMIT)
        else:
            self._plain = self._by_limit[limits.REGEX_MATCH_LIMIT] = _wrapped(pattern, limits.REGEX_MATCH_LIMIT)

    def search(self, subject: bytes, share: int = 1) -> bool:
        """Whether the pattern matches anywhere in `subject`; False when that cannot be told within the bounds.

        `share`: 1, 10 or 100 searches share what one may cost.
        """
        if self._literal is not None:
            return self._literal.find(subject, 0) is not None
        compiled = self._fit(len(subject), share)
        try:
            return compiled is not None and compiled.search(subject) is not None
        except pcre2.LibraryError:
            return False

    def find(self, subject: bytes, start: int = 0, share: int = 1) -> Span | None:
        """Where the pattern first matches from `start` on."""
        if self._literal is not None:
            return self._literal.find(subject, start)
        compiled = self._fit(len(subject), share)
        try:
            match = None if compiled is None else compiled.search(subject, start)
        except pcre2.LibraryError:
            return None
        return None if match is None else (match.start(), match.end())

    def _fit(self, size: int, share: int) -> "pcre2.Pattern | None":
        """The compiled pattern for texts of that size; None where they are beyond the bounds."""
        if self._is_simple:
            return self._plain if size * len(self.pattern) * share <= limits.REGEX_WORK_MAX else None
        if size > limits.REGEX_UNPAID_SUBJECT_MAX and not self._is_paid:
            return None
        if size <= limits.REGEX_SHORT_SUBJECT_MAX:
            limit = limits.REGEX_MATCH_LIMIT // share
        elif size <= limits.REGEX_SUBJECT_MAX:
            limit = limits.REGEX_LONG_MATCH_LIMIT // share
        else:
            return None
        compiled = self._by_limit.get(limit)
        if compiled is None:
            compiled = self._by_limit[limit] = _wrapped(self.pattern, limit)
        return compiled

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
    opened = rb"\G(?s:.*?)\K(?:" + pattern
    try:
        return _compiled(opened + rb"\E)", match_limit)
    except pcre2.PatternError:
        return _compiled(opened + b"\n)", match_limit)
