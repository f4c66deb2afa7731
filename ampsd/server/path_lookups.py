"""Where a path leads, step by step: the names in directories that decide which file it is."""

import errno
import os

_LINKS_MAX = 40
"""As many as Linux follows on the way of one path."""


def lookups(path: str) -> list[tuple[str, str]]:
    """Directories, free of links, and the names in them that decide which file `path` is.

    These are every symbolic link on the way and the file itself; or, where the way breaks off, the name that is missing
    in the last directory that exists. Directories on the way are not among them: whoever renames one goes unnoticed.
    """
    found: list[tuple[str, str]] = []
    try:
        directory = "/" if path.startswith("/") else os.getcwd()
    except OSError:
        return found  # the working directory was removed, and cannot come back
    ahead = _names(path)
    links = 0
    while ahead:
        name = ahead.pop()
        if name == "..":
            directory = os.path.dirname(directory)
            continue
        try:
            target = os.readlink(os.path.join(directory, name))
        except OSError as error:
            if error.errno == errno.EINVAL and ahead:  # no link, and the way goes on
                directory = os.path.join(directory, name)
                continue
            found.append(os.path.split(directory) if error.errno == errno.ENOTDIR else (directory, name))
            break
        found.append((directory, name))
        links += 1
        if links == _LINKS_MAX:
            break
        ahead += _names(target)
        if target.startswith("/"):
            directory = "/"
    return found


def _names(path: str) -> list[str]:
    """The names of a path, the first of them last."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
