"""Modules: shared objects that AMPS loads. They are read and listed; none is ever loaded here."""

from ampsd.declare import MODULE_OPTIONS, PATH, TEXT, Definition, option

NEEDED = "needed"
"""Mark of a module's option that must be given where the module is used, or in its entry in Modules."""


class ModuleDefinition(Definition, element="Module"):
    """A shared object for AMPS. It is not loaded: what uses it does not run (User Guide, Auxiliary Modules)."""

    name: str = option(TEXT, "Name that other sections use, and the log.")
    library: str = option(PATH, "The shared object; a name without a directory is sought where AMPS keeps its own.")
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options for every use of the module; those at the place of use win.", default=None
    )


class ModulesDefinition(Definition, element="Modules"):
    """Shared objects for AMPS; none is loaded (User Guide, Auxiliary Modules)."""

    modules: tuple[ModuleDefinition, ...] = option(ModuleDefinition, "One shared object.", repeatable=True)
