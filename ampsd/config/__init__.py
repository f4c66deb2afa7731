"""XML text to model. No I/O: reading files is handed in."""
