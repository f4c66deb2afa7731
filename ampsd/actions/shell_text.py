"""A command read by the rules of sh: its words, its quotes, and where in them variables stand.

Nothing is expanded and nothing runs. Without a shell, whatever a shell would act on is an error; with one, it is passed
over, and errors are the places where a variable's value would not stay one word, or where shells do not agree.
"""

import re
from collections.abc import Sequence

from ampsd.actions.template import fault_at

_OPERATOR = re.compile(r"<<<|<<-?|\(\(|&&|\|\||;;|;&|>>|>\||<&|>&|<>|[|&;<>()\n]")
_SPECIAL = "*?[~#!"
_PARAMETERS = "$?!#@*-0123456789"
_IN_DOUBLE_QUOTES = '$`"\\\n'
_BLANK = " \t"
_WORD_STARTS_AFTER = _BLANK + "\n|&;<>()"
NEEDS_SHELL = "or write <ampsd:Shell>true</ampsd:Shell>, which runs the command in a shell"


class Fragment:
    """A piece of a word: `text` as it is once quotes are gone, or the variable that stands at `start` to `end`.

    `quote` is what it stands in: nothing, ' or ". An expansion of the shell is kept as it is written.
    """

    __slots__ = ("end", "is_variable", "quote", "start", "text")

    def __init__(self, text: str, quote: str, start: int, end: int, is_variable: bool = False) -> None:
        self.text = text
        self.quote = quote
        self.start = start
        self.end = end
        self.is_variable = is_variable


