"""What is said on standard error: one line at a time, safe to print."""

from __future__ import annotations

import click

from profkit.render.escape import escape

__all__ = ["note"]


def note(message: str) -> None:
    """Tell the user something in one line, after the program's name."""
    click.echo(f"profkit: {escape(message)}", err=True)
