"""The page of two sides in a real browser: what became of each box."""

from __future__ import annotations

import numpy as np
import pytest
from building import profile_of
from pages import Flame
from playwright.sync_api import expect

import profkit
from profkit.profile import function_name
from profkit.transforms.joining import Side, join


@pytest.fixture
def joined():
    """Return a base of 100 samples and a candidate of 200, in which work takes more."""
    main, work, old, new = ("main",), ("work",), ("old",), ("new",)
    base = profile_of(([main, work], 40), ([main, old], 60))
    candidate = profile_of(([main, work], 120), ([main, new], 80))
    return join([base], [candidate])


def test_a_box_tells_its_share_on_both_sides(open_html, joined) -> None:
    page = open_html(joined, fragment="#view=icicle")
    candidate = profile_of(([("main",), ("work",)], 120), ([("main",), ("new",)], 80))
    expect(page.locator("#about")).to_contain_text("100 samples before, 200 samples after")
    expect(page.locator("h1")).to_have_text("test.profile against test.profile")
    flame = Flame(page, candidate)
    expect(flame.hover("work")).to_have_text(
        "work · total 40.0 % before, 60.0 % after (+20.0 points), "
        "self 40.0 % before, 60.0 % after (+20.0 points)"
    )
    expect(flame.hover("all")).to_have_text("all · 100 samples before, 200 samples after")
    page.get_by_label("Width").select_option("base")
    base = profile_of(([("main",), ("work",)], 40), ([("main",), ("old",)], 60))
    expect(Flame(page, base).hover("old")).to_contain_text("60.0 % before, 0.0 % after (-60.0")
    page.get_by_label("Width").select_option("mean")
    mean = profile_of(
        ([("main",), ("work",)], 50), ([("main",), ("old",)], 30), ([("main",), ("new",)], 20)
    )
    expect(Flame(page, mean).hover("new")).to_contain_text("0.0 % before, 40.0 % after (+40.0")
    expect(page.get_by_label("Thread")).to_have_count(0)


def test_a_ranking_says_by_how_much_shares_changed(open_html, joined) -> None:
    page = open_html(joined, fragment="#view=ranking")
    rows = page.locator(".rows .row")
    expect(rows).to_have_count(4)
    cells = [
        [text for text in row.locator(".cell").all_text_contents() if text] for row in rows.all()
    ]
    assert [row[-2] for row in cells] == ["old", "new", "work", "main"]
    assert cells[0][:3] == ["60.0", "-60.0", "60.0"]
    assert "vanished" in cells[0]
    assert cells[1][:2] == ["40.0", "+40.0"]
    assert "new" in cells[1]
    assert cells[2][:3] == ["40.0", "60.0", "+20.0"]
    page.get_by_role("button", name="self from %").click()
    expect(rows.first).to_contain_text("old")


@pytest.mark.parametrize("by", ["function", "package"])
def test_a_ranking_has_the_figures_of_diff(open_html, by) -> None:
    sides = [
        profkit.load(f"samples/node/22.23.3/auth-api-{name}.v8.log.gz")
        for name in ("quiet", "logger")
    ]
    joined = join(sides[:1], sides[1:])
    expected = profkit.diff(joined, profkit.DiffOptions(by=by, sort="charged", limit=5))
    page = open_html(joined, fragment=f"#view=ranking&by={by}")
    deltas = page.locator(".rows .row .cell:nth-child(3)").all_text_contents()[:5]
    assert deltas == [f"{100 * delta:+.1f}" for delta in expected.charged.delta.tolist()]


def test_both_sides_have_their_values(open_html) -> None:
    sides = [
        profkit.load(f"samples/node/22.23.3/auth-api-{name}.v8.log.gz")
        for name in ("quiet", "logger")
    ]
    joined = join(sides[:1], sides[1:])
    page = open_html(joined)
    found = page.evaluate("""async () => {
        const { open } = await import("profkit/model");
        const { current } = await import("profkit/derive");
        const model = await open(document);
        const filters = { threads: null, range: null, focus: [], ignore: [], hide: [] };
        const tree = current(model, { ...model.start, ...filters });
        const sums = Object.create(null);
        tree.fn.forEach((fn, i) => {
            const sum = (sums[model.functions.name(fn)] ??= [0, 0]);
            sum[0] += tree.base.self[i];
            sum[1] += tree.self[i];
        });
        return [tree.base.sum, tree.sum, sums];
    }""")
    own = joined.self_values()
    profile = joined.profile
    names = [function_name(profile, n) for n in profile.function_of_node.tolist()]
    expected = {name: [0, 0] for name in names}
    for side in Side:
        of_side = own[joined.of_side(side)].sum(axis=0)
        for name, value in zip(names, of_side.tolist(), strict=True):
            expected[name][side] += value
        assert found[side] == int(of_side.sum())
    assert found[2] == expected
    assert np.count_nonzero(own) > 1000
