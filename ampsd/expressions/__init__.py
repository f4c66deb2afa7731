"""Filter text to a Python function."""
