"""Where things are on a page."""

from __future__ import annotations

import profkit

__all__ = ["Flame", "color_at", "state_of"]


class Flame:
    """Where boxes are on the page: as profkit's own layout has them."""

    def __init__(self, page, profile, *, zoom=None, **options) -> None:
        self.page, self.profile = page, profile
        self.graph = profkit.flame(profile, profkit.FlameOptions(min_width=0, **options))
        self.icicle = page.locator("#view").get_attribute("data-view") == "icicle"
        self.zoomed = 0 if zoom is None else self.number(zoom)

    def number(self, name):
        functions = self.graph.function.tolist()
        named = ["all" if n < 0 else profkit.function_name(self.profile, n) for n in functions]
        return named.index(name)

    def at(self, name):
        """Return the middle of a box, or of what is in sight of it."""
        i = self.number(name)
        graph, canvas = self.graph, self.page.locator("#view canvas").bounding_box()
        scale = canvas["width"] / int(graph.total_values[self.zoomed])
        left = (int(graph.x[i]) - int(graph.x[self.zoomed])) * scale
        right = left + int(graph.total_values[i]) * scale
        x = (max(0, left) + min(canvas["width"], right)) / 2
        level = int(graph.depth[i]) if self.icicle else graph.levels - 1 - int(graph.depth[i])
        return canvas["x"] + x, canvas["y"] + 4 + 18 * level + 8

    def hover(self, name):
        self.page.mouse.move(*self.at(name))
        return self.page.locator("#status")

    def click(self, name, **options):
        self.page.mouse.click(*self.at(name), **options)


def color_at(page, x, y):
    """Return the colour of the canvas at a place of the window."""
    return page.evaluate(
        """([x, y]) => {
        const canvas = document.querySelector("#view canvas");
        const { left, top } = canvas.getBoundingClientRect();
        const ratio = devicePixelRatio;
        const copy = new OffscreenCanvas(canvas.width, canvas.height);
        const context = copy.getContext("2d", { willReadFrequently: true });
        context.drawImage(canvas, 0, 0);
        return [...context.getImageData((x - left) * ratio, (y - top) * ratio, 1, 1).data];
    }""",
        [x, y],
    )


def state_of(page):
    return dict(part.split("=", 1) for part in page.url.partition("#")[2].split("&") if part)