class Word:
    """A word of a command; `start` is its place in the text."""

    __slots__ = ("fragments", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.fragments: list[Fragment] = []

    @property
    def has_variable(self) -> bool:
        """Whether a part of it comes from a variable."""
        return any(fragment.is_variable for fragment in self.fragments)

    @property
    def beginning(self) -> str:
        """What stands before its first variable, without quotes; all of it when there is none."""
        text = ""
        for fragment in self.fragments:
            if fragment.is_variable:
                break
            text += fragment.text
        return text

    @property
    def bare(self) -> str:
        """What stands before its first quote or variable."""
        text = ""
        for fragment in self.fragments:
            if fragment.is_variable or fragment.quote:
                break
            text += fragment.text
        return text


class Operator:
    """What divides words: | & ; ( ) a line's end, or a redirection."""

    __slots__ = ("start", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start


Token = Word | Operator


class _HereDocument:
    __slots__ = ("delimiter", "has_tabs", "start")

    def __init__(self, start: int, has_tabs: bool) -> None:
        self.start = start
        self.has_tabs = has_tabs
        self.delimiter = ""


class ShellText:
    """The reader of one command. `places` are those of its variables, in order."""

    __slots__ = ("_at", "_ends", "_here", "_in_shell", "_opened", "_text", "_tokens", "_word")

    def __init__(self, text: str, places: Sequence[tuple[int, int]], in_shell: bool) -> None:
        self._text = text
        self._ends = dict(places)
        self._in_shell = in_shell
        self._at = 0
        self._word: Word | None = None
        self._tokens: list[Token] = []
        self._opened: _HereDocument | None = None  # its delimiter is the next word
        self._here: list[_HereDocument] = []  # they begin behind the next line's end

    def read(self) -> list[Token]:
        """Words and operators in order. Raises ValueError, with line and column."""
        while self._at < len(self._text):
            character = self._text[self._at]
            if self._at in self._ends:
                self._variable("")
            elif character in _BLANK:
                self._end_word()
                self._at += 1
            elif character == "\\":
                self._backslash()
            elif character == "'":
                self._single_quotes()
            elif character == '"':
                self._double_quotes()
            elif character in "|&;<>()\n":
                self._operator()
            elif character in "$`":
                self._expansion("")
            elif character in _SPECIAL and not self._in_shell:
                raise self._needs_shell()
            elif character == "#" and self._word is None:
                self._comment()
            else:
                self._take(character, "")
        self._end_word()
        if self._opened or self._here:
            raise self._fault((self._opened or self._here[0]).start, "this here-document is not closed")
        return self._tokens

    def _fault(self, at: int, sentence: str) -> ValueError:
        return fault_at(self._text, at, sentence)

    def _needs_shell(self) -> ValueError:
        character = self._text[self._at]
        if character == "\n":
            return self._fault(self._at, f"the command ends with the line: end it with \\ to go on, {NEEDS_SHELL}")
        return self._fault(
            self._at, f"{character} is for a shell: write it in single quotes where it is text, {NEEDS_SHELL}"
        )

    def _fragments(self) -> list[Fragment]:
        if self._word is None:
            self._word = Word(self._at)
        return self._word.fragments

    def _take(self, text: str, quote: str, length: int = 1) -> None:
        self._fragments().append(Fragment(text, quote, self._at, self._at + length))
        self._at += length

    def _variable(self, quote: str) -> None:
        end = self._ends[self._at]
        self._fragments().append(Fragment(self._text[self._at : end], quote, self._at, end, is_variable=True))
        self._at = end

    def _end_word(self) -> None:
        word, self._word = self._word, None
        if word is None:
            return
        if self._opened is None:
            self._tokens.append(word)
            return
        if word.has_variable:
            raise self._fault(word.start, "a variable may not end a here-document")
        self._opened.delimiter = word.beginning
        self._here.append(self._opened)
        self._opened = None

    def _escaped(self) -> str:
        """What stands behind the backslash that was reached."""
        if self._at + 1 in self._ends:
            raise self._fault(self._at, "a backslash quotes nothing of a variable: double it, or leave it out")
        if self._at + 1 == len(self._text):
            raise self._fault(self._at, "a backslash ends the command")
        return self._text[self._at + 1]

    def _backslash(self) -> None:
        character = self._escaped()
        if character == "\n":
            self._at += 2
        else:
            self._take(character, "\\", 2)

    def _single_quotes(self) -> None:
        opening = self._at
        self._take("", "'")
        while self._text[self._at : self._at + 1] != "'":
            if self._at == len(self._text):
                raise self._fault(opening, "this quote is not closed")
            if self._at in self._ends:
                self._variable("'")
            else:
                self._take(self._text[self._at], "'")
        self._at += 1

    def _double_quotes(self) -> None:
        opening = self._at
        self._take("", '"')
        while self._text[self._at : self._at + 1] != '"':
            if self._at == len(self._text):
                raise self._fault(opening, "this quote is not closed")
            character = self._text[self._at]
            if self._at in self._ends:
                self._variable('"')
            elif character == "\\" and (escaped := self._escaped()) in _IN_DOUBLE_QUOTES:
                self._take("" if escaped == "\n" else escaped, '"', 2)
            elif character in "$`":
                self._expansion('"')
            else:
                self._take(character, '"')
        self._at += 1

    def _comment(self) -> None:
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        self._refuse_variables(self._at, end, "a comment")
        self._at = end

    def _operator(self) -> None:
        if not self._in_shell:
            raise self._needs_shell()
        found = _OPERATOR.match(self._text, self._at)
        assert found is not None
        operator = found.group()
        if operator in ("<<<", "(("):
            raise self._fault(self._at, f"not every shell knows {operator}: write it in another way")
        if operator[0] in "<>" and self._word is not None and self._text[self._word.start : self._at].isdecimal():
            self._word = None  # 2>: the number of a file
        self._end_word()
        if self._opened:
            raise self._fault(self._opened.start, "this here-document has no word that ends it")
        if operator.startswith("<<"):
            self._opened = _HereDocument(self._at, operator == "<<-")
        else:
            self._tokens.append(Operator(operator, self._at))
        self._at = found.end()
        if operator == "\n":
            for document in self._here:
                self._skip_here_document(document)
            self._here.clear()

    def _skip_here_document(self, document: _HereDocument) -> None:
        while self._at < len(self._text):
            end = self._text.find("\n", self._at)
            end = len(self._text) if end < 0 else end
            line = self._text[self._at : end]
            self._refuse_variables(self._at, end, "a here-document")
            if line.endswith("\\"):
                raise self._fault(end - 1, "a backslash ends a line of a here-document, and shells do not agree on it")
            self._at = end + 1
            if (line.lstrip("\t") if document.has_tabs else line) == document.delimiter:
                return
        raise self._fault(document.start, "this here-document is not closed")

    def _expansion(self, quote: str) -> None:
        """`...`, $(...), ${...}, $name: kept as it is."""
        if not self._in_shell:
            raise self._needs_shell()
        following = self._text[self._at + 1 : self._at + 2]
        if self._text[self._at] == "`":
            end = self._closing("`", self._at + 1, "`...`", quote)
        elif self._at + 1 in self._ends:
            raise self._fault(self._at, "a $ before a variable: leave it out; the value is filled in without it")
        elif following == "(":
            is_sum = self._text.startswith("$((", self._at)
            end = self._closing(")", self._at + 2, "$((...))" if is_sum else "$(...)", "")
            if re.search(r"\bcase\b", self._text[self._at : end]):
                raise self._fault(self._at, "case inside $(...) beside variables: put it into a script")
        elif following == "{":
            end = self._closing("}", self._at + 2, "${...}", quote)
        elif following == "[" or (following in ("'", '"') and not quote):
            raise self._fault(self._at, f"not every shell knows ${following}: write it in another way")
        else:
            end = self._at + (2 if following and following in _PARAMETERS else 1)
        self._refuse_variables(self._at, end, "an expansion of the shell")
        self._take(self._text[self._at : end], quote or "$", end - self._at)

    def _closing(self, closer: str, at: int, name: str, quote: str) -> int:
        """Behind the end of an expansion whose inside begins at `at`; no variable may stand in it."""
        opening, depth = at, 1
        while at < len(self._text):
            character = self._text[at]
            if at in self._ends:
                raise self._fault(at, f"a variable may not stand inside {name}")
            if character == closer and depth == 1:
                return at + 1
            at = self._behind(at, closer, name, quote)
            if closer == ")":
                depth += (character == "(") - (character == ")")
        raise self._fault(opening, f"this {name} is not closed")

    def _behind(self, at: int, closer: str, name: str, quote: str) -> int:
        """Behind what stands at `at` in an expansion that `closer` ends; `quote` is what the expansion stands in."""
        character = self._text[at]
        if character == "\\":
            self._refuse_variables(at + 1, at + 2, name)
            return at + 2
        if closer == "`":
            return at + 1
        is_quoted = closer == '"' or (closer == "}" and quote == '"')
        if character == "'" and not is_quoted:
            return self._quoted(at, name)
        if character == "'" and closer == "}":
            raise self._fault(at, f"a single quote in {name} between double quotes, and shells do not agree on it")
        if character == '"':
            return self._closing('"', at + 1, name, '"')
        if character == "`":
            return self._closing("`", at + 1, name, "")
        if self._text.startswith("$(", at):
            return self._closing(")", at + 2, name, "")
        if self._text.startswith("${", at):
            return self._closing("}", at + 2, name, '"' if is_quoted else "")
        if name == "$(...)" and closer == ")":
            if character == "#" and self._text[at - 1] in _WORD_STARTS_AFTER:
                raise self._fault(at, f"a comment inside {name}")
            if self._text.startswith("<<", at):
                raise self._fault(at, f"a here-document inside {name}")
        return at + 1

    def _quoted(self, at: int, name: str) -> int:
        end = self._text.find("'", at + 1)
        if end < 0:
            raise self._fault(at, "this quote is not closed")
        self._refuse_variables(at, end, name)
        return end + 1

    def _refuse_variables(self, start: int, end: int, name: str) -> None:
        for place in self._ends:
            if start <= place < end:
                raise self._fault(place, f"a variable may not stand inside {name}")
