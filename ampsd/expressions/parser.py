"""Tokens to a tree, by precedence climbing (User Guide, AMPS Expressions).

The guide fixes only NOT before AND before OR; the rest is as in SQL-92. Comparisons do not chain: `a = b = c` is
refused, because it never says what its author means.
"""

import difflib
from enum import IntEnum

from ampsd import limits
from ampsd.expressions import nodes
from ampsd.expressions.aggregates import AGGREGATES
from ampsd.expressions.functions.function import Function
from ampsd.expressions.functions.registry import ELSEWHERE, IF, find, functions
from ampsd.expressions.lexer import ExpressionError, NotAvailableError, Token, TokenKind, tokens
from ampsd.expressions.nodes import Node
from ampsd.expressions.regex import compile_regex

_COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_KEYWORDS = frozenset(
    ("AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL", "NAN", "LIKE", "BEGINS", "ENDS", "WITH", "MOD")
)


class _Level(IntEnum):
    """How tightly an operator binds. NONE: the token is no operator between two operands, so it ends an expression."""

    NONE = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7


_LEVELS_OF_WORDS = {
    "OR": _Level.OR,
    "AND": _Level.AND,
    "MOD": _Level.PRODUCT,
    **dict.fromkeys(("NOT", "IN", "BETWEEN", "IS", "LIKE", "BEGINS", "ENDS"), _Level.COMPARISON),
}
_LEVELS_OF_OPERATORS = {
    **dict.fromkeys(_COMPARISONS, _Level.COMPARISON),
    **dict.fromkeys("+-", _Level.SUM),
    **dict.fromkeys("*/%", _Level.PRODUCT),
}


def parse(text: str, *, has_variables: bool = False) -> Node:
    """The tree of `text`; `has_variables` admits `{{NAME}}`. Raises ExpressionError."""
    return _Parser(tokens(text, has_variables=has_variables)).parse()


def parse_projection(text: str) -> nodes.Projected:
    """The tree of a field constructor, `expression AS /path HINT ...`. Raises ExpressionError."""
    return _Parser(tokens(text, is_projection=True), is_projection=True).parse_projection()


