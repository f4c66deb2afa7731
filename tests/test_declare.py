"""The declaration language."""

import pytest

from ampsd.declare import (
    AT_LEAST_ONE,
    COUNT,
    INTERVAL,
    TEXT,
    ByModule,
    Definition,
    NotRunningError,
    one_of,
    option,
    ranged,
    words_of,
)


class Part(Definition, element="Part", synonyms=("OldPart",)):
    """A part."""

    name: str = option(TEXT, "Name.", synonyms=("Title",))
    wait_ns: int | None = option(INTERVAL, "Wait.", default=None)


class OtherPart(Part, element="OtherPart"):
    """Another part."""


class Whole(Definition, element="Whole"):
    """A whole."""

    parts: tuple[Part, ...] = option((Part, OtherPart), "Parts.", repeatable=True)
    steps: tuple[object, ...] = option(ByModule("Do", "If"), "Steps.", repeatable=True, marks=(AT_LEAST_ONE,))
    size_limit_bytes: int = option(COUNT, "Size.", default=7)


def names(cls: type[Definition]) -> list[str]:
    return [one.xml for one in cls.declared]


def test_xml_names_follow_from_attributes_and_nested_definitions() -> None:
    assert names(Part) == ["Name", "Wait"]
    assert names(Whole) == ["Part", "Do", "SizeLimit"]


def test_an_option_knows_every_element_that_fills_it_and_what_is_inside() -> None:
    parts, steps, _ = Whole.declared
    assert parts.contents == {"Part": Part, "OtherPart": OtherPart, "OldPart": Part}
    assert list(steps.contents) == ["Do", "If"]
    assert list(Part.declared[0].contents) == ["Name", "Title"]


def test_what_must_be_there_is_required() -> None:
    assert [one.is_required for one in Whole.declared] == [False, True, False]
    with pytest.raises(TypeError, match="needs steps"):
        Whole()
    with pytest.raises(TypeError, match="has no nmae"):
        Part(name="a", nmae="b")


def test_definitions_are_values_whatever_their_place() -> None:
    one, other = Part(name="a", wait_ns=1), Part(name="a", wait_ns=1).placed("config.xml:1:1")
    assert one == other
    assert hash(one) == hash(other)
    assert (one.place, other.place) == ("", "config.xml:1:1")
    assert one != Part(name="a", wait_ns=2)
    assert one != OtherPart(name="a", wait_ns=1)
    assert repr(one) == "Part(name='a', wait_ns=1)"
    with pytest.raises(AttributeError, match="immutable"):
        one.name = "b"  # type: ignore[misc]


def test_a_word_is_one_of_a_list_in_any_case_or_does_not_run() -> None:
    kind = one_of("tcp", "udp", aliases={"stream": "tcp"}, not_running=("tcps",), instead="Write tcp.")
    assert [kind.parse(text) for text in ("tcp", " UDP\n", "Stream")] == ["tcp", "udp", "tcp"]
    assert kind.choices == ("tcp", "udp", "stream", "tcps")
    with pytest.raises(NotRunningError, match="does not run") as caught:
        kind.parse("TCPS")
    assert caught.value.remedy == "Write tcp."
    with pytest.raises(ValueError, match="'ipx' is not one of tcp, udp, tcps"):
        kind.parse("ipx")


def test_bounds_are_in_the_kind_s_own_unit() -> None:
    kind = ranged(INTERVAL, low=1_000, high=1_000_000_000, text="1us to 1s")
    assert (kind.parse("1us"), kind.parse("1")) == (1_000, 1_000_000_000)
    for text in ("999ns", "1001ms"):
        with pytest.raises(ValueError, match="is out of range: 1us to 1s"):
            kind.parse(text)


def test_words_come_in_the_order_of_the_list() -> None:
    assert words_of("a", "b", "c").parse(" C, a ,") == ("a", "c")


def test_a_definition_without_documentation_fails_at_import() -> None:
    with pytest.raises(TypeError, match="doc string"):

        class Nameless(Definition, element="Nameless"):
            pass

    with pytest.raises(TypeError, match="text"):
        option(TEXT, " ")
    with pytest.raises(TypeError, match="reload class"):
        option(TEXT, "x", reload="never")
