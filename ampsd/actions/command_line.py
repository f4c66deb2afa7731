"""The Command of amps-action-do-execute-system: which words are run, and what becomes of variables.

AMPS fills variables into the text and hands it to a shell, which then reads whatever a message held. Here the text is
read once, when the configuration is loaded, and a variable's value is one word or a part of one, never more:

- A text without variables goes to /bin/sh as it is, as AMPS does it.
- A text with variables is run without a shell. It is split by the shell's rules for quotes; what only a shell can do is
  an error that names the remedy.
- With <ampsd:Shell>true</ampsd:Shell> a text with variables is a script of /bin/sh: each variable becomes an
  environment variable, AMPSD_1 and so on, that the script expands in double quotes.

The program is a plain word. What it does with its arguments is its own affair; where it is known to run or evaluate
any of them, none may hold a variable, and behind an interpreter only those that follow a script. The rules are coarse
on purpose: they do not read a program's options, which say what the next word is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ampsd import limits
from ampsd.actions.shell_text import NEEDS_SHELL, Operator, ShellText, Token, Word
from ampsd.actions.template import Template, fault_at
from ampsd.actions.template_filters import bytes_of

_SHELL = (b"/bin/sh", b"-c")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[|\+?=)")
_VERSION = re.compile(r"[-.]?[0-9][0-9.]*[a-z]*(-.*)?\Z")
_EXPANDED = frozenset("*?[]{}~")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEYWORDS = _words("! { } if then else elif fi while until do done esac time")
"""Words that a command follows, or that are one by themselves."""
_BUILTINS = _words(
    "eval . source exec command builtin trap alias let declare typeset local unset read getopts mapfile readarray wait"
    " coproc [[ export readonly hash jobs bg fg enable complete compgen compopt bind fc history shopt select function"
    " pushd popd disown"
)
"""Commands of some shell that run or evaluate what their arguments hold."""
_ASSIGNING = _words("export readonly")
_OF_THE_SHELL = _KEYWORDS | _BUILTINS | _words("for case cd set shift exit return break continue umask ulimit times")
"""Words that are no programs."""
_STARTING = _words(
    "env sudo doas nohup nice ionice setsid timeout stdbuf xargs time chroot unshare setpriv strace ltrace script flock"
    " systemd-run run-parts watch parallel find fd ssh rsh su runuser start-stop-daemon sshpass autossh mosh scp sftp"
    " rsync pkexec run0 sg newgrp login setarch linux32 linux64 chrt taskset numactl prlimit cgexec nsenter ip"
    " machinectl bwrap firejail proot fakeroot fakechroot capsh runcon unbuffer rlwrap valgrind perf gdb"
    " gdbserver lldb dbus-launch dbus-run-session xvfb-run xinit screen tmux at batch crontab entr busybox"
    " busybox-static toybox tini dumb-init gosu su-exec setuidgid chpst softlimit setlock socat nc ncat netcat split"
    " sort tcpdump logrotate logsave docker podman kubectl expect daemon daemonize supervisord ld.so"
)
"""Programs that start the program which their arguments name, or can be told to."""
_EVALUATING = _words(
    "sed awk gawk mawk nawk original-awk tar bsdtar gtar star cpio zip git hg svn cvs vi vim vim.tiny vim.basic vim.nox"
    " vim.gtk vim.gtk3 vimdiff view ex nvim ed red rvim emacs emacsclient nano pico less more man most dc bc m4 make"
    " gmake cmake ninja gcc cc g++ c++ clang ld sqlite sqlite3 psql mysql mariadb sqlplus mongo mongosh redis-cli"
    " gnuplot wget lftp ftp telnet openssl rpm dpkg apt apt-get yum dnf pip pipx npm npx yarn pnpm bun bunx deno uv uvx"
    " gem bundle cargo go mvn gradle ant ansible ansible-playbook gs convert magick ffmpeg jshell nft iptables-restore"
)
"""Programs whose arguments may hold commands, scripts, or the names of what they run or load."""
_INTERPRETING = _words(
    "sh bash rbash dash ash hush ksh rksh mksh lksh pdksh oksh zsh csh tcsh fish yash posh sash elvish nu xonsh"
    " bash-static python pypy ipython jython micropython perl ruby jruby irb node nodejs php lua luajit tclsh"
    " wish osascript pwsh powershell rscript R Rscript julia octave groovy scala guile sbcl clisp racket java kotlin"
    " erl escript elixir ghci runghc runhaskell qjs d8 swipl ocaml"
)
"""Programs whose first argument is a script; what follows belongs to the script."""
_FOUND_OUT = "beside variables the shell may not find out the program: write which one is to run"
_NO_SCRIPTS = _words("inspect debug")
"""First arguments of interpreters that a script follows."""
_STEERING = re.compile(
    r"(LD_|PYTHON|PERL|NODE_|RUBY|BASH|ZSH|GIT_|LUA_|PHP_|XDG_|JAVA_|_JAVA_|JDK_|GCONV_|NPM_|SSH_|RSYNC_)\w*\Z"
    r"|(PATH|ENV|IFS|SHELLOPTS|PS[0-9]|PROMPT_COMMAND|SHELL|HOME|CDPATH|FPATH|ZDOTDIR|EDITOR|VISUAL|PAGER|MANPAGER"
    r"|LESSOPEN|LESSCLOSE|BROWSER|FCEDIT|INPUTRC|TAR_OPTIONS|MAKEFLAGS|CLASSPATH|OPTIND|RANDOM|SECONDS)\Z"
)
"""Variables of the shell by which it and programs find what they run, or how words end."""

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
            _check_assignments(template.text, command)
            _check_name_of_program(template.text, command.words)
            _check(template.text, command.words)
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


class _SimpleCommand:
    """A command of a script from its program on, and the assignments before it; redirections are left out."""

    __slots__ = ("assignments", "words")

    def __init__(self) -> None:
        self.assignments: list[Word] = []
        self.words: list[Word] = []


def _commands(text: str, tokens: Sequence[Token]) -> Iterator[_SimpleCommand]:
    """The simple commands of a script. Raises ValueError for a variable in a redirection."""
    command = _SimpleCommand()
    is_target = False
    for token in tokens:
        if isinstance(token, Operator):
            is_target = token.text[0] in "<>"
            if not is_target:
                yield command
                command = _SimpleCommand()
        elif is_target:
            is_target = False
            if token.has_variable:
                raise fault_at(text, token.start, "a variable may not name the file of a redirection: write which one")
        elif command.words or not _precedes(command, token):
            command.words.append(token)
    yield command


def _precedes(command: _SimpleCommand, word: Word) -> bool:
    """Whether the program is still to come; takes assignments in."""
    if _ASSIGNMENT.match(word.bare):
        command.assignments.append(word)
        return True
    return not word.has_variable and word.bare in _KEYWORDS


def _check_program(text: str, word: Word) -> None:
    """Raise ValueError for a first word that is no program."""
    if _ASSIGNMENT.match(word.bare):
        raise fault_at(text, word.start, f"an assignment is for a shell: write a script that makes it, {NEEDS_SHELL}")
    if not word.has_variable and not word.beginning:
        raise fault_at(text, word.start, "the program has no name")
    if not word.has_variable and word.beginning in _OF_THE_SHELL:
        raise fault_at(text, word.start, f"{word.beginning} is for a shell and no program: leave it out, {NEEDS_SHELL}")


def _check_assignments(text: str, command: _SimpleCommand) -> None:
    """Raise ValueError where a variable is assigned to what decides what runs."""
    for word in command.assignments:
        if not word.has_variable:
            continue
        _check_assignment(text, word)
        if command.words:
            sentence = "an assignment before a program may hold no variable: make it a command of its own"
            raise fault_at(text, word.start, sentence)


def _check_assignment(text: str, word: Word) -> None:
    found = _ASSIGNMENT.match(word.bare)
    if found is not None and found.group(2) == "[":
        raise fault_at(text, word.start, "not every shell knows arrays, and some evaluate their numbers: leave it out")
    if found is not None:
        _check_name(text, word, found.group(1))


def _check_name(text: str, word: Word, name: str) -> None:
    if _STEERING.match(name):
        raise fault_at(text, word.start, f"{name} decides what runs, and may hold no variable: take another name")


def _check_name_of_program(text: str, command: Sequence[Word]) -> None:
    """Raise ValueError where the shell finds out what the program is.

    In a script with variables that holds for commands without one too: `X={{DATA}}; $X` would run the data.
    """
    if command and _has_expansion(text, command[0]):
        raise fault_at(text, command[0].start, _FOUND_OUT)


def _check(text: str, command: Sequence[Word]) -> None:
    """Raise ValueError where what a variable holds would be run."""
    number = next((number for number, word in enumerate(command) if word.has_variable), None)
    if number is None:
        return
    first, found = command[0], command[number]
    if not number:
        raise fault_at(text, first.start, "a variable may not name the program: write which one is to run")
    if first.beginning not in ("[", "[[") and not _is_plain(text, first):
        raise fault_at(text, first.start, _FOUND_OUT)
    program = first.beginning.rpartition("/")[2]
    if program in _ASSIGNING:
        for word in command[1:]:
            if word.has_variable and _ASSIGNMENT.match(word.bare) is None:
                raise _would_run(text, word, program)
            _check_assignment(text, word)
    elif program == "for":
        if len(command) < 3 or command[2].beginning != "in":
            raise fault_at(text, found.start, "for without in: write in and its words, and do behind a semicolon")
        _check_name(text, command[1], command[1].beginning)
    elif program in ("test", "["):
        for before, word in pairwise(command):
            if word.has_variable and (before.has_variable or not _is_operand(text, before)):
                raise _would_run(text, word, program)
    elif _runs_arguments({program, _VERSION.sub("", program)}, text, command):
        raise _would_run(text, found, program)


def _would_run(text: str, word: Word, program: str) -> ValueError:
    sentence = "would run or evaluate what the variable holds, or could: call a script of your own that takes it"
    return fault_at(text, word.start, f"{program} {sentence}")


def _is_plain(text: str, word: Word) -> bool:
    """Whether a word is what is written there, whatever a shell's state is."""
    if not word.beginning or word.has_variable or _has_expansion(text, word):
        return False
    return not any(not fragment.quote and fragment.text in _EXPANDED for fragment in word.fragments)


def _has_expansion(text: str, word: Word) -> bool:
    """Whether a part of a word is what the shell puts there for $ or `."""
    return any(fragment.quote in ("$", '"') and text[fragment.start] in "$`" for fragment in word.fragments)


def _is_operand(text: str, word: Word) -> bool:
    """Whether the word before a variable of test does not make it the name of a variable, which a shell evaluates."""
    return word.beginning == "[" or (_is_plain(text, word) and word.beginning not in ("-v", "-R"))


def _runs_arguments(names: set[str], text: str, command: Sequence[Word]) -> bool:
    """Whether a program, known by one of these names, may run or evaluate what it is handed."""
    if names & (_BUILTINS | _STARTING | _EVALUATING):
        return True
    if not names & _INTERPRETING and "printf" not in names:
        return False
    script = command[1]
    return not _is_plain(text, script) or script.beginning[0] in "-+" or script.beginning in _NO_SCRIPTS
