"""Documents in a terminal's colours."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.style import Style
from rich.text import Text

from profkit.render.tables import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from profkit.render.tables import Document

__all__ = ["printed", "to_terminal"]

_STYLES = {
    "title": Style(bold=True),
    "header": Style(dim=True, underline=True),
    "dim": Style(dim=True),
    "guide": Style(dim=True),
    "hot": Style(color="red", bold=True),
    "warm": Style(color="yellow"),
    "cold": Style(dim=True),
    "app": Style(color="green"),
    "app-hot": Style(color="green", bold=True),
    "package": Style(color="cyan"),
    "package-hot": Style(color="cyan", bold=True),
    "place": Style(dim=True),
    "worse": Style(color="red"),
    "better": Style(color="blue"),
    "block-busy": Style(color="green"),
    "block-native": Style(color="blue"),
    "block-gc": Style(color="red"),
    "block-idle": Style(dim=True),
    "block-worse": Style(color="red"),
    "block-better": Style(color="green"),
}
"""Only the terminal's own sixteen colours, so that they suit its theme, light or dark."""


def to_terminal(document: Document, width: int) -> str:
    """Return the document's lines with the escape sequences of the terminal that is in use."""
    return printed(
        (
            Text.assemble(*((text, _STYLES.get(style, Style.null())) for text, style in line))
            for line in lay_out(document, width, decorated=True)
        ),
        width,
    )


def printed(lines: Iterable[Text], width: int) -> str:
    """Return lines with the escape sequences of the terminal that is in use."""
    console = Console(
        file=io.StringIO(), force_terminal=True, width=width, highlight=False, markup=False
    )
    with console.capture() as captured:
        for line in lines:
            console.print(line, soft_wrap=True)
    return captured.get()
