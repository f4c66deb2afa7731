"""One file per promise: a history in, violations out."""
