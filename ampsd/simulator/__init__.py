"""The fake world: the same ports, one seed."""
