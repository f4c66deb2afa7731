"""Functions of expressions, one file per family; `registry` finds them by name (User Guide, AMPS Functions)."""
