"""Nodes -> definitions: steps, expectations, cases, by their declarations; and the declarations as a JSON schema."""

from typing import Any, ClassVar

from ampsd.config.advice import nearest
from ampsd.declare import Definition, Option
from ampsd.testing.kinds import NodeKind, Schema, wrong
from ampsd.testing.yaml_tree import Mapping, Node, Scalar

_SUFFIXES = ("_ns", "_")


class Given(Definition):
    """Something that a file of tests says in one mapping."""

    plainly: ClassVar[str] = ""
    """The option that a value fills that is no mapping; empty where there is none."""
    line = 0
    """Where it stands in its file."""

    def __init_subclass__(cls, *, plainly: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.plainly = plainly

    def check(self) -> str:
        """What is wrong with the options together; empty when nothing is."""
        return ""


def written(option: Option) -> str:
    """How an option is called in files."""
    for suffix in _SUFFIXES:
        if option.attribute.endswith(suffix):
            return option.attribute.removesuffix(suffix)
    return option.attribute


def read_given(cls: type[Given], node: Node, word: str) -> Any:
    """The definition that a node gives, under the key `word`. Raises FileFault."""
    options = {written(one): one for one in cls.declared}
    if isinstance(node, Mapping):
        values: dict[str, Any] = {}
        for name, key in node.keys.items():
            option = options.get(name)
            if option is None:
                raise wrong(key, f"{word} takes no {name!r}", nearest(name, options))
            values[option.attribute] = _value(option, node.values[name])
    elif cls.plainly:
        values = {cls.plainly: _value(next(one for one in cls.declared if one.attribute == cls.plainly), node)}
    elif isinstance(node, Scalar) and not node.text and not any(one.is_required for one in cls.declared):
        values = {}
    else:
        raise wrong(
            node, f"{word} needs a mapping", f"Write {word}: {{{', '.join(f'{name}: ...' for name in options)}}}."
        )
    for name, option in options.items():
        if option.is_required and option.attribute not in values:
            raise wrong(node, f"{word} needs {name!r}", f"{option.doc.rstrip('.')}: write `{name}: ...`.")
    made = cls(**values)
    object.__setattr__(made, "line", node.line)
    fault = made.check()
    if fault:
        raise wrong(node, f"{word}: {fault.partition('; ')[0]}", fault.partition("; ")[2] or "See docs/testing.md.")
    return made


def _value(option: Option, node: Node) -> Any:
    assert isinstance(option.kind, NodeKind)
    return option.kind.read(node)


def nested(cls: type[Given], word: str) -> NodeKind:
    """A definition as the value of an option of another."""
    return NodeKind(word, lambda node: read_given(cls, node, word), schema_of(cls))


def schema_of(cls: type[Given]) -> Schema:
    """The JSON schema of a definition."""
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for option in cls.declared:
        assert isinstance(option.kind, NodeKind)
        properties[written(option)] = {"description": option.doc, **option.kind.schema}
        if option.is_required:
            required.append(written(option))
    whole: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        whole["required"] = required
    doc = {"description": " ".join((cls.__doc__ or "").split())}
    if cls.plainly:
        name = next(written(one) for one in cls.declared if one.attribute == cls.plainly)
        return {**doc, "anyOf": [whole, _alone(properties[name])]}
    if not required:
        return {**doc, "anyOf": [whole, {"type": "null"}]}
    return {**doc, **whole}


def _alone(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "description"}
