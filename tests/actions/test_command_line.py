"""Commands of actions: whatever a variable holds is one word, byte for byte, and nothing of it ever runs."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampsd.actions.command_line import Command, parse_command

SHELLS = ["/bin/sh", *(shell for shell in (shutil.which("dash"), shutil.which("bash")) if shell)]
"""What /bin/sh is here, and what it is elsewhere."""
CANARY = "touch canary"
HOSTILE = [
    "$(touch canary)",
    "`touch canary`",
    "; touch canary #",
    "\ntouch canary\n",
    "'; touch canary; '",
    '"; touch canary; "',
    "'\"'\"; touch canary",
    "| touch canary",
    "&& touch canary",
    "${IFS}touch${IFS}canary",
    "x[$(touch canary)]",
    "() { :; }; touch canary",
    "> canary",
    "*",
    "~",
    "-n",
    "--",
    "\\",
    "'",
    '"',
    "%s%n\\c",
    "{{A}}",
    "AMPSD_1",
    "${AMPSD_1}",
    "a\tb  c\n",
    "",
]
ANY_BYTES = st.binary(max_size=60).map(lambda one: one.replace(b"\0", b"\x01"))
VALUES = st.one_of(
    ANY_BYTES,
    st.sampled_from(HOSTILE).map(str.encode),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map(lambda some: "".join(some).encode()),
)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LONGER = settings(QUICK, max_examples=300)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A directory in which nothing may appear."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def called(shell: str) -> list[bytes]:
    """As /bin/sh."""
    return [shell.encode(), b"--posix"] if shell.endswith("bash") else [shell.encode()]


def run(place: Path, words: tuple[bytes, ...], environment: dict[bytes, bytes], shell: str = "/bin/sh") -> bytes:
    program = [*called(shell), *words[1:]] if words[0] == b"/bin/sh" else list(words)
    done = subprocess.run(
        program, env={b"PATH": b"/usr/bin:/bin", **environment}, cwd=place, capture_output=True, timeout=10
    )
    return done.stdout if done.returncode == 0 else b"failed: " + done.stderr


FORMS = 'printf \'%s\\0\' {{A}} x{{B}}y \'a {{A}} b\' "a {{B}} \\"" {{A}}{{B}} \'{{A}}\'{{B}}"{{A}}" {{NOBODY}} "" end'


def expected_of(a: bytes, b: bytes) -> bytes:
    return b"\0".join(
        [a, b"x" + b + b"y", b"a " + a + b" b", b"a " + b + b' "', a + b, a + b + a, b"", b"", b"end", b""]
    )


@QUICK
@given(a=VALUES, b=VALUES)
def test_without_a_shell_each_word_stays_one_word(place: Path, a: bytes, b: bytes) -> None:
    words, environment = parse_command(FORMS, in_shell=False).words({"A": a, "B": b})
    assert environment == {}
    assert run(place, words, {}) == expected_of(a, b)


@pytest.mark.parametrize("shell", SHELLS)
@QUICK
@given(a=VALUES, b=VALUES)
def test_in_a_shell_each_word_stays_one_word(place: Path, shell: str, a: bytes, b: bytes) -> None:
    words, environment = parse_command(FORMS, in_shell=True).words({"A": a, "B": b})
    assert words == parse_command(FORMS, in_shell=True).words({})[0], "the script is fixed at load"
    assert sorted(environment) == [b"AMPSD_1", b"AMPSD_2", b"AMPSD_3"]
    assert run(place, words, environment, shell) == expected_of(a, b)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "script",
    [
        'X={{A}}; printf %s "$X"',
        'X={{A}} Y="{{A}}" ; printf %s "$Y"',
        'export X={{A}}; printf %s "$X"',
        "if true; then printf %s {{A}}; else printf no; fi",
        "printf %s {{A}} | cat",
        'printf %s "$(printf x | cat)" >/dev/null; printf %s {{A}}',
        "printf %s `printf 'it'` >/dev/null; printf %s {{A}}",
        "cat <<END >/dev/null\nit's \"text\nEND\nprintf %s {{A}}",
        "cat <<-'END' >/dev/null; printf %s {{A}}\n\t$(no)\n\tEND\n",
        "true # it's a comment\nprintf %s {{A}}",
        "printf %s {{A}} \\\n  2>/dev/null",
        'for x in {{A}}; do printf %s "$x"; done',
        "case {{A}} in nothing) printf no;; *) printf %s {{A}};; esac",
        "(printf %s {{A}}) && { printf ''; }",
        "test -n x{{A}} && printf %s {{A}}",
        'printf %s "${X:-it is}" >/dev/null; printf %s {{A}}',
        'printf %s $((1 + (2 << 3))) >/dev/null; printf %s "{{A}}"',
        "[ {{A}} = x ] || printf %s {{A}}",
    ],
)
def test_scripts_around_a_variable(place: Path, shell: str, script: str) -> None:
    command = parse_command(script, in_shell=True)
    for value in map(str.encode, HOSTILE):
        assert run(place, *command.words({"A": value}), shell) == value


def command_or_refusal(text: str, in_shell: bool) -> Command | None:
    try:
        return parse_command(text, in_shell)
    except ValueError as error:
        if not str(error).startswith("line "):
            raise
        return None


VOCABULARY = [
    "'",
    '"',
    "\\",
    " ",
    "\n",
    "{{X}}",
    "a",
    "#",
    "printf '%s ' ",
    ";",
    "$",
    "`",
    "$(",
    ")",
    "${",
    "}",
    "X",
    "=",
    "1",
]
VOCABULARY += [
    "<<E\n",
    "E",
    "\nE\n",
    "|",
    "&&",
    "printf %s- ",
    "{{X}} ",
    "'{{X}}'",
    '"{{X}}"',
    ":-",
    "\t",
    "/",
    "true ",
]


@pytest.mark.parametrize("shell", SHELLS[1:] or SHELLS)
@LONGER
@given(
    start=st.sampled_from(["printf '%s ' ", "printf '%s-' ", "true\nprintf '%s ' "]),
    rest=st.lists(st.sampled_from(VOCABULARY)),
)
def test_a_script_does_with_a_value_what_it_does_with_plain_text(shell: str, start: str, rest: list[str]) -> None:
    text = start + "".join(rest)
    command = command_or_refusal(text, in_shell=True)
    if command is None or "$$" in text:  # the shell's process
        return
    nowhere = {b"PATH": b"/nowhere"}
    words, environment = command.words({"X": b"two  words*"})
    mine = subprocess.run(
        [*called(shell), *words[1:]], env={**nowhere, **environment}, cwd="/", capture_output=True, timeout=10
    )
    plain = subprocess.run(
        [*called(shell), b"-c", command.text.replace("{{X}}", "@-@").encode()],
        env=nowhere,
        cwd="/",
        capture_output=True,
        timeout=10,
    )
    assert (mine.returncode == 0) == (plain.returncode == 0)
    if plain.returncode == 0:
        assert mine.stdout.replace(b"two  words*", b"@-@") == plain.stdout


@LONGER
@given(rest=st.text("ab '\"\\\t{{\n%=:,-+@^é\r", max_size=30))
def test_without_a_shell_words_are_those_of_the_shell(place: Path, rest: str) -> None:
    command = command_or_refusal(f"printf '%s\\0' {rest} {{{{X}}}}", in_shell=False)
    if command is None:
        return
    words, _ = command.words({"X": b"Q_Q"})
    script = f"printf '%s\\0' {rest} Q_Q".encode()
    assert run(place, words, {}) == run(place, (b"/bin/sh", b"-c", script), {}, shutil.which("dash") or "/bin/sh")


def test_a_text_without_variables_goes_to_the_shell_as_it_is() -> None:
    text = "cd /tmp && ls *.log | wc -l > $HOME/count # it's all"
    for in_shell in (False, True):
        command = parse_command(f"\n  {text}\n", in_shell)
        assert command.words({"X": b"1"}) == ((b"/bin/sh", b"-c", text.encode()), {})
        assert (command.text, command.names, str(command)) == (text, (), text)


def test_names_and_filters() -> None:
    command = parse_command('notify {{B|json}} <<A>> "{{B}}" {{AMPS_BYTE_0A}}', in_shell=False)
    assert command.names == ("B", "A", "AMPS_BYTE_0A")
    assert command.words({"A": b"1", "B": b'"'}) == ((b"notify", b'"\\""', b"1", b'"', b"\n"), {})
    scripted = parse_command('notify {{B|json}} <<A>> "{{B}}" {{B|json}}', in_shell=True)
    assert scripted.words({"A": b"1", "B": b'"'}) == (
        (b"/bin/sh", b"-c", b'notify "${AMPSD_1}" "${AMPSD_2}" "${AMPSD_3}" "${AMPSD_1}"'),
        {b"AMPSD_1": b'"\\""', b"AMPSD_2": b"1", b"AMPSD_3": b'"'},
    )
    assert command == parse_command(command.text, in_shell=False)
    assert command != parse_command(command.text, in_shell=True)
    assert len({command, parse_command(command.text, in_shell=False)}) == 1


@pytest.mark.parametrize("in_shell", [False, True])
def test_a_nul_byte_is_an_error(in_shell: bool) -> None:
    command = parse_command("notify {{A}}", in_shell)
    with pytest.raises(ValueError, match=r"the value of \{\{A\}\} has a NUL byte"):
        command.words({"A": b"a\0b"})
    with pytest.raises(ValueError, match=r"AMPS_BYTE_00"):
        parse_command("notify {{AMPS_BYTE_00}}", in_shell).words({})
    with pytest.raises(ValueError, match="line 1, column 2 of the text: a NUL byte"):
        parse_command("a\0b", in_shell)
    with pytest.raises(ValueError, match="the command is empty"):
        parse_command(" \n", in_shell)


@pytest.mark.parametrize("character", list("|&;<>()$`*?[~#!\n"))
def test_what_only_a_shell_can_do_is_an_error_with_its_remedy(character: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1, column 8 of the text: .*<ampsd:Shell>true</ampsd:Shell>"):
        parse_command(f"notify {character} {{{{A}}}}", in_shell=False)
    quoted = parse_command(f"notify '{character}' {{{{A}}}}", in_shell=False).words({"A": b"1"})
    assert quoted == ((b"notify", character.encode(), b"1"), {})
    if character not in "\n":
        assert parse_command(f"notify \\{character} {{{{A}}}}", in_shell=False).words({"A": b"1"}) == quoted
    in_double_quotes = f'notify "{character}" {{{{A}}}}'
    if character in "$`":
        with pytest.raises(ValueError, match="line 1, column 9 of the text"):
            parse_command(in_double_quotes, in_shell=False)
    else:
        assert parse_command(in_double_quotes, in_shell=False).words({"A": b"1"}) == quoted


REFUSED_EVERYWHERE = [
    ("notify '{{A}}", 8, "not closed"),
    ('notify "{{A}}', 8, "not closed"),
    ("notify {{A}} \\", 14, "ends the command"),
    ("notify \\{{A}}", 8, "a backslash"),
    ('notify "\\{{A}}"', 9, "a backslash"),
    ("{{A}} x", 1, "may not name the program"),
    ("/opt/{{A}} x", 1, "may not name the program"),
    ("sh -c 'echo {{A}}'", 7, "would run"),
    ("/bin/bash -o pipefail -ec {{A}}", 27, "would run"),
    ("bash -c{{A}}", 6, "would run"),
    ("python3 -W ignore -c {{A}}", 22, "would run"),
    ("env A=1 -i perl -e {{A}}", 20, "would run"),
    ("su - daemon -c {{A}}", 16, "would run"),
    ("env {{A}}", 5, "would run"),
    ("timeout 5s nice -n 5 {{A}}", 22, "would run"),
    ("/usr/bin/ssh host notify {{A}}", 26, "would run"),
    ("sed s/a/{{A}}/ file", 5, "would run"),
    ("printf {{A}}", 8, "would run"),
    ("notify {{A", 8, "not closed"),
]
REFUSED_WITHOUT_A_SHELL = [
    ("LANG=C sort {{A}}", 1, "an assignment"),
    ("cd {{A}}", 1, "no program"),
    ("eval {{A}}", 1, "no program"),
    ("'' {{A}}", 1, "no name"),
    ("a {{A}}; b", 8, "; is for a shell"),
    ("a\nb {{A}}", 2, "ends with the line"),
]
REFUSED_IN_A_SHELL = [
    ("echo `a {{A}}`", 9, "inside `...`"),
    ("echo `a \\{{A}}`", 10, "inside `...`"),
    ("echo $(a {{A}})", 10, "inside $(...)"),
    ("echo \"$(a '{{A}}')\"", 12, "inside $(...)"),
    ('echo $(a "{{A}}")', 11, "inside $(...)"),
    ("echo $((1 + {{A}}))", 13, "inside $((...))"),
    ("echo ${X:-{{A}}}", 11, "inside ${...}"),
    ("echo ${X:-`a {{A}}`}", 14, "inside ${...}"),
    ("echo $(case x in x) echo;; esac) {{A}}", 6, "case inside"),
    ("echo $(a # it\n) {{A}}", 10, "a comment inside"),
    ("echo $(cat <<E\nE\n) {{A}}", 12, "a here-document inside"),
    ("echo $(a {{B}}", 10, "inside $(...)"),
    ("echo {{A}} ${X", 14, "not closed"),
    ("echo ${${{A}}", 9, "inside an expansion"),
    ("echo ${{A}}", 6, "a $ before a variable"),
    ('echo "${X:-it\'s}" {{A}}', 14, "single quote"),
    ("echo $'a' {{A}}", 6, "not every shell knows $'"),
    ("echo $[1] {{A}}", 6, "not every shell knows $["),
    ("cat <<<{{A}}", 5, "not every shell knows <<<"),
    ("((x={{A}}))", 1, "not every shell knows (("),
    ("x[{{A}}]=1", 1, "arrays"),
    ("cat <<E\n{{A}}\nE", None, "inside a here-document"),
    ("cat <<E\nE\\\nE\n{{A}}", None, "a backslash ends a line"),
    ("cat <<{{A}}\nE", 7, "may not end a here-document"),
    ("cat <<E {{A}}", 5, "not closed"),
    ("cat <<\necho {{A}}", 5, "no word"),
    ("cat {{A}} <<", 11, "not closed"),
    ("true # {{A}}", 8, "inside a comment"),
    ("a; {{A}}", 4, "may not name the program"),
    ("a | {{A}}", 5, "may not name the program"),
    ("a && X=1 {{A}}", 10, "may not name the program"),
    ("! {{A}}", 3, "may not name the program"),
    ("if a; then {{A}}; fi", 12, "may not name the program"),
    ("2>/dev/null {{A}}", 13, "may not name the program"),
    ("(  {{A}} )", 4, "may not name the program"),
    ("eval echo {{A}}", 11, "eval would run"),
    (". {{A}}", 3, "would run"),
    ("exec {{A}}", 6, "would run"),
    ("export {{A}}", 8, "would run"),
    ("export a[{{A}}]=1", 8, "arrays"),
    ("unset {{A}}", 7, "would run"),
    ("[[ {{A}} -eq 1 ]]", 4, "would run"),
    ("[ -v {{A}} ]", 6, "would run"),
    ("trap {{A}} EXIT", 6, "would run"),
]


@pytest.mark.parametrize(
    ("text", "in_shell", "column", "message"),
    [
        *((text, in_shell, *rest) for text, *rest in REFUSED_EVERYWHERE for in_shell in (False, True)),
        *((text, False, *rest) for text, *rest in REFUSED_WITHOUT_A_SHELL),
        *((text, True, *rest) for text, *rest in REFUSED_IN_A_SHELL),
    ],
)
def test_what_is_refused_says_where_and_why(text: str, in_shell: bool, column: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=r"^line \d+, column \d+ of the text: ") as caught:
        parse_command(text, in_shell)
    assert message in str(caught.value)
    if column is not None:
        assert str(caught.value).startswith(f"line 1, column {column} of")


RUNNING_THEIR_ARGUMENTS = [
    "env -S{{X}}",
    "env --split-string={{X}}",
    "env -u FOO {{X}}",
    "env BASH_ENV={{X}} bash -c true",
    "timeout -s KILL 5 {{X}}",
    "timeout 5 notify {{X}}",
    "stdbuf -o L {{X}}",
    "sudo -u bob {{X}}",
    "xargs -a F -I % {{X}}",
    "find . -exec {{X}} ';'",
    "flock L {{X}}",
    "setpriv --nnp {{X}}",
    "script -qc {{X}} /dev/null",
    "tar cf a --checkpoint-action={{X}} b",
    "git -c {{X}} status",
    "/usr/bin/busybox sh {{X}}",
    "gcc-12 {{X}}",
    "node --eval={{X}}",
    "node inspect {{X}}",
    "sh {{X}}",
    "sh {{X}} {{Y}}",
    "sh '' {{X}}",
    "sh /opt/{{X}}.sh",
    "bash --rcfile {{X}} -i",
    "bash +x {{X}}",
    "sh -c 'echo \"$1\"' sh {{X}}",
    "ksh93 {{X}}",
    "/usr/bin/python3.11 {{X}}",
    "python3.11-dbg -W{{X}}",
    "lua5.4 -e {{X}}",
    "perl5.36.0 {{X}}",
    "pwsh -Command {{X}}",
    "printf -v {{X}} a",
]
RUNNING_IN_A_SHELL = [
    "$SHELL -c {{X}}",
    "`command -v sh` {{X}}",
    '"$RUNNER" {{X}}',
    "/usr/bin/e?v {{X}}",
    "{env,-i} {{X}}",
    "~/sh {{X}}",
    "x={{X}}; $x",
    'set -- {{X}}; "$@"',
    "sh $SCRIPT {{X}}",
    'sh "$SCRIPT" {{X}}',
    "a && time env {{X}}",
    "for x do env {{X}}; done",
    "for PATH in {{X}}; do ls; done",
    "function f { env {{X}}; }",
    "hash -p {{X}} ls",
    "[ {{X}} {{Y}} ]",
    "[ $TEST {{X}} ]",
    "PATH={{X}} ls",
    "PATH={{X}}; ls",
    "PATH+=:{{X}}; ls",
    "LANG={{X}} ls",
    "IFS={{X}}",
    "PS4={{X}}",
    "export LD_PRELOAD={{X}}",
    'readonly BASH_ENV="{{X}}"',
    "export A=1 PYTHONPATH={{X}}",
    "date > {{X}}",
    "date >>/tmp/{{X}}",
    "date 2>&{{X}}",
    "date >| '{{X}}'",
    "cat < {{X}}",
]


@pytest.mark.parametrize(
    ("text", "in_shell"),
    [
        *((text, in_shell) for text in RUNNING_THEIR_ARGUMENTS for in_shell in (False, True)),
        *((text, True) for text in RUNNING_IN_A_SHELL),
    ],
)
def test_no_variable_becomes_a_program_or_code(text: str, in_shell: bool) -> None:
    with pytest.raises(ValueError, match=r"^line 1, column \d+ of the text: "):
        parse_command(text, in_shell)
    assert parse_command(text.replace("{{X}}", "x").replace("{{Y}}", "y"), in_shell).names == ()


@pytest.mark.parametrize(
    "text",
    [
        "/usr/local/bin/notify --topic a{{A}} -- {{A}}",
        "python3 /opt/tool.py {{A}}",
        "sh /opt/tool.sh {{A}}",
        "'/opt/our tools/notify' {{A}}",
        "logger -t ampsd {{A}}",
        "touch {{A}}.txt",
        "curl -d {{A}} http://localhost/",
        "python3 report.py -c {{A}}",
        "bash script.sh -e {{A}}",
        "notify -e {{A}}",
        "/opt/notify a=b=c 'it is' {a,b} {{A}}",
        "notify \\\n  {{A}}",
    ],
)
def test_what_is_not_refused(text: str) -> None:
    for in_shell in (False, True):
        assert parse_command(text, in_shell).names == ("A",)


@pytest.mark.parametrize(
    "text",
    [
        "printf '%s' {{A}} | logger",
        "env LANG=C sort < orders | notify {{A}} > out",
        'X={{A}}; export Y={{A}}; notify "$X"',
        "LANG=C notify {{A}}",
        'for x in a {{A}}; do notify "$x"; done',
        "[ -n {{A}} ] && test x = {{A}}",
    ],
)
def test_what_is_not_refused_in_a_shell(text: str) -> None:
    assert parse_command(text, in_shell=True).names == ("A",)