class _Parser:
    """Reads the tokens once, left to right."""

    def __init__(self, found: list[Token], *, is_projection: bool = False) -> None:
        self._tokens = found
        self._is_projection = is_projection
        self._is_in_aggregate = False
        self._at = 0
        self._depth = 0
        self._calls = 0

    def parse(self) -> Node:
        """The whole text as one expression."""
        node = self._expression(_Level.OR)
        if self._now.kind is not TokenKind.END:
            raise self._unexpected("an operator or the end")
        return node

    def parse_projection(self) -> nodes.Projected:
        """The whole text as a field constructor; a field alone makes itself."""
        node = self._expression(_Level.OR)
        if self._takes_word("AS"):
            target = self._now
            if target.kind is not TokenKind.IDENTIFIER or target.index is not None or target.text != target.path:
                raise self._unexpected("the path that the field gets")
            self._at += 1
            path = target.text
        elif isinstance(node, nodes.Field) and node.index is None:
            path = node.path[node.path.rfind("].") + 2 :] if node.path.startswith("[") else node.path
        else:
            raise self._unexpected("an operator, or AS and the path that the field gets")
        hints = self._hints() if self._takes_word("HINT") else ()
        if self._now.kind is not TokenKind.END:
            raise self._unexpected("HINT or the end")
        return nodes.Projected(node, path, hints)

    def _hints(self) -> tuple[str, ...]:
        found: list[str] = []
        while True:
            if not self._now.is_word("OPTIONAL", "SET_CURRENT"):
                raise self._unexpected("OPTIONAL or SET_CURRENT")
            found.append(self._next().text)
            if not self._takes(","):
                return tuple(found)

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _takes(self, operator: str) -> bool:
        if self._now.is_operator(operator):
            self._at += 1
            return True
        return False

    def _takes_word(self, *words: str) -> bool:
        if self._now.is_word(*words):
            self._at += 1
            return True
        return False

    def _unexpected(self, wanted: str) -> ExpressionError:
        return ExpressionError(f"expected {wanted}, found {self._now}", self._now.position)

    def _level(self) -> _Level:
        token = self._now
        if token.kind is TokenKind.WORD:
            return _LEVELS_OF_WORDS.get(token.text, _Level.NONE)
        if token.kind is TokenKind.OPERATOR:
            return _LEVELS_OF_OPERATORS.get(token.text, _Level.NONE)
        return _Level.NONE

    def _expression(self, lowest: _Level) -> Node:
        """An operand and all operators behind it that bind as tightly as `lowest` or more."""
        self._depth += 1
        if self._depth > limits.EXPRESSION_DEPTH_MAX:
            message = f"the expression is nested deeper than {limits.EXPRESSION_DEPTH_MAX}"
            raise ExpressionError(message, self._now.position)
        node = self._prefix(lowest)
        while (level := self._level()) >= lowest:
            if level is _Level.COMPARISON:
                node = self._comparison(node)
                if self._level() >= _Level.COMPARISON:
                    raise ExpressionError("put parentheses round one of the comparisons", self._now.position)
            elif level >= _Level.SUM:
                node = nodes.Arithmetic(node, self._arithmetic(level))
            else:
                node = nodes.Junction(level is _Level.AND, (node, *self._operands(level)))
        self._depth -= 1
        return node

    def _operands(self, level: _Level) -> list[Node]:
        found: list[Node] = []
        while self._level() is level:
            self._at += 1
            found.append(self._expression(_Level(level + 1)))
        return found

    def _arithmetic(self, level: _Level) -> tuple[tuple[str, Node], ...]:
        found: list[tuple[str, Node]] = []
        while self._level() is level:
            symbol = self._next().text
            found.append(("%" if symbol == "MOD" else symbol, self._expression(_Level(level + 1))))
        return tuple(found)

    def _comparison(self, left: Node) -> Node:
        operator = _COMPARISONS.get(self._now.text) if self._now.kind is TokenKind.OPERATOR else None
        if operator is not None:
            self._at += 1
            return nodes.Comparison(operator, left, self._expression(_Level.SUM))
        if self._takes_word("IS"):
            is_not = self._takes_word("NOT")
            if not self._now.is_word("NULL", "NAN"):
                raise self._unexpected("NULL or NAN")
            return _negated(nodes.Test(self._next().text == "NAN", left), is_not)
        is_not = self._takes_word("NOT")
        return _negated(self._word_comparison(left, is_not), is_not)

    def _word_comparison(self, left: Node, is_not: bool) -> Node:
        word = self._now
        if self._takes_word("LIKE"):
            return self._like(left)
        if self._takes_word("IN"):
            if self._now.kind is TokenKind.LITERALS:
                return nodes.In(left, self._next().literals, ())
            items = self._list()
            literals = tuple(item.value for item in items if isinstance(item, nodes.Literal))
            return nodes.In(left, literals, tuple(item for item in items if not isinstance(item, nodes.Literal)))
        if self._takes_word("BETWEEN"):
            low = self._expression(_Level.SUM)
            if not self._takes_word("AND"):
                raise self._unexpected("AND")
            return nodes.Between(left, low, self._expression(_Level.SUM))
        if self._takes_word("BEGINS", "ENDS"):
            if not self._takes_word("WITH"):
                raise self._unexpected("WITH")
            return nodes.Affix(left, self._list(), word.text == "ENDS")
        if is_not and self._takes_word("NULL"):  # `/a NOT NULL`, as some examples of the guide write
            return nodes.Test(False, left)
        raise self._unexpected("IN, BETWEEN, LIKE, BEGINS WITH or ENDS WITH")

    def _like(self, left: Node) -> Node:
        token = self._now
        if token.kind is not TokenKind.STRING or any(isinstance(part, str) for part in token.parts):
            raise ExpressionError("the pattern of LIKE must be a string without variables", token.position)
        self._at += 1
        # As written: the guide's '(.)\1' and 'C\+\+' show that escapes are the pattern's, not the string's.
        text = token.text.encode("utf-8", "surrogateescape")
        if token.is_raw:
            return nodes.Like(left, text)
        try:
            return nodes.Like(left, compile_regex(text))
        except ValueError as error:
            raise ExpressionError(str(error), token.position) from error

    def _list(self) -> tuple[Node, ...]:
        if self._now.kind is TokenKind.LITERALS:
            return tuple(map(nodes.Literal, self._next().literals))
        if not self._takes("("):
            raise self._unexpected("a list in parentheses")
        items = [self._expression(_Level.SUM)]
        while self._takes(","):
            items.append(self._expression(_Level.SUM))
        if not self._takes(")"):
            raise self._unexpected("',' or ')'")
        return tuple(items)

    def _prefix(self, lowest: _Level) -> Node:
        if lowest <= _Level.NOT and self._takes_word("NOT"):
            return nodes.Not(self._expression(_Level.NOT))
        if self._now.is_operator("-") or self._now.is_operator("+"):
            return nodes.Sign(self._next().text == "-", self._expression(_Level.SIGN))
        return self._operand()

    def _operand(self) -> Node:
        token = self._now
        self._at += token.kind is not TokenKind.END
        match token.kind:
            case TokenKind.IDENTIFIER:
                return self._field(token)
            case TokenKind.NUMBER:
                return nodes.Literal(token.number)
            case TokenKind.VARIABLE:
                return nodes.Variable(token.text)
            case TokenKind.STRING:
                return _string(token)
        if token.is_word("NULL"):
            return nodes.Literal(None)
        if token.is_operator("("):
            node = self._expression(_Level.OR)
            if not self._takes(")"):
                raise self._unexpected("')'")
            return node
        if token.kind is TokenKind.WORD and token.text not in _KEYWORDS and self._now.is_operator("("):
            return self._call(token)
        raise ExpressionError(f"expected a field, a value or '(', found {token}", token.position)

    def _field(self, token: Token) -> Node:
        """A field, which was just read, and in a projection perhaps which state of the message it is of."""
        path = token.path
        if self._is_projection and self._takes_word("OF"):
            if not self._now.is_word("CURRENT", "PREVIOUS"):
                raise self._unexpected("CURRENT or PREVIOUS")
            if self._next().text == "PREVIOUS":
                path += nodes.OF_PREVIOUS
        return nodes.Field(path, token.index)

    def _call(self, token: Token) -> Node:
        """A function by its name, which was just read, and its arguments."""
        name = token.text
        if name in AGGREGATES:
            return self._aggregate(token)
        function = find(name)
        if function is None and name != IF:
            raise _unknown(token)
        arguments = self._arguments(1 if function is None else function.weight)
        least, most = (3, 3) if function is None else (function.least, function.most)
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            message = f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {len(arguments)}"
            raise ExpressionError(message, token.position)
        if function is None:
            return nodes.Choice(*arguments)
        _check_pattern(function, arguments, token)
        if self._is_in_aggregate and not function.is_deterministic:
            raise ExpressionError(f"{name} may change from call to call; an aggregate cannot use it", token.position)
        return nodes.Call(function, arguments)

    def _aggregate(self, token: Token) -> Node:
        """SUM and its like: of the messages of a group, so only where there are groups."""
        if not self._is_projection:
            message = f"{token.text} is an aggregate; it belongs into the projection of a view"
            raise ExpressionError(message, token.position)
        if self._is_in_aggregate:
            raise ExpressionError(f"{token.text} is an aggregate and cannot stand in another one", token.position)
        self._is_in_aggregate = True
        arguments = self._arguments()
        self._is_in_aggregate = False
        if len(arguments) != 1:
            raise ExpressionError(f"{token.text} takes 1 argument, not {len(arguments)}", token.position)
        return nodes.Aggregate(token.text, arguments[0])

    def _arguments(self, weight: int = 1) -> tuple[Node, ...]:
        """What stands in the parentheses of a call: whole expressions, perhaps none."""
        self._at += 1
        self._calls += weight
        if self._calls > limits.EXPRESSION_CALLS_MAX:
            message = f"the expression has more than {limits.EXPRESSION_CALLS_MAX} functions, or fewer costly ones"
            raise ExpressionError(message, self._now.position)
        if self._takes(")"):
            return ()
        found = [self._expression(_Level.OR)]
        while self._takes(","):
            found.append(self._expression(_Level.OR))
        if not self._takes(")"):
            raise self._unexpected("',' or ')'")
        return tuple(found)


def _unknown(token: Token) -> ExpressionError:
    if token.text in ELSEWHERE:
        return NotAvailableError(f"the function {token.text} is not available yet", token.position)
    names = sorted([IF, *AGGREGATES, *(function.name for function in functions())])
    near = difflib.get_close_matches(token.text, names, n=1, cutoff=0.7)
    meant = f"; did you mean {near[0]}" if near else ""
    return ExpressionError(f"there is no function {token.text}{meant}", token.position)


def _check_pattern(function: Function, arguments: tuple[Node, ...], token: Token) -> None:
    """A literal regular expression is checked now, not when a message comes."""
    pattern = None if function.pattern is None else arguments[function.pattern]
    if isinstance(pattern, nodes.Literal) and isinstance(pattern.value, bytes):
        try:
            compile_regex(pattern.value)
        except ValueError as error:
            raise ExpressionError(str(error), token.position) from error


def _negated(node: Node, is_not: bool) -> Node:
    return nodes.Not(node) if is_not else node


def _string(token: Token) -> Node:
    if any(isinstance(part, str) for part in token.parts):
        return nodes.Text(token.parts)
    return nodes.Literal(b"".join(part for part in token.parts if isinstance(part, bytes)) or None)
