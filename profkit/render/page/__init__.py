"""A profile as one HTML file to look into: its data, the scripts that show it, and its colours."""

from profkit.render.page.document import PageOptions, flame_html

__all__ = ["PageOptions", "flame_html"]
