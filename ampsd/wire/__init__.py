"""Bytes to commands and back. No sockets, no clock."""
