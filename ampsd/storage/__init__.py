"""How the order of messages is kept. FORMAT.md draws the bytes."""
