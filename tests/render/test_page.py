"""The page of a profile as a file: what is in it, and what must not be."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from importlib import resources

import numpy as np
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

import profkit
from profkit.profile import Kind, SampleTable, StackTree
from profkit.render.page import PageOptions, data, flame_html
from profkit.render.page.columns import ColumnWriter
from profkit.render.page.samples import Rows, Times, bounded, summed
from profkit.render.page.siblings import by_rank
from profkit.render.palette import FAMILIES

HOSTILE = "</script><script>alert(1)</script>"


def page_of(profile, options=None):
    return b"".join(flame_html(profile, options)).decode()


class Elements(HTMLParser):
    """The elements of a page, and the texts of those that are scripts."""

    def __init__(self, page) -> None:
        super().__init__()
        self.found, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "script":
            self.texts.append("")

    def handle_data(self, data) -> None:
        if self.found and self.found[-1][0] == "script":
            self.texts[-1] += data


def held(page):
    """Return the head of the data, and the bytes of the columns."""
    packed = gzip.decompress(base64.b64decode(re.search(r'id="data">([^<]*)<', page)[1]))
    size = int.from_bytes(packed[:4], "little")
    return json.loads(packed[4 : 4 + size]), packed[4 + size :]


def column(said, columns):
    """Read a column as ``model.js`` does."""
    kind = np.dtype(f"<{said['column']}")
    size = said["rows"] * kind.itemsize
    planes = np.frombuffer(columns[said["at"] : said["at"] + size], np.uint8)
    stored = planes.reshape(kind.itemsize, said["rows"]).T.copy().view(kind).reshape(-1)
    numbers = stored.astype(np.float64) * said["scale"]
    return (np.cumsum(numbers) if said["deltas"] else numbers).astype(np.int64).tolist()


@given(
    st.lists(st.lists(st.integers(-(2**52), 2**52), max_size=20), max_size=5),
    st.booleans(),
    st.integers(1, 1_000),
)
def test_columns_hold_their_numbers(numbers, deltas, factor) -> None:
    given = [[number // factor // 2 * factor for number in row] for row in numbers]
    writer = ColumnWriter()
    said = [writer.add(np.array(row, np.int64), deltas=deltas) for row in given]
    columns = b"".join(writer.pieces())
    assert [column(one, columns) for one in said] == given


def test_small_numbers_take_little_room() -> None:
    writer = ColumnWriter()
    said = writer.add(np.arange(0, 100_000_000, 1_000_000), deltas=True)
    assert (said["column"], said["scale"]) == ("i1", 1_000_000)
    assert len(b"".join(writer.pieces())) == 100


def test_a_page_has_the_profile_s_values() -> None:
    a, b = ("a", "/srv/a.js", 3, 1, Kind.JS), ("b",)
    head, columns = held(page_of(profile_of(([a], 1), ([a, b], 2), ([b], 4))))
    assert head["functions"]["names"] == ["a", "b"]
    assert head["functions"]["places"] == ["srv/a.js:3", ""]
    assert column(head["tree"]["fn"], columns) == [0, 1, 1]
    assert column(head["tree"]["depth"], columns) == [0, 1, 0]
    (thread,) = head["threads"]
    assert column(thread["node"], columns) == [0, 1, 2]
    assert column(thread["values"][0], columns) == [1, 2, 4]
    assert "time" not in thread


def test_hostile_names_are_nowhere_in_the_clear() -> None:
    page = page_of(profile_of(([(HOSTILE, HOSTILE)], 1)), PageOptions(HOSTILE))
    assert page.count("<script") == 3
    assert "alert(1)" in page  # in the title, as text
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    assert [tag for tag, _ in Elements(page).found].count("script") == 3


def test_a_page_s_policy_names_what_is_in_it() -> None:
    elements = Elements(page_of(profile_of()))
    (policy,) = (
        attributes["content"]
        for tag, attributes in elements.found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    addresses = [
        value
        for _, attributes in elements.found
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    assert addresses == ["data:,"]
    imports = json.loads(elements.texts[1])["imports"]
    assert all(address.startswith("data:text/javascript;") for address in imports.values())
    for address in imports.values():
        text = base64.b64decode(address.partition(",")[2]).decode()
        wanted = set(re.findall(r'^import .* from "(.*)";$', text, re.MULTILINE))
        assert wanted <= set(imports)


def test_the_same_profile_makes_the_same_page() -> None:
    profile = profkit.load("samples/node/22.23.3/auth-api-logger.cpuprofile.gz")
    assert page_of(profile) == page_of(profile)


def test_colours_are_those_of_flame_graphs() -> None:
    sheet = resources.files("profkit.render").joinpath("flame.css").read_text()
    light, dark = re.findall(r":root\{(--a0:.*?)\}", page_of(profile_of()))
    for shown, color in zip(
        (light, dark), re.findall(r"\.n1 \{ fill: (#\w{6}); \}", sheet), strict=True
    ):
        assert f"--n1:{color};" in shown
    names = {f"{family}0" for families in FAMILIES.values() for family in families}
    for shown in (light, dark):
        assert names <= set(re.findall(r"--(\w\d):", shown))


def test_sources_are_those_of_the_functions_that_occur() -> None:
    profile = profile_of(([("a", "/srv/a.js")], 1)).replace(
        sources={"/srv/a.js": "one\r\n\ttwo\u202e", "/srv/b.js": "secret"}
    )
    head, _ = held(page_of(profile))
    assert head["sources"] == {"/srv/a.js": "one\n    two\\u202e"}


@given(profiles(), st.integers(1, 9))
def test_siblings_stand_by_rank(profile, ranks) -> None:
    tree = profile.tree
    rank = tree.frame.astype(np.int64) * 7 % ranks
    found, place = by_rank(tree, rank)
    expected, places = StackTree.from_parents(tree.parent, rank)
    for column in ("parent", "frame", "subtree_end"):
        assert getattr(found, column).tolist() == getattr(expected, column).tolist()
    assert place.tolist() == places.tolist()


def rows_of(*samples):
    """Return rows of samples ``(node, value, start, end)``."""
    node, value, start, end = np.array(samples).T
    return Rows(node, value.reshape(-1, 1), Times(start, start, end))


def test_few_samples_stay_as_they_are() -> None:
    rows = rows_of((1, 10, 0, 5), (1, 20, 5, 9))
    assert bounded(rows, 2) is rows


def test_neighbours_of_one_node_become_one_row() -> None:
    rows = bounded(rows_of((1, 10, 0, 5), (1, 20, 5, 9), (1, 30, 12, 15), (2, 40, 15, 16)), 3)
    assert rows.node.tolist() == [1, 1, 2]
    assert rows.values.tolist() == [[30], [30], [40]]
    assert rows.times.start.tolist() == [0, 12, 15]
    assert rows.times.end.tolist() == [9, 15, 16]


def test_of_too_many_samples_those_that_took_longest_stand_for_their_neighbours() -> None:
    rows = bounded(rows_of((1, 1, 0, 1), (2, 1, 1, 5), (1, 1, 5, 6), (3, 1, 6, 7), (4, 1, 7, 9)), 2)
    assert rows.node.tolist() == [2, 4]
    assert rows.values.tolist() == [[3], [2]]
    assert rows.times.start.tolist() == [0, 6]


def test_a_page_of_too_many_samples_has_exact_sums_besides(monkeypatch) -> None:
    profile = profkit.load("samples/node/22.23.3/auth-api-logger.cpuprofile.gz")
    monkeypatch.setattr(data, "_MOST_ROWS", 500)
    head, columns = held(page_of(profile))
    (thread,) = head["threads"]
    assert thread["node"]["rows"] <= 500
    assert thread["samples"] == profile.sample_count
    samples: SampleTable = profile.threads[0].samples
    sums = summed(samples.node, samples.values)
    assert column(thread["sums"]["values"][0], columns) == sums.values[:, 0].tolist()
    assert sum(column(thread["values"][0], columns)) == int(samples.values[:, 0].sum())


@pytest.mark.parametrize("value_type", [0, 1])
def test_a_page_opens_at_what_was_asked_for(value_type) -> None:
    profile = profkit.load("samples/node/22.23.3/auth-api-logger.cpuprofile.gz")
    options = PageOptions("Login", value_type, include_idle=True, view="icicle")
    head, _ = held(page_of(profile, options))
    wanted = {"title": "Login", "valueType": value_type, "idle": True, "view": "icicle"}
    assert wanted.items() <= head.items()
