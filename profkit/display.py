"""How a profile and its views show themselves in a notebook."""

from __future__ import annotations

from importlib import import_module

__all__ = ["Displayed"]


class Displayed:
    """What a notebook shows as HTML, which :mod:`profkit.notebook` makes when it is asked for.

    That stage is later than all that show themselves, and they need it for nothing else: so it is
    named here, once, and not imported.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return this as HTML; the protocol of IPython, which other notebooks follow."""
        html: str = import_module("profkit.notebook").to_html(self)
        return html
