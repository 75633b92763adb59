"""How p-values of unchanged runs are spread, as a table's figures and as a picture.

Where nothing has changed, one in twenty is below 0.05, one in a hundred below 0.01.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

__all__ = ["LEVELS", "below", "draw"]

LEVELS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5)

WIDTH, HEIGHT = 560, 400
LEFT, TOP, RIGHT, BOTTOM = 64, 46, 150, 44
SMALLEST = 1e-3
POINTS = 60
STYLE = """
svg { background: #fff; color-scheme: light dark;
  font: 12px system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
text { fill: #1d1f24; } .note { fill: #5b616e; } #page { fill: #fff; }
line { stroke: #c9ccd3; } .ideal { stroke: #5b616e; stroke-dasharray: 4 4; }
polyline { fill: none; stroke-width: 2px; }
.line0 { stroke: #3b7de0; fill: #3b7de0; } .line1 { stroke: #c2185b; fill: #c2185b; }
.line2 { stroke: #b0720c; fill: #b0720c; } .line3 { stroke: #2f8f46; fill: #2f8f46; }
polyline.line0, polyline.line1, polyline.line2, polyline.line3 { fill: none; }
text.line0, text.line1, text.line2, text.line3 { stroke: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #15171b; } text { fill: #eceef1; } .note { fill: #9aa1ad; }
  #page { fill: #15171b; } line { stroke: #434954; } .ideal { stroke: #9aa1ad; }
  .line1 { stroke: #f06ba4; fill: #f06ba4; } .line2 { stroke: #ecbb69; fill: #ecbb69; }
  .line3 { stroke: #90d6af; fill: #90d6af; }
}
"""


def below(p: npt.NDArray[np.float64], levels: Sequence[float] = LEVELS) -> npt.NDArray[np.float64]:
    """Return which part of the p-values is at or below each level."""
    return np.searchsorted(np.sort(p), levels, side="right") / max(len(p), 1)


def draw(title: str, lines: Mapping[str, npt.NDArray[np.float64]]) -> str:
    """Draw the part of p-values below each level, both on logarithmic axes, as SVG.

    ``lines`` are p-values of unchanged functions by the method's name.
    """
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(value: float) -> float:
        return LEFT + (right - LEFT) * (1 - np.log10(value) / np.log10(SMALLEST))

    def up(value: float) -> float:
        return bottom - (bottom - TOP) * (1 - np.log10(value) / np.log10(SMALLEST))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect id="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text x="{LEFT}" y="22" font-size="14" font-weight="600">{escape(title)}</text>',
    ]
    for level in (0.001, 0.01, 0.1, 1.0):
        x, y = across(level), up(level)
        parts += [
            f'<line x1="{x:.0f}" y1="{TOP}" x2="{x:.0f}" y2="{bottom}"/>',
            f'<line x1="{LEFT}" y1="{y:.0f}" x2="{right}" y2="{y:.0f}"/>',
            _note(x, bottom + 16, "middle", f"{level:g}"),
            _note(LEFT - 6, y + 4, "end", f"{level:g}"),
        ]
    parts += [
        f'<line class="ideal" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{TOP}"/>',
        _note((LEFT + right) / 2, HEIGHT - 10, "middle", "p-value"),
        _note(LEFT, TOP - 8, "start", "part of the functions at or below it"),
    ]
    levels = np.geomspace(SMALLEST, 1, POINTS)
    for number, (name, p) in enumerate(lines.items()):
        shares = below(p, levels)
        seen = shares >= SMALLEST
        path = " ".join(
            f"{across(level):.1f},{up(share):.1f}"
            for level, share in zip(levels[seen], shares[seen], strict=True)
        )
        parts += [
            f'<polyline class="line{number}" points="{path}"/>',
            f'<text class="line{number}" x="{right + 12}" y="{TOP + 14 + 18 * number}">',
            f"{escape(name)}</text>",
        ]
    return "\n".join([*parts, "</svg>", ""])


def _note(x: float, y: float, anchor: str, text: str) -> str:
    return (
        f'<text class="note" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'
    )
