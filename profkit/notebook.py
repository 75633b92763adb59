"""Profiles and views as notebooks show them: the tables of the command line, and the flame graph.

A new view has its line in :data:`_DOCUMENTS`.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from profkit.gate.calibrate import Calibration
from profkit.gate.verdict import Verdict
from profkit.profile import Profile
from profkit.render.butterfly import butterfly_document
from profkit.render.calibration import calibration_document
from profkit.render.calltree import heavy_document, tree_document
from profkit.render.deopts import deopts_document
from profkit.render.diff import diff_document, diff_tree_document
from profkit.render.flame_svg import FlameStyle, flame_svg
from profkit.render.hypertext import to_hypertext
from profkit.render.info import info_document, summary_document
from profkit.render.lines import files_document
from profkit.render.ranking import ranking_document
from profkit.render.ticks import ticks_document
from profkit.render.timeline import timeline_document
from profkit.render.verdict import verdict_document
from profkit.symbols.source_text import source_text
from profkit.views.butterfly import Butterfly
from profkit.views.calltree import CallTree
from profkit.views.deopts import Deopts
from profkit.views.diff import Diff
from profkit.views.diff_tree import DiffTree
from profkit.views.flame import FlameGraph
from profkit.views.heavy import HeavyOptions
from profkit.views.info import Info, info
from profkit.views.lines import Lines
from profkit.views.ranking import Ranking, RankingOptions, rank
from profkit.views.tick_surroundings import (
    DEPTH,
    LIMIT,
    bottom_up_profile,
    responsible_packages,
    shares_by_group,
)
from profkit.views.ticks import TickReport
from profkit.views.timeline import Timeline
from profkit.views.tree import TreeOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from profkit.display import Displayed
    from profkit.render.tables import Document

__all__ = ["to_html"]

_TOP = 5


def to_html(shown: Displayed) -> str:
    """Return a profile or a view as HTML that stands in a page. Names in it are escaped.

    Raises :class:`TypeError` for anything else.
    """
    if isinstance(shown, FlameGraph):
        return _picture(shown)
    kind = type(shown.options) if isinstance(shown, CallTree) else type(shown)
    if kind not in _DOCUMENTS:
        raise TypeError(f"{type(shown).__name__} has no form for notebooks")
    return to_hypertext(_DOCUMENTS[kind](shown))


def _summary(profile: Profile) -> Document:
    return summary_document(profile, info(profile), rank(profile, RankingOptions(limit=_TOP)))


def _tick_report(report: TickReport) -> Document:
    profile, options = report.profile, report.options
    return ticks_document(
        profile,
        report,
        responsible_packages(profile, options, LIMIT),
        shares_by_group(profile, options),
        bottom_up_profile(profile, options, LIMIT, DEPTH),
        limit=LIMIT,
    )


def _lines(view: Lines) -> Document:
    profile = view.profile
    names = [profile.strings[name] for name in view.file.tolist()]
    texts = {name: source_text(profile, name) for name in names}
    return files_document(profile, view, texts, _TOP)


_DOCUMENTS: dict[type, Callable[[Any], Document]] = {
    Profile: _summary,
    Ranking: lambda view: ranking_document(view.profile, view),
    HeavyOptions: lambda view: heavy_document(view.profile, view),
    TreeOptions: lambda view: tree_document(view.profile, view),
    TickReport: _tick_report,
    Deopts: lambda view: deopts_document(view.profile, view),
    Butterfly: lambda view: butterfly_document(view.profile, view),
    Lines: _lines,
    Timeline: lambda view: timeline_document(view.profile, view),
    Verdict: verdict_document,
    Calibration: calibration_document,
    Info: lambda view: info_document(view.profile, view),
    Diff: diff_document,
    DiffTree: diff_tree_document,
}
"""What shows each view, by its class; call trees by that of their options."""


def _picture(graph: FlameGraph) -> str:
    """Return a frame with the picture, for its styles and its script are about the whole page.

    The root is on top: that is where one begins to look at an output.
    """
    svg = flame_svg(graph, graph.profile, FlameStyle(graph.profile.meta.source, icicle=True))
    height = svg.split('height="', 1)[1].split('"', 1)[0]
    page = f"<!doctype html><style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}"
    return (
        f'<iframe title="Flame graph" sandbox="allow-scripts" srcdoc="{html.escape(page)}" '
        f'style="border: 0; width: 100%; height: {height}px; max-height: 1000px"></iframe>'
    )
