"""A tree to a Python function of a message's fields and surroundings.

The text that is compiled consists of our own words and of numbered names: paths, literals and patterns of the
expression are constants that the names stand for, never part of the text. Expressions of one shape share one compiled
code. Parts that are nested deep become functions of their own, because Python bounds how deep a text may nest.
"""

from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache
from types import CodeType, FunctionType
from typing import NamedTuple

from ampsd import limits
from ampsd.expressions import nodes, operators
from ampsd.expressions.environment import Environment
from ampsd.expressions.nodes import Node
from ampsd.expressions.regex import Regex
from ampsd.expressions.values import is_nan, truth
from ampsd.message_types.message_type import Fields, Values

Generated = Callable[[Fields, Environment], Values]
"""What an expression is for a message. Raises VariableError where a variable must be a number and is not."""

_NESTING_MAX = 12
"""Nodes below each other in one function; each opens at most a few parentheses of the 200 that Python allows."""
_CHAIN_MAX = 24
"""Operands of AND and OR in one function that may be NULL, and so need a conditional expression each."""
_COMPLEX_FEW = 5
_COMPLEX_MANY = 50

_COMPARE_NAMES = {"=": "equal", "!=": "differ", "<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
_CALCULATE_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}
_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_NAMES: dict[str, object] = {
    "__builtins__": {},
    "bytes": bytes,
    "int": int,
    "float": float,
    "truth": truth,
    "is_nan": is_nan,
    "is_null": operators.is_null,
    "negated": operators.negated,
    "first": operators.first,
    "element": operators.element,
    "elements": operators.elements,
    "signed": operators.signed,
    "chain": operators.chain,
    "is_listed": operators.is_listed,
    "begins": operators.begins,
    "ends": operators.ends,
    "like": operators.like,
    "contains": operators.contains,
    "strict": operators.strict,
    "variable": operators.variable,
    "joined": operators.joined,
    **{_COMPARE_NAMES[symbol]: function for symbol, function in operators.COMPARE.items()},
    **{_CALCULATE_NAMES[symbol]: function for symbol, function in operators.CALCULATE.items()},
}


class _Kind(IntEnum):
    """What a generated text can be at run time."""

    BOOLEAN = 0
    LOGICAL = 1
    """True, False or None."""
    SCALAR = 2
    ANY = 3


class _Code(NamedTuple):
    text: str
    kind: _Kind


def _compiled(text: str) -> CodeType:
    """The code of a lambda."""
    whole = compile(text, "<expression>", "eval")
    return next(constant for constant in whole.co_consts if isinstance(constant, CodeType))


_shared = lru_cache(maxsize=1024)(_compiled)
_SHARED_MAX = 1000
"""Longest text that is remembered with its code: clients choose the texts, and must not fill the memory."""


def generate(tree: Node, *, is_condition: bool) -> Generated:
    """The function of a tree. Of a condition it gives True, False or None only."""
    return _Generator(tree).function(tree, is_condition)


