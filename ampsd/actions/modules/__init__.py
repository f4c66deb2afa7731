"""One file per action module; the file name is the module's name without amps-action-."""
