"""CPU profiles of Node, Chrome and Python in one call tree.

:func:`load` reads a profile, whatever recorded it. :func:`top`, :func:`heavy`, :func:`tree`,
:func:`tick_report` and :func:`flame` are its views: each takes a profile and its own frozen
options, and returns columns. :func:`write` writes it as a file of another tool.

Names are imported when they are first used, so ``import profkit`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from profkit._version import __version__

if TYPE_CHECKING:
    from profkit.errors import InputError, ProfkitError, UsageError
    from profkit.formats import FORMATS, ReadOptions, TickSelection
    from profkit.formats.targets import TARGETS
    from profkit.loading import load
    from profkit.profile import Profile, function_name, merge
    from profkit.render.flame_svg import FlameStyle, flame_svg
    from profkit.saving import write
    from profkit.views.flame import FlameOptions, flame
    from profkit.views.heavy import HeavyOptions, heavy
    from profkit.views.ranking import RankingOptions, group_name
    from profkit.views.ranking import rank as top
    from profkit.views.ticks import TickOptions, tick_report
    from profkit.views.tree import TreeOptions, tree

__all__ = [
    "FORMATS",
    "TARGETS",
    "FlameOptions",
    "FlameStyle",
    "HeavyOptions",
    "InputError",
    "Profile",
    "ProfkitError",
    "RankingOptions",
    "ReadOptions",
    "TickOptions",
    "TickSelection",
    "TreeOptions",
    "UsageError",
    "__version__",
    "flame",
    "flame_svg",
    "function_name",
    "group_name",
    "heavy",
    "load",
    "merge",
    "tick_report",
    "top",
    "tree",
    "write",
]

_HOMES = {
    "FORMATS": "profkit.formats",
    "FlameOptions": "profkit.views.flame",
    "FlameStyle": "profkit.render.flame_svg",
    "HeavyOptions": "profkit.views.heavy",
    "InputError": "profkit.errors",
    "Profile": "profkit.profile",
    "ProfkitError": "profkit.errors",
    "RankingOptions": "profkit.views.ranking",
    "ReadOptions": "profkit.formats",
    "TARGETS": "profkit.formats.targets",
    "TickOptions": "profkit.views.ticks",
    "TickSelection": "profkit.formats",
    "TreeOptions": "profkit.views.tree",
    "UsageError": "profkit.errors",
    "flame": "profkit.views.flame",
    "flame_svg": "profkit.render.flame_svg",
    "function_name": "profkit.profile",
    "group_name": "profkit.views.ranking",
    "heavy": "profkit.views.heavy",
    "load": "profkit.loading",
    "merge": "profkit.profile",
    "tick_report": "profkit.views.ticks",
    "top": "profkit.views.ranking",
    "tree": "profkit.views.tree",
    "write": "profkit.saving",
}
_NAMES_AT_HOME = {"top": "rank"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), _NAMES_AT_HOME.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
