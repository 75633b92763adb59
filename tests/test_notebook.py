"""What a notebook shows of a profile and its views, as text: no Jupyter is needed."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from building import profile_of
from hypothesis import given
from strategies import profiles

import profkit
from profkit.notebook import to_html
from profkit.profile import Kind, Meta
from profkit.transforms.joining import join


def _quiet(profile):
    """Return the profile without a part of it."""
    return profkit.apply(profile, [profkit.Step("ignore", "package:morgan")])


LOG = "samples/node/14.21.3/auth-api-logger.v8.log.gz"
VIEWS = {
    "profile": lambda profile: profile,
    "top": profkit.top,
    "heavy": profkit.heavy,
    "tree": profkit.tree,
    "butterfly": lambda profile: profkit.butterfly(profile, profkit.ButterflyOptions("logRequest")),
    "lines": profkit.lines,
    "timeline": profkit.timeline,
    "tick_report": profkit.tick_report,
    "deopts": profkit.deopts,
    "info": profkit.info,
    "flame": profkit.flame,
    "flame_difference": lambda profile: profkit.flame_difference(join([profile], [profile])),
    "calibrate": lambda profile: profkit.calibrate([profile, profile]),
    "check": lambda profile: profkit.check([profile], [_quiet(profile)]),
    "diff": lambda profile: profkit.diff(profkit.join([profile], [_quiet(profile)])),
}


class Page(HTMLParser):
    """The elements of a page, their texts, and what was left open or closed twice."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.texts, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)


@pytest.fixture(scope="module")
def profile():
    return profkit.load(LOG)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_itself(view, profile) -> None:
    shown = VIEWS[view](profile)
    page = Page(shown._repr_html_())
    assert {"iframe"} == set(page.tags) if "flame" in view else {"table", "td"} <= set(page.tags)
    assert len(repr(shown)) < 20_000


def test_every_public_view_is_shown() -> None:
    takes_a_profile = {
        *(
            "apply",
            "flame_html",
            "flame_svg",
            "function_name",
            "group_name",
            "grouped",
            "join",
            "load",
            "load_all",
        ),
        "merge",
        *("source_text", "write"),
    }
    functions = {name for name in profkit.__all__ if name.islower() and not name.startswith("_")}
    assert functions - takes_a_profile == set(VIEWS) - {"profile"}


def test_a_profile_is_summed_up(profile) -> None:
    texts = Page(profile._repr_html_()).texts
    assert LOG in texts
    assert "V8 tick log (node --prof)" in texts
    assert any("5 of" in text for text in texts)


def test_a_profile_tells_of_its_losses() -> None:
    lossy = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    assert "dropped or repaired in reading: 3,849 of 84,397 frames" in lossy._repr_html_()


def test_a_table() -> None:
    profile = profile_of(([("main", "/srv/a.js", 3, 1, Kind.JS), ("run",)], 2))
    text = profkit.heavy(profile)._repr_html_()
    rows = re.findall(r"<tr>.*</tr>", text)
    assert rows[1] == (
        '<tr><td class="figure">2</td><td class="figure"><span class="hot">100.0</span></td>'
        '<td class="name" title="run">run</td><td class="name"></td></tr>'
    ).replace("</span></td><td", '</span></td><td class="figure"></td><td')
    assert '<td class="name" title="main">&nbsp;&nbsp;&nbsp;&nbsp;main</td>' in rows[2]


def test_a_flame_graph_is_a_picture_in_a_frame_of_its_own() -> None:
    profile = profile_of(([("<script>",)], 1)).replace(meta=Meta("test", '"><b>.log'))
    text = profkit.flame(profile)._repr_html_()
    page = Page(text)
    assert (page.tags, page.texts) == (["iframe"], [])
    picture = html.unescape(re.search('srcdoc="([^"]*)"', text)[1])
    assert "<text x=" in picture
    assert "<script>\n" not in picture.replace("&lt;script&gt;", "")
    assert 'sandbox="allow-scripts"' in text


@given(profiles(hostile=True))
def test_hostile_names_are_text(profile) -> None:
    allowed = {"div", "style", "p", "br", "span", "table", "thead", "tbody", "tr", "th", "td"}
    # The others need a function of a known name, or times, or samples.
    for name in VIEWS.keys() - {"butterfly", "timeline", "calibrate", "check"}:
        page = Page(VIEWS[name](profile)._repr_html_())
        assert set(page.tags) <= allowed | {"iframe"}
        assert set(page.attributes) <= {
            "class",
            "style",
            "title",
            "aria-hidden",
            "sandbox",
            "srcdoc",
        }


@pytest.mark.parametrize("view", ["top", "check"])
def test_markup_in_a_name_is_escaped(view) -> None:
    other = ([("main", "/srv/a.js")], 5000)
    profile = profile_of(([('<img src=x onerror="a()">', "/srv/<b>.js")], 5000), other)
    if view == "check":
        shown = profkit.check([profile_of(other)], [profile])
    else:
        shown = profkit.top(profile)
    text = shown._repr_html_()
    assert "&lt;img src=x onerror=&quot;a()&quot;&gt;" in text
    assert "<img" not in text
    assert "<b>" not in text


def test_what_is_no_view_is_refused() -> None:
    with pytest.raises(TypeError, match="str has no form for notebooks"):
        to_html("text")
