"""What a name and a file tell of a function: its path, and what sort of code it is."""

from __future__ import annotations

import re
from urllib.parse import unquote

from profkit.profile import Kind

__all__ = ["META_KINDS", "kind_of", "native_of", "path_of"]

META_KINDS = {
    "(root)": Kind.ROOT,
    "(program)": Kind.PROGRAM,
    "(idle)": Kind.IDLE,
    "(garbage collector)": Kind.GC,
}
"""What V8 calls time that is spent in no function."""

_FILES = (
    (Kind.PYTHON, re.compile(r".*\.py[xw]?|<frozen .*>|<string>|<stdin>|<ipython-input.*>")),
    (Kind.JS, re.compile(r".*\.[cm]?[jt]sx?|node:.*")),
    (Kind.BUILTIN, re.compile(r"<built-in>")),
    (Kind.WASM, re.compile(r".*\.wasm|wasm://.*")),
    (
        Kind.NATIVE,
        re.compile(r".*\.(?:so(?:\.[\d.]+)?|dll|dylib|pyd|exe|c|cc|cpp|cxx|h|hpp|rs|go|s)"),
    ),
)
_KERNEL = "_[k]"
_ADDRESS = re.compile(r"0x[0-9a-f]{1,16}")


def kind_of(name: str, file: str) -> Kind:
    """Tell what sort of code a function is where the format itself does not say.

    >>> kind_of("main", "/srv/api/service.py").label
    'python'
    """
    if not file:
        return Kind.NATIVE if name.endswith(_KERNEL) else META_KINDS.get(name, Kind.UNKNOWN)
    return next((kind for kind, pattern in _FILES if pattern.fullmatch(file)), Kind.UNKNOWN)


def native_of(name: str, file: str) -> tuple[str, Kind] | None:
    """Return what native code without a name is called: its library; None for all other code.

    Tools write its address, which is another one for each instruction and in each process.

    >>> native_of("0x7ff85a22fa08", "/usr/lib/libz.so.1.2.13")[0]
    'libz.so.1.2.13'
    """
    if not file or not _ADDRESS.fullmatch(name):
        return None
    return file.rpartition("/")[2] or file, Kind.SHARED_LIBRARY


def path_of(url: str) -> str:
    """Return the path of a ``file:`` URL, so that a function has one name in every V8 format.

    >>> path_of("file:///srv/api/my%20server.js"), path_of("file:///C:/api/server.js")
    ('/srv/api/my server.js', 'C:/api/server.js')
    >>> path_of("node:fs")
    'node:fs'
    """
    if not url.startswith("file://"):
        return url
    path = unquote(url.removeprefix("file://"))
    has_drive = path[2:3] == ":" and path[1:2].isalpha()
    return path[1:] if has_drive else path
