"""What a function is called wherever it is shown: tables, JSON and flame graphs alike.

Nothing is escaped here; that is for the renderer, which knows what would do harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.profile.model import Profile

__all__ = ["ANONYMOUS", "full_place", "function_name", "short_file", "short_place"]

ANONYMOUS = "(anonymous)"


def function_name(profile: Profile, function: int) -> str:
    """Return the name of a function, :data:`ANONYMOUS` where it has none.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> profkit.function_name(profile, profkit.top(profile).group[0])
    'libc.so.6'
    """
    return profile.text(int(profile.functions.name[function])) or ANONYMOUS


def short_place(profile: Profile, function: int) -> str:
    """Return where a function is, as in ``morgan/index.js:144``; empty where that is unknown.

    See :func:`short_file` for the path.
    """
    functions = profile.functions
    package = profile.text(int(functions.package[function]))
    file = short_file(profile.text(int(functions.file[function])), package)
    return _with_line(file, int(functions.line[function]))


def full_place(profile: Profile, function: int) -> str:
    """Return where a function is with its file's whole path, as in ``/srv/api/server.js:12``."""
    functions = profile.functions
    file = profile.text(int(functions.file[function]))
    return _with_line(file, int(functions.line[function]))


def short_file(file: str, package: str = "") -> str:
    """Return the path from its package on (``morgan/index.js``), else its last two parts.

    Node's own modules keep their whole name.

    >>> short_file("/srv/api/node_modules/morgan/index.js", "morgan")
    'morgan/index.js'
    >>> short_file("/srv/api/lib/users.js")
    'lib/users.js'
    """
    if file.startswith("node:"):
        return file
    path = file.replace("\\", "/")
    before, found, after = path.rpartition(f"/{package}/") if package else ("", "", "")
    if found and before:
        return f"{package}/{after}"
    return "/".join(path.rsplit("/", 2)[-2:]).lstrip("/") or file


def _with_line(file: str, line: int) -> str:
    return f"{file}:{line}" if file and line > 0 else file
