"""ampsd: a message daemon configured with an AMPSConfig XML file.

ARCHITECTURE.md is the map. This file stays free of imports, so that importing one
part of the package never loads the rest.
"""
