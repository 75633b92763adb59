"""One HTML file that needs nothing else: data, scripts and colours in one place.

The scripts are modules of their own, and an import map of ``data:`` addresses brings them together.
The page's policy lets it load nothing and run nothing but them: see
https://www.w3.org/TR/CSP3/.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import zlib
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec

from profkit.render.escape import escape
from profkit.render.page.data import names_of_sides, page_data
from profkit.transforms.joining import Joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from profkit.profile import Profile

__all__ = ["PageOptions", "flame_html"]

_PACKAGE = "profkit.render.page"
_MAIN = 'import "profkit/main";'
_QUICK = 1
_GZIP = 31
_TRIPLES = 3 << 18
_PART = re.compile(r"\{\{(\w+)\}\}")
_SWATCH = re.compile(r"\.([a-z]\d) \{ fill: (#[0-9a-f]+); \}")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How a page opens: its title, the value type and whether idle time counts.

    Without a title it is the names of the files. ``view`` is what is seen first: ``flame``,
    ``icicle``, ``chart`` or ``heavy``.
    """

    title: str = ""
    value_type: int = 0
    include_idle: bool = False
    view: str = "flame"


def flame_html(profile: Profile | Joined, options: PageOptions | None = None) -> Iterator[bytes]:
    """Yield one HTML file in pieces that shows ``profile`` in a browser, to look into.

    Of two sides (:func:`~profkit.transforms.joining.join`) it shows what became of each box.
    It loads nothing, so that it can be kept, sent and opened anywhere.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> b"".join(profkit.flame_html(profile))[:15]
    b'<!doctype html>'
    """
    options = options or PageOptions()
    title = options.title or _files_of(profile)
    about = {
        "title": escape(title),
        "valueType": options.value_type,
        "idle": options.include_idle,
        "view": options.view,
    }
    style, modules = _style(), _import_map()
    parts: dict[str, str] = {
        "title": html.escape(escape(title)),
        "policy": _policy(style, modules),
        "style": style,
        "modules": modules,
        "main": _MAIN,
    }
    template = _packaged("page.html")
    before, after = template.split("{{data}}")
    yield _filled(before, parts).encode()
    yield from _base64(_compressed(page_data(profile, about)))
    yield _filled(after, parts).encode()


def _files_of(subject: Profile | Joined) -> str:
    """Return the names of the files that are shown, without their folders."""
    if isinstance(subject, Joined):
        base, candidate = names_of_sides(subject)
        return f"{candidate} against {base}"
    return ", ".join(PurePath(part).name for part in subject.meta.source.split(", "))


def _filled(template: str, parts: dict[str, str]) -> str:
    return _PART.sub(lambda match: parts[match[1]], template)


def _packaged(name: str) -> str:
    return resources.files(_PACKAGE).joinpath(name).read_text("utf-8")


def _files(suffix: str) -> list[str]:
    names = (file.name for file in resources.files(_PACKAGE).iterdir())
    return sorted(name for name in names if name.endswith(suffix))


def _import_map() -> str:
    """Return what tells ``profkit/NAME`` to be the module ``NAME.js`` of this folder."""
    addresses = {}
    for name in _files(".js"):
        module = f"profkit/{name.removesuffix('.js')}"
        text = f"{_packaged(name)}\n//# sourceURL={module}.js\n"
        encoded = base64.b64encode(text.encode()).decode()
        addresses[module] = f"data:text/javascript;base64,{encoded}"
    return msgspec.json.encode({"imports": addresses}).decode()


def _style() -> str:
    return "\n".join([_colors(), *map(_packaged, _files(".css"))])


def _colors() -> str:
    """Return the colours of flame graphs as variables (``--a0``), for light and dark pages."""
    sheet = resources.files("profkit.render").joinpath("flame.css").read_text("utf-8")
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    variables = [
        "".join(f"--{name}:{color};" for name, color in _SWATCH.findall(part))
        for part in (light, dark)
    ]
    return (
        f":root{{{variables[0]}}}\n@media (prefers-color-scheme: dark){{:root{{{variables[1]}}}}}\n"
    )


def _policy(style: str, modules: str) -> str:
    """Return the page's policy: nothing from elsewhere, and of its own what is known here."""
    scripts = " ".join(map(_hash, (modules, _MAIN)))
    return (
        f"default-src 'none'; script-src {scripts} data:; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    # Runs are most of what is in columns; to look for more takes longer and finds little.
    packer = zlib.compressobj(_QUICK, zlib.DEFLATED, _GZIP, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces as base64, which is whole only in threes."""
    rest = b""
    for piece in pieces:
        rest += piece
        if len(rest) >= _TRIPLES:
            whole = len(rest) - len(rest) % 3
            yield base64.b64encode(rest[:whole])
            rest = rest[whole:]
    yield base64.b64encode(rest)
