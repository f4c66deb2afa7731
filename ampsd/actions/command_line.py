"""The Command of amps-action-do-execute-system: which words are run, and what becomes of variables.

AMPS fills variables into the text and hands it to a shell, which then reads whatever a message held. Here the text is
read once, when the configuration is loaded, and a variable's value is one word or a part of one, never more:

- A text without variables goes to /bin/sh as it is, as AMPS does it.
- A text with variables is run without a shell. It is split by the shell's rules for quotes; what only a shell can do is
  an error that names the remedy.
- With <ampsd:Shell>true</ampsd:Shell> a text with variables is a script of /bin/sh: each variable becomes an
  environment variable, AMPSD_1 and so on, that the script expands in double quotes.

What a program does with its arguments is its own affair; where it is known to run them, they are refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from ampsd import limits
from ampsd.actions.shell_text import NEEDS_SHELL, Operator, ShellText, Token, Word
from ampsd.actions.template import Template, fault_at
from ampsd.actions.template_filters import bytes_of

_SHELL = (b"/bin/sh", b"-c")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[|\+?=)")
_NUMBER = re.compile(r"[0-9.]+[smhd]?\Z")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEYWORDS = _words("! { } if then else elif fi while until do done esac time")
"""Words that a command follows, or that are one by themselves."""
_BUILTINS = _words(
    "eval . source exec command builtin trap alias let declare typeset local unset read getopts mapfile readarray wait"
    " coproc [[ export readonly"
)
"""Commands of some shell that run or evaluate what their arguments hold."""
_ASSIGNING = _words("export readonly")
_OF_THE_SHELL = (
    _KEYWORDS
    | _BUILTINS
    | _words("for case select function cd set shift exit return break continue umask ulimit times hash jobs bg fg")
)
"""Words that are no programs."""
_EVALUATING = _BUILTINS | _words("ssh rsh watch parallel sed awk gawk mawk nawk")
_STARTING = _words("env sudo doas nohup nice ionice setsid timeout stdbuf xargs")
"""Programs that run the program which their arguments name."""
_INTERPRETER = re.compile(r"((ba|da|z|k|mk|a|c|tc|fi)?sh|python[0-9.]*|perl|ruby|node|php)\Z")
_CODE = re.compile(r"-[A-Za-z]*[ceErp]|--(eval|command|print|run)\Z")
_WITH_VALUE = _words("-o +o -O +O -W -X --rcfile --init-file")
"""Options of interpreters that another word belongs to."""

_Part = bytes | Template


class Command:
    """A Command as it was written, `text`; `names` are its variables in order of first use.

    Every {{...}} is a variable, {{AMPS_BYTE_XX}} too.
    """

    __slots__ = ("_environment", "_words", "names", "text")

    def __init__(
        self,
        template: Template,
        words: Sequence[Sequence[_Part]],
        environment: Mapping[bytes, Template],
    ) -> None:
        self.text = template.text
        self.names = template.names
        self._words = tuple(tuple(word) for word in words)
        self._environment = dict(environment)

    def words(self, variables: Mapping[str, bytes]) -> tuple[tuple[bytes, ...], dict[bytes, bytes]]:
        """The program with its arguments, and what its environment holds in addition.

        Undefined variables are empty. Raises ValueError when a value has a NUL byte, or is larger than an option
        may be.
        """
        words = tuple(b"".join([_filled(part, variables) for part in word]) for word in self._words)
        size = sum(map(len, words))
        if size > limits.TEMPLATE_OUTPUT_MAX + sum(map(len, variables.values())):
            raise ValueError(f"the command would be {size} bytes, more than an option may be")
        return words, {name: _filled(value, variables) for name, value in self._environment.items()}

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Command) and (other.text, other._words) == (self.text, self._words)

    def __hash__(self) -> int:
        return hash((self.text, self._words))


def parse_command(text: str, in_shell: bool) -> Command:
    """The command that `text` is; `in_shell` is <ampsd:Shell>. Raises ValueError, with line and column."""
    template = Template(text.strip())
    if not template.text:
        raise ValueError("the command is empty")
    nul = template.text.find("\0")
    if nul >= 0:
        raise fault_at(template.text, nul, "a NUL byte, which no command can hold")
    if not template.names:
        return Command(template, [[word] for word in (*_SHELL, bytes_of(template.text))], {})
    places = template.places()
    tokens = ShellText(template.text, places, in_shell).read()
    if in_shell:
        for command in _commands(template.text, tokens):
            _check(template.text, command)
        return _script(template, places, tokens)
    words = [token for token in tokens if isinstance(token, Word)]
    _check_program(template.text, words[0])
    _check(template.text, words)
    return Command(template, [list(_parts(word)) for word in words], {})


def _filled(part: _Part, variables: Mapping[str, bytes]) -> bytes:
    if isinstance(part, bytes):
        return part
    value = part.render(variables)
    if b"\0" in value:
        raise ValueError(f"the value of {part.text} has a NUL byte, which no word of a command can hold")
    return value


def _parts(word: Word) -> Iterator[_Part]:
    for fragment in word.fragments:
        yield Template(fragment.text) if fragment.is_variable else bytes_of(fragment.text)


def _script(template: Template, places: Sequence[tuple[int, int]], tokens: Sequence[Token]) -> Command:
    """The text with an expansion of the shell where each variable stands."""
    quotes = {
        fragment.start: fragment.quote
        for token in tokens
        if isinstance(token, Word)
        for fragment in token.fragments
        if fragment.is_variable
    }
    forms = {"": '"${%s}"', '"': "${%s}", "'": "'\"${%s}\"'"}
    names: dict[Template, str] = {}
    script, at = "", 0
    for start, end in places:
        name = names.setdefault(Template(template.text[start:end]), f"AMPSD_{len(names) + 1}")
        script += template.text[at:start] + forms[quotes[start]] % name
        at = end
    script += template.text[at:]
    environment = {name.encode(): value for value, name in names.items()}
    return Command(template, [[word] for word in (*_SHELL, bytes_of(script))], environment)


def _commands(text: str, tokens: Sequence[Token]) -> Iterator[list[Word]]:
    """The simple commands of a script, each from its program on: without assignments, keywords and redirections."""
    command: list[Word] = []
    is_target = False
    for token in tokens:
        if isinstance(token, Operator):
            is_target = token.text[0] in "<>"
            if not is_target:
                yield command
                command = []
        elif is_target:
            is_target = False
        elif command or not _precedes(text, token):
            command.append(token)
    yield command


def _precedes(text: str, word: Word) -> bool:
    """Whether the program is still to come. Raises ValueError for a variable that numbers an array."""
    found = _ASSIGNMENT.match(word.bare)
    if found is not None and found.group(1) == "[" and word.has_variable:
        raise fault_at(text, word.start, "not every shell knows arrays, and some evaluate their numbers: leave it out")
    return found is not None or (not word.has_variable and word.bare in _KEYWORDS)


def _check_program(text: str, word: Word) -> None:
    """Raise ValueError for a first word that is no program."""
    if _ASSIGNMENT.match(word.bare):
        raise fault_at(text, word.start, f"an assignment is for a shell: write env before it, {NEEDS_SHELL}")
    if not word.has_variable and not word.beginning:
        raise fault_at(text, word.start, "the program has no name")
    if not word.has_variable and word.beginning in _OF_THE_SHELL:
        raise fault_at(text, word.start, f"{word.beginning} is for a shell and no program: leave it out, {NEEDS_SHELL}")


def _check(text: str, command: Sequence[Word]) -> None:
    """Raise ValueError where what a variable holds would be run."""
    if not command:
        return
    first = command[0]
    if first.has_variable:
        raise fault_at(text, first.start, "a variable may not name the program: write which one is to run")
    program = _program(first)
    if program in _STARTING:
        number = 1
        while number < len(command) and _is_option(command[number]):
            number += 1
        _check(text, command[number:])
    for number, word in enumerate(command[1:], 1):
        if word.has_variable and _would_run(program, command, number):
            sentence = "would run or evaluate what the variable holds: hand it over in another way"
            raise fault_at(text, word.start, f"{program} {sentence}")


def _program(word: Word) -> str:
    return word.beginning.rpartition("/")[2]


def _is_option(word: Word) -> bool:
    """Whether a word stands between a program and the one that it starts."""
    return bool(
        word.beginning.startswith("-")
        or _ASSIGNMENT.match(word.bare)
        or (not word.has_variable and _NUMBER.match(word.bare))
    )


def _would_run(program: str, command: Sequence[Word], number: int) -> bool:
    """Whether a program runs or evaluates its argument `number`."""
    word, before = command[number], command[number - 1].beginning
    if program in _EVALUATING:
        found = _ASSIGNMENT.match(word.bare) if program in _ASSIGNING else None
        return found is None or found.group(1) == "["
    if program == "printf":
        return number == 1 or before == "--"
    if program in ("test", "["):
        return before == "-v"
    is_code = _CODE.match(word.bare) and _is_of_interpreter(command[:number])
    return bool(is_code) or bool(_CODE.fullmatch(before) and _is_of_interpreter(command[: number - 1]))


def _is_of_interpreter(words: Sequence[Word]) -> bool:
    """Whether an option behind these words is one of an interpreter."""
    if any(_program(word) in ("su", "runuser") for word in words):
        return True
    number = len(words) - 1
    while number > 0 and (words[number].beginning[:1] in ("-", "+") or words[number - 1].beginning in _WITH_VALUE):
        number -= 1
    return number >= 0 and _INTERPRETER.match(_program(words[number])) is not None
