"""Modules: shared objects that AMPS loads. They are read and listed; none is ever loaded here."""

from ampsd.declare import ANY, PATH, TEXT, Definition, option


class ModuleDefinition(Definition, element="Module"):
    """A shared object for AMPS. It is not loaded: what uses it does not run (User Guide, Optionally-Loaded Modules)."""

    name: str = option(TEXT, "Name that other sections use.")
    library: str = option(PATH, "The shared object.")
    options: str | None = option(ANY, "Options for every use of the module.", default=None)


class ModulesDefinition(Definition, element="Modules"):
    """Shared objects for AMPS; none is loaded (User Guide, Optionally-Loaded Modules)."""

    modules: tuple[ModuleDefinition, ...] = option(ModuleDefinition, "One shared object.", repeatable=True)
