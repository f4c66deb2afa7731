"""The real world: the only package with asyncio, sockets, files, threads and signals."""