class _Generator:
    """Writes the functions of one tree."""

    def __init__(self, tree: Node) -> None:
        self._constants: list[object] = []
        self._temporaries = 0
        every = list(nodes.walk(tree))
        comparing = sum(isinstance(node, nodes.Comparison | nodes.Between) for node in every)
        comparing += sum(len(node.items) for node in every if isinstance(node, nodes.In))
        self._pairs = max(1, limits.EXPRESSION_PAIRS_MAX // (comparing or 1))
        complex_ = sum(isinstance(node, nodes.Like) and isinstance(node.pattern, Regex) for node in every)
        self._share = 1 if complex_ <= _COMPLEX_FEW else 10 if complex_ <= _COMPLEX_MANY else 100

    def function(self, node: Node, is_condition: bool) -> Generated:
        """A function of a part of the tree."""
        code = self._write(node, 0)
        return self._made(self._logical(code).text if is_condition else code.text)

    def _made(self, text: str) -> Generated:
        """The function of a text. Constants are default values of its parameters, so that all share one namespace."""
        parameters = "".join(f", c{number}" for number in range(len(self._constants)))
        whole = f"lambda f, e{parameters}: {text}"
        code = _shared(whole) if len(whole) <= _SHARED_MAX else _compiled(whole)
        return FunctionType(code, _NAMES, "expression", tuple(self._constants))

    def _name(self, value: object) -> str:
        """A name for a constant. Numbered in the order of use, so that expressions of one shape have one text."""
        self._constants.append(value)
        return f"c{len(self._constants) - 1}"

    def _outside(self, code: _Code) -> _Code:
        """The same as a call of a function of its own."""
        return _Code(f"{self._name(self._made(code.text))}(f, e)", code.kind)

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def _logical(self, code: _Code) -> _Code:
        return code if code.kind <= _Kind.LOGICAL else _Code(f"truth({code.text})", _Kind.LOGICAL)

    def _scalar(self, code: _Code) -> str:
        return f"first({code.text})" if code.kind is _Kind.ANY else code.text

    def _tuple(self, nodes_: tuple[Node, ...], depth: int) -> str:
        return f"({''.join(f'{self._write(node, depth).text}, ' for node in nodes_)})"

    def _write(self, node: Node, depth: int) -> _Code:
        if depth >= _NESTING_MAX and not isinstance(node, nodes.Literal | nodes.Field):
            return self._outside(self._write(node, 0))
        depth += 1
        match node:
            case nodes.Literal():
                return _Code(self._name(node.value), _Kind.SCALAR)
            case nodes.Field():
                return self._field(node)
            case nodes.Variable():
                return _Code(f"variable(e, {self._name(node.name)})", _Kind.SCALAR)
            case nodes.Text():
                return _Code(f"joined(e, {self._name(node.parts)})", _Kind.SCALAR)
            case nodes.Sign():
                return _Code(f"signed({self._write(node.operand, depth).text}, {node.is_minus})", _Kind.SCALAR)
            case nodes.Arithmetic():
                return self._arithmetic(node, depth)
            case nodes.Comparison():
                return self._comparison(node, depth)
            case nodes.Between():
                return self._between(node, depth)
            case nodes.In():
                return self._in(node, depth)
            case nodes.Affix():
                name = "ends" if node.is_ending else "begins"
                value = self._write(node.value, depth).text
                return _Code(f"{name}({value}, {self._tuple(node.items, depth)})", _Kind.BOOLEAN)
            case nodes.Like():
                return self._like(node, depth)
            case nodes.Test():
                name = "is_nan" if node.is_nan else "is_null"
                return _Code(f"{name}({self._write(node.value, depth).text})", _Kind.BOOLEAN)
            case nodes.Not():
                return self._not(node, depth)
            case nodes.Junction():
                return self._junction(node, depth)
            case nodes.Call():
                return self._call(node, depth)
            case nodes.Choice():
                return self._choice(node, depth)
            case nodes.Aggregate():
                raise AssertionError("an aggregate is a field by now")

    def _field(self, node: nodes.Field) -> _Code:
        path = self._name(node.path)
        if node.index is None:
            return _Code(f"f[{path}]", _Kind.ANY)
        return _Code(f"element(f[{path}], {self._name(node.index)})", _Kind.SCALAR)

    def _arithmetic(self, node: nodes.Arithmetic, depth: int) -> _Code:
        if len(node.rest) == 1:
            symbol, operand = node.rest[0]
            left, right = self._write(node.first, depth).text, self._write(operand, depth).text
            return _Code(f"{_CALCULATE_NAMES[symbol]}({left}, {right})", _Kind.SCALAR)
        operands = self._tuple((node.first, *(operand for _, operand in node.rest)), depth)
        calculations = self._name(tuple(operators.CALCULATE[symbol] for symbol, _ in node.rest))
        return _Code(f"chain({operands}, {calculations})", _Kind.SCALAR)

    def _comparison(self, node: nodes.Comparison, depth: int) -> _Code:
        name = _COMPARE_NAMES[node.operator]
        is_plain = isinstance(node.left, nodes.Field) and node.left.index is None
        if is_plain and isinstance(node.right, nodes.Literal) and node.right.value is not None:
            # The usual filter, `/field = 'value'`: where both are of one type, Python's operator says it.
            field, value = self._write(node.left, depth).text, node.right.value
            literal = self._name(value)
            test = "t.__class__ is bytes" if isinstance(value, bytes) else "t.__class__ is int or t.__class__ is float"
            if node.operator == "!=" and not isinstance(value, bytes):
                test = "t.__class__ is int"  # a double could be NaN, which differs from nothing
            quick = f"t {_PYTHON[node.operator]} {literal}"
            # `t` is read before anything else can be written to it.
            return _Code(
                f"({quick} if {test.replace('t.', f'(t := {field}).', 1)} else {name}(t, {literal}))", _BOOLEAN
            )
        left, right = self._write(node.left, depth).text, self._write(node.right, depth).text
        return _Code(f"{name}({left}, {right}, {self._pairs})", _BOOLEAN)

    def _between(self, node: nodes.Between, depth: int) -> _Code:
        value = self._temporary()
        found, low, high = (self._write(one, depth).text for one in (node.value, node.low, node.high))
        pairs = self._pairs
        return _Code(
            f"(at_least(({value} := {found}), {low}, {pairs}) and at_most({value}, {high}, {pairs}))", _BOOLEAN
        )

    def _in(self, node: nodes.In, depth: int) -> _Code:
        value = self._temporary()
        found, listed = self._write(node.value, depth).text, self._name(operators.Literals(node.literals))
        tests = [f"is_listed(({value} := {found}), {listed})"]
        tests += [f"equal({value}, {self._write(item, depth).text}, {self._pairs})" for item in node.items]
        return _Code(f"({' or '.join(tests)})", _BOOLEAN)

    def _like(self, node: nodes.Like, depth: int) -> _Code:
        value, pattern = self._write(node.value, depth).text, self._name(node.pattern)
        if isinstance(node.pattern, bytes):
            return _Code(f"contains({value}, {pattern})", _BOOLEAN)
        return _Code(f"like({value}, {pattern}, {self._share})", _BOOLEAN)

    def _not(self, node: nodes.Not, depth: int) -> _Code:
        operand = self._logical(self._write(node.operand, depth))
        if operand.kind is _BOOLEAN:
            return _Code(f"(not {operand.text})", _BOOLEAN)
        return _Code(f"negated({operand.text})", _Kind.LOGICAL)

    def _junction(self, node: nodes.Junction, depth: int) -> _Code:
        return self._joined(node.is_and, [self._logical(self._write(one, depth)) for one in node.operands])

    def _joined(self, is_and: bool, operands: list[_Code]) -> _Code:
        """AND and OR as Python has them, where no operand can be NULL; otherwise NULL ends them too."""
        if all(one.kind is _BOOLEAN for one in operands):
            word = " and " if is_and else " or "
            return _Code(f"({word.join(one.text for one in operands)})", _BOOLEAN)
        if len(operands) > _CHAIN_MAX:
            size = max(_CHAIN_MAX, -(-len(operands) // _CHAIN_MAX))
            groups = [operands[start : start + size] for start in range(0, len(operands), size)]
            return self._joined(is_and, [self._outside(self._joined(is_and, group)) for group in groups])
        goes_on = "True" if is_and else "False"
        *earlier, last = operands
        tests = [f"t if (t := {one.text}) is not {goes_on} else" for one in earlier]
        return _Code(f"({' '.join(tests)} {last.text})", _Kind.LOGICAL)

    def _call(self, node: nodes.Call, depth: int) -> _Code:
        function = node.function
        written = [self._write(argument, depth) for argument in node.arguments]
        arguments = [self._scalar(code) for code in written]
        if function.is_of_arrays:
            arguments[0] = f"elements({written[0].text})"
        apply = self._name(function.apply)
        if function.asks_environment:
            return _Code(f"{apply}({', '.join(['e', *arguments])})", _Kind.SCALAR)
        if function.takes_null or not arguments:
            return _Code(f"{apply}({', '.join(arguments)})", _Kind.SCALAR)
        return _Code(f"strict({', '.join([apply, *arguments])})", _Kind.SCALAR)

    def _choice(self, node: nodes.Choice, depth: int) -> _Code:
        condition = self._logical(self._write(node.condition, depth)).text
        chosen, otherwise = self._write(node.when_true, depth), self._write(node.otherwise, depth)
        return _Code(f"({chosen.text} if {condition} else {otherwise.text})", max(chosen.kind, otherwise.kind, _MIXED))


_BOOLEAN = _Kind.BOOLEAN
_MIXED = _Kind.SCALAR
"""The least that is said of a choice: its two values may be of different kinds."""
