"""One function: its name, how many arguments it takes, and what it makes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Apply = Callable[..., Any]
"""Takes scalars, or lists where the function is about arrays, and returns a scalar. It never raises."""

ANY_NUMBER = 1_000


@dataclass(frozen=True, slots=True)
class Function:
    """`least` to `most` arguments. Where `takes_null` is not set, a NULL argument makes the result NULL unasked.

    `is_of_arrays`: the first argument comes as the list of an array's elements, otherwise as the first of them.
    `asks_environment`: the Environment comes before the arguments, and NULL is the function's own affair.
    `is_deterministic` is False where two calls for one message may differ. `pattern` is the number, from 0, of an
    argument that is a regular expression: a literal one is checked when the expression is read. `weight` is how much
    of EXPRESSION_CALLS_MAX a call takes.
    """

    name: str
    least: int
    most: int
    apply: Apply
    doc: str
    takes_null: bool = False
    is_of_arrays: bool = False
    asks_environment: bool = False
    is_deterministic: bool = True
    pattern: int | None = None
    weight: int = 1
