"""UserDefinedFunctions: functions for expressions, from modules (User Guide, AMPS Functions)."""

from ampsd.declare import AT_LEAST_ONE, COUNT, TEXT, Definition, Kind, option


def _parameter_count(text: str) -> int | None:
    return int(COUNT.parse(text)) if text.strip() else None


PARAMETER_COUNT = Kind("whole number or nothing", _parameter_count, pattern=r"\s*([0-9]+\s*)?")


class FunctionDefinition(Definition, element="Function"):
    """A function for expressions, from a module (User Guide, AMPS Functions)."""

    name: str = option(TEXT, "Name in expressions, in any case.")
    module: str = option(TEXT, "Name of the module in Modules that has the function.", refers_to="module")
    symbol: str = option(TEXT, "Name of the function in the shared object.")
    parameter_count: int | None = option(
        PARAMETER_COUNT, "Number of arguments; empty or left out, any number.", default=None
    )


class FunctionsDefinition(Definition, element="UserDefinedFunctions"):
    """Functions for expressions, from modules (User Guide, AMPS Functions)."""

    functions: tuple[FunctionDefinition, ...] = option(
        FunctionDefinition, "One function.", repeatable=True, marks=(AT_LEAST_ONE,)
    )
