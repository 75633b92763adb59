"""Which files of a checkout a verdict is about: paths of the machine that recorded, made relative.

A profile names files as the program's process saw them: below the folder that it was deployed to,
in a container, as URLs. A reviewer's tool knows paths from the repository's root on. They meet at
the longest end of the profile's path that is a file here, looked for from the current folder on
and from the root: ``/app/lib/x.js`` is ``lib/x.js``. What belongs to a dependency is no file of
the repository; its place is the line of the manifest that asks for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from profkit.gate.verdict import Level
from profkit.symbols.packages import RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from profkit.gate.verdict import Verdict

__all__ = ["Checkout", "Place", "find_checkout"]

MANIFESTS = (
    "package.json",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "requirements.txt",
    "deno.json",
    "go.mod",
    "Cargo.toml",
)
"""Files that say what a project depends on; the first that is there is taken."""

_MAX_MANIFEST = 1 << 20
_LONGEST_PATH = 4096
_SCHEME = re.compile(r"^(?:(?:[a-z][a-z0-9+.-]+:)?//[^/]*/|[A-Za-z]:(?=/))")
_INSTALLED = re.compile(r"(?:^|/)(?:node_modules|site-packages|dist-packages)/")
_PACKAGE = re.compile(r"@?[A-Za-z0-9][\w/.-]{0,213}")


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the repository, by its path from the root on with ``/``; ``line`` 0 is unknown."""

    file: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a verdict's paths are in the repository.

    ``files`` has the profile's paths that are files of it, ``dependencies`` where its manifest
    names a package, and ``manifest`` is the place for what has no other; None where there is none.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, Place] = field(default_factory=dict)
    manifest: Place | None = None

    def place(self, file: str, line: int, package: str) -> Place | None:
        """Return where something is, or what in the repository brings it in; None if neither."""
        if file in self.files:
            return Place(self.files[file], line)
        return self.dependencies.get(package)


def find_checkout(verdict: Verdict, folder: str = ".") -> Checkout:
    """Look for a verdict's files in the repository that ``folder`` is in.

    The root is the nearest folder above it with ``.git``, else ``folder`` itself. What cannot be
    read is not there.
    """
    here = Path(folder).resolve()
    root = next((above for above in (here, *here.parents) if (above / ".git").exists()), here)
    subjects = set(_subjects(verdict))
    files = {one.file: one.package for one in subjects if one.file}
    found = {
        file: path
        for file, package in files.items()
        if package not in RUNTIMES and (path := _relative(file, here, root))
    }
    manifest = _manifest(here, root)
    if manifest is None:
        return Checkout(found)
    packages = {one.package for one in subjects if one.file not in found}
    return Checkout(
        found,
        _dependencies(root / manifest, manifest, packages),
        Place(manifest, 1),
    )


class _Subject(NamedTuple):
    file: str
    package: str


def _subjects(verdict: Verdict) -> Iterator[_Subject]:
    for change in (verdict.total, *verdict.changes, *verdict.moved):
        yield _subject(change.level, change.name, change.file, change.package)
    for budget in verdict.budgets:
        yield _subject(budget.level, budget.name, budget.file, "")


def _subject(level: Level, name: str, file: str, package: str) -> _Subject:
    if level is Level.FILE:
        return _Subject(file or name, package)
    return _Subject(file, name if level is Level.PACKAGE else package)


def _relative(path: str, here: Path, root: Path) -> str:
    """Return the path from the root on of the file that ``path`` names, or nothing."""
    if len(path) > _LONGEST_PATH or "\0" in path:
        return ""
    plain = unquote(path.partition("?")[0]) if "://" in path else path
    plain = _SCHEME.sub("/", plain.replace("\\", "/"), count=1)
    installed = _INSTALLED.split(plain)
    names = [name for name in installed[-1].split("/") if name not in ("", ".")]
    if ".." in names:
        names = names[len(names) - names[::-1].index("..") :]
    # An installed copy of what stands here has its whole path, not only an index.js at its end.
    is_installed = len(installed) > 1
    ends = [names] if is_installed else [names[start:] for start in range(len(names))]
    for end in filter(None, ends):
        for base in (here, root, root / "src") if is_installed else (here, root):
            file = _real_file(base.joinpath(*end))
            if file and file.is_relative_to(root):
                relative = file.relative_to(root).as_posix()
                return "" if _INSTALLED.search(relative) else relative
    return ""


def _real_file(path: Path) -> Path | None:
    """Return the file itself where a link leads to it; None where there is none to be had."""
    try:
        return path.resolve() if path.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _manifest(here: Path, root: Path) -> str | None:
    for base in (here, root):
        for name in MANIFESTS:
            if (base / name).is_file():
                return (base / name).relative_to(root).as_posix()
    return None


def _dependencies(file: Path, manifest: str, packages: set[str]) -> dict[str, Place]:
    """Return the first lines of a manifest that name these packages as words of their own."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            lines = opened.read(_MAX_MANIFEST).lower().splitlines()
    except OSError:
        return {}
    places: dict[str, Place] = {}
    for package in packages:
        if not _PACKAGE.fullmatch(package):
            continue
        word = re.compile(rf"(?<![\w@/.-]){re.escape(package.lower())}(?![\w/.-])")
        for number, line in enumerate(lines, 1):
            if word.search(line):
                places[package] = Place(manifest, number)
                break
    return places
