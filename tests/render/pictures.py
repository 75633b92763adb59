"""What tests do with the picture of a flame graph in a browser."""

from __future__ import annotations

HOSTILE = (
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror='window.pwned=1'>",
    ']]><g onload="window.pwned=1"/>',
    "\"'`${window.pwned=1}",
)


def box(page, name):
    boxes = page.locator("#boxes rect")
    names = [text.split("\n")[0] for text in boxes.all_text_contents()]
    return boxes.nth(names.index(name))


def width(page, name):
    return float(box(page, name).get_attribute("width"))


def labels(page):
    return page.locator("#labels text").all_text_contents()
