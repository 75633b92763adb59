"""CPU profiles of Node, Chrome and Python in one call tree.

:func:`load` reads a profile, whatever recorded it. :func:`apply` keeps of it what is asked.
:func:`top`, :func:`heavy`, :func:`tree`, :func:`butterfly`, :func:`lines`, :func:`timeline`,
:func:`tick_report` and :func:`flame` are its views: each takes a profile and its own frozen
options, and returns columns. :func:`join` puts runs of two sides side by side, and :func:`diff`
compares them. :func:`write` writes a profile as a file of another tool.

Names are imported when they are first used, so ``import profkit`` costs next to nothing.

PYTEST_DONT_REWRITE: pytest warns of plug-ins that were imported before it, unless they say so.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from profkit._version import __version__

if TYPE_CHECKING:
    from profkit.errors import InputError, ProfkitError, UsageError
    from profkit.formats import FORMATS, ReadOptions, TickSelection
    from profkit.formats.targets import TARGETS
    from profkit.gate.calibrate import calibrate
    from profkit.gate.check import CheckOptions, check
    from profkit.gate.verdict import Outcome, Verdict
    from profkit.loading import load, load_all
    from profkit.profile import Profile, function_name, merge
    from profkit.render.flame_svg import FlameStyle, flame_svg
    from profkit.render.page import PageOptions, flame_html
    from profkit.saving import write
    from profkit.symbols.source_text import source_text
    from profkit.transforms.joining import join
    from profkit.transforms.steps import Step, apply
    from profkit.views.butterfly import ButterflyOptions, butterfly
    from profkit.views.deopts import DeoptOptions, deopts
    from profkit.views.diff import DiffOptions, diff
    from profkit.views.flame import FlameOptions, flame, flame_difference
    from profkit.views.grouped import grouped
    from profkit.views.heavy import HeavyOptions, heavy
    from profkit.views.info import info
    from profkit.views.lines import LinesOptions, lines
    from profkit.views.ranking import RankingOptions, group_name
    from profkit.views.ranking import rank as top
    from profkit.views.ticks import TickOptions, tick_report
    from profkit.views.timeline import TimelineOptions, timeline
    from profkit.views.tree import TreeOptions, tree

__all__ = [
    "FORMATS",
    "TARGETS",
    "ButterflyOptions",
    "CheckOptions",
    "DeoptOptions",
    "DiffOptions",
    "FlameOptions",
    "FlameStyle",
    "HeavyOptions",
    "InputError",
    "LinesOptions",
    "Outcome",
    "PageOptions",
    "Profile",
    "ProfkitError",
    "RankingOptions",
    "ReadOptions",
    "Step",
    "TickOptions",
    "TickSelection",
    "TimelineOptions",
    "TreeOptions",
    "UsageError",
    "Verdict",
    "__version__",
    "apply",
    "butterfly",
    "calibrate",
    "check",
    "deopts",
    "diff",
    "flame",
    "flame_difference",
    "flame_html",
    "flame_svg",
    "function_name",
    "group_name",
    "grouped",
    "heavy",
    "info",
    "join",
    "lines",
    "load",
    "load_all",
    "merge",
    "source_text",
    "tick_report",
    "timeline",
    "top",
    "tree",
    "write",
]

_HOMES = {
    "CheckOptions": "profkit.gate.check",
    "Outcome": "profkit.gate.verdict",
    "Verdict": "profkit.gate.verdict",
    "calibrate": "profkit.gate.calibrate",
    "check": "profkit.gate.check",
    "DeoptOptions": "profkit.views.deopts",
    "DiffOptions": "profkit.views.diff",
    "ButterflyOptions": "profkit.views.butterfly",
    "FORMATS": "profkit.formats",
    "FlameOptions": "profkit.views.flame",
    "FlameStyle": "profkit.render.flame_svg",
    "HeavyOptions": "profkit.views.heavy",
    "InputError": "profkit.errors",
    "LinesOptions": "profkit.views.lines",
    "Profile": "profkit.profile",
    "PageOptions": "profkit.render.page",
    "ProfkitError": "profkit.errors",
    "RankingOptions": "profkit.views.ranking",
    "ReadOptions": "profkit.formats",
    "Step": "profkit.transforms.steps",
    "TARGETS": "profkit.formats.targets",
    "TickOptions": "profkit.views.ticks",
    "TickSelection": "profkit.formats",
    "TimelineOptions": "profkit.views.timeline",
    "TreeOptions": "profkit.views.tree",
    "UsageError": "profkit.errors",
    "apply": "profkit.transforms.steps",
    "deopts": "profkit.views.deopts",
    "butterfly": "profkit.views.butterfly",
    "diff": "profkit.views.diff",
    "flame": "profkit.views.flame",
    "flame_html": "profkit.render.page",
    "flame_difference": "profkit.views.flame",
    "flame_svg": "profkit.render.flame_svg",
    "function_name": "profkit.profile",
    "group_name": "profkit.views.ranking",
    "grouped": "profkit.views.grouped",
    "heavy": "profkit.views.heavy",
    "info": "profkit.views.info",
    "join": "profkit.transforms.joining",
    "lines": "profkit.views.lines",
    "load": "profkit.loading",
    "load_all": "profkit.loading",
    "merge": "profkit.profile",
    "source_text": "profkit.symbols.source_text",
    "tick_report": "profkit.views.ticks",
    "timeline": "profkit.views.timeline",
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
