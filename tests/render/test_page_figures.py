"""The figures of a page's tables are those of profkit's views, to the last unit."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from building import profile_of
from hypothesis import given, settings
from strategies import profiles

import profkit
from profkit.errors import UsageError
from profkit.profile import SampleTable, Thread, full_place, function_name
from profkit.render.escape import escape
from profkit.render.page import flame_html
from profkit.transforms.matching import find_function
from profkit.views.ranking import group_name

SAMPLES = (
    "node/22.23.3/auth-api-logger.v8.log.gz",
    "node/22.23.3/auth-api-logger.cpuprofile.gz",
    "py-spy/0.4.3/py-web-logger.speedscope.json.gz",
    "py-spy/0.4.3/py-web-logger.threads.raw.txt.gz",
)

# What all scripts below begin with: the model, the state at first, and names for its functions.
_OPENED = """
const { open } = await import("profkit/model");
const { current } = await import("profkit/derive");
const holder = { textContent: given.data };
const model = await open(given.data ? { getElementById: () => holder } : document);
const state = {
  threads: null, valueType: 0, idle: false, range: null, focus: [], ignore: [], hide: [],
  by: "function", ...given.state,
};
const tree = current(model, state);
const { functions } = model;
const { fullPlace } = await import("profkit/cells");
const label = (fn) => [functions.name(fn), fullPlace(functions, fn)];
"""


_RANKED = """
const { rank } = await import("profkit/ranking");
const { owned } = await import("profkit/groups");
return rank(model, state, tree, owned(model)).rows.map((row) => [
  row.fn >= 0 ? label(row.fn).join(" ") : row.name, row.self, row.charged, row.total,
]);
"""


@pytest.fixture(scope="module", params=SAMPLES)
def profile(request):
    options = profkit.ReadOptions(lines=True, sources=True)
    return profkit.load(f"samples/{request.param}", options=options)


@pytest.fixture(scope="module")
def run(browser, profile, tmp_path_factory):
    """Return what runs a script in the profile's page."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_bytes(b"".join(flame_html(profile)))
    page = browser.new_page()
    page.goto(file.as_uri())

    def evaluate(script, **given):
        return page.evaluate(f"async (given) => {{ {_OPENED} {script} }}", given)

    yield evaluate
    page.close()


def label(profile, function):
    return (escape(function_name(profile, function)), escape(full_place(profile, function)))


def counted(rows):
    """Return rows without their order; those that look the same are told apart by their number."""
    return Counter(
        tuple(tuple(part) if isinstance(part, list) else part for part in row) for row in rows
    )


@pytest.mark.parametrize("by", ["function", "file", "line", "package", "category", "kind", "tier"])
def test_rankings(run, profile, by) -> None:
    rows = run(
        _RANKED,
        state={"by": by},
    )
    view = profkit.top(_without_states(profile), profkit.RankingOptions(by=by))
    assert counted(rows) == ranked(view)


def ranked(view):
    """Return a ranking's rows as _RANKED does."""
    profile, by = view.profile, view.options.by
    names = [
        " ".join(label(profile, group))
        if by == "function"
        else escape(group_name(profile, by, group))
        for group in view.group.tolist()
    ]
    columns = (view.self_values, view.charged_values, view.total_values)
    return Counter(zip(names, *(column.tolist() for column in columns), strict=True))


def _without_states(profile):
    """Return the profile without V8's states, which are not in a page."""
    return profile.replace(
        threads=tuple(
            Thread(
                thread.name,
                SampleTable(thread.samples.node, thread.samples.values, thread.samples.time),
            )
            for thread in profile.threads
        )
    )


# Rows of a source down to a depth, each with the labels of the rows that lead to it.
_WALKED = """
const walked = [];
const walk = (row, path) => {
  const here = [...path, ...labelOf(row.fn)];
  walked.push([here.join("\\n"), row.self, row.total]);
  if (here.length < 2 * given.depth) for (const below of source.children(row)) walk(below, here);
};
for (const row of source.roots()) walk(row, []);
"""


def paths(profile, view, name=label):
    """Return a call tree's rows as _WALKED does."""
    answer, path = [], []
    for depth, function, own, total in zip(
        view.depth.tolist(),
        view.function.tolist(),
        view.self_values.tolist(),
        view.total_values.tolist(),
        strict=True,
    ):
        path[depth:] = ["\n".join(name(profile, function))]
        answer.append(("\n".join(path), own, total))
    return Counter(answer)


@pytest.mark.parametrize("depth", [3, 7])
@pytest.mark.parametrize("name", ["heavy", "tree"])
def test_call_trees(run, profile, name, depth) -> None:
    rows = run(
        f"""
        const {{ topDown, bottomUp }} = await import("profkit/calls");
        const source = {{ heavy: bottomUp, tree: topDown }}[given.name](tree, functions.count);
        const labelOf = label;
        {_WALKED}
        return walked;
        """,
        name=name,
        depth=depth,
    )
    options = {"heavy": profkit.HeavyOptions, "tree": profkit.TreeOptions}[name](depth=depth)
    assert counted(rows) == paths(profile, getattr(profkit, name)(profile, options))


@pytest.mark.parametrize("by", ["file", "line", "package", "kind", "tier"])
@pytest.mark.parametrize("name", ["heavy", "tree"])
def test_call_trees_of_groups(run, profile, name, by) -> None:
    rows = run(
        f"""
        const {{ topDown, bottomUp }} = await import("profkit/calls");
        const {{ callsOf }} = await import("profkit/groups");
        const calls = callsOf(model, state, tree);
        const source = {{ heavy: bottomUp, tree: topDown }}[given.name](calls.tree, calls.count);
        const labelOf = (group) => [calls.name(group), ""];
        {_WALKED}
        return walked;
        """,
        name=name,
        depth=4,
        state={"by": by},
    )
    options = {"heavy": profkit.HeavyOptions, "tree": profkit.TreeOptions}[name](depth=4, by=by)
    view = getattr(profkit, name)(profile, options)
    found = paths(
        view.profile,
        view,
        lambda profile, group: (escape(function_name(profile, group)), ""),
    )
    assert counted(rows) == found


def test_butterflies(run, profile) -> None:
    compared = 0
    for function in profkit.top(profile, profkit.RankingOptions(sort="total")).group.tolist():
        name, place = function_name(profile, function), full_place(profile, function)
        text = f"{name}@{place}" if place else name
        try:
            wanted = find_function(profile, text)
        except UsageError:
            continue  # several functions have this name
        rows = run(
            f"""
            const {{ butterfly }} = await import("profkit/calls");
            const {{ alike }} = await import("profkit/groups");
            const numbers = [...Array(functions.count).keys()];
            const fn = numbers.find((n) => label(n).join() === given.label.join());
            const view = butterfly(tree, functions.count, alike(model, fn));
            const labelOf = label;
            const walk = (source) => {{ {_WALKED} return walked; }};
            const figures = [view.self, view.total, view.root, view.recursive];
            return [figures, walk(view.callers), walk(view.callees)];
            """,
            label=label(profile, int(wanted[0])),
            depth=3,
        )
        view = profkit.butterfly(profile, profkit.ButterflyOptions(text, depth=3))
        figures = (view.self_value, view.total_value, view.root_value, view.recursive_value)
        assert tuple(rows[0]) == figures, text
        assert counted(rows[1]) == paths(profile, view.callers), text
        assert counted(rows[2]) == paths(profile, view.callees), text
        compared += 1
        if compared == 12:
            break
    assert compared == 12


def test_lines(run, profile) -> None:
    files, lines, elsewhere = run(
        """
        const { framesTree, owned } = await import("profkit/groups");
        const { filesOf, linesOf, rankFiles } = await import("profkit/sourcelines");
        const frames = framesTree(model, state);
        const files = filesOf(model, frames);
        const { rows, elsewhere } = rankFiles(model, frames, files, owned(model));
        const lines = rows.flatMap(({ name, file }) =>
          [...linesOf(frames, files, file, owned(model))].map(([line, { self, charged, total }]) =>
            [name, line, self, charged, total]));
        return [rows.map((row) => [row.name, row.self, row.charged, row.total]), lines, elsewhere];
        """
    )
    view = profkit.lines(profile)
    names = [escape(profile.strings[file]) for file in view.file.tolist()]
    figures = (view.file_self, view.file_charged, view.file_total)
    assert counted(files) == Counter(zip(names, *(f.tolist() for f in figures), strict=True))
    figures = (view.self_values, view.charged_values, view.total_values)
    assert counted(lines) == Counter(
        zip(
            [names[row] for row in view.row.tolist()],
            view.line.tolist(),
            *(f.tolist() for f in figures),
            strict=True,
        )
    )
    assert elsewhere == view.elsewhere


@pytest.mark.parametrize("by", ["function", "package", "tier"])
def test_rankings_of_a_part(run, profile, by) -> None:
    """Focus and hide are those of the command line."""
    whole = profkit.top(profile, profkit.RankingOptions(sort="total"))
    callers = [f for f in whole.group.tolist() if profile.text(int(profile.functions.file[f]))]
    focus, hide = (f"^{_literal(function_name(profile, f))}$" for f in (callers[0], callers[2]))
    steps = [profkit.Step("focus", f"name:{focus}"), profkit.Step("hide", f"name:{hide}")]
    part = profkit.apply(profile, steps)
    rows = run(
        _RANKED,
        state={"by": by, "focus": [f"name:{focus}"], "hide": [f"name:{hide}"]},
    )
    assert counted(rows) == ranked(profkit.top(part, profkit.RankingOptions(by=by)))


def _literal(text):
    return "".join(f"\\{c}" if c in r"\^$.*+?()[]{}|" else c for c in text)


@pytest.fixture(scope="module")
def empty_page(browser, tmp_path_factory):
    """Return a page whose scripts are given other profiles' data."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_bytes(b"".join(flame_html(profile_of())))
    page = browser.new_page()
    page.goto(file.as_uri())
    yield page
    page.close()


_ALL = f"""
const {{ topDown, bottomUp, butterfly }} = await import("profkit/calls");
const {{ alike }} = await import("profkit/groups");
const labelOf = label;
const walk = (source) => {{ {_WALKED} return walked; }};
const flies = [...Array(functions.count).keys()].map((fn) => {{
  const view = butterfly(tree, functions.count, alike(model, fn));
  const figures = [view.self, view.total, view.root, view.recursive];
  return [label(fn), [figures, walk(view.callers), walk(view.callees)]];
}});
const ranked = await (async () => {{ {_RANKED} }})();
const [down, up] = [topDown, bottomUp].map((source) => walk(source(tree, functions.count)));
return {{ ranked, heavy: up, tree: down, flies }};
"""


@given(profiles(hostile=True))
@settings(max_examples=40)
def test_random_profiles(empty_page, profile) -> None:
    """Recursion, several frames of a function and equal names are everywhere in these."""
    html = b"".join(flame_html(profile)).decode()
    data = re.search(r'id="data">([^<]*)<', html)[1]
    script = f"async (given) => {{ {_OPENED} {_ALL} }}"
    found = empty_page.evaluate(script, {"data": data, "depth": 99, "state": {}})
    assert counted(found["ranked"]) == ranked(profkit.top(profile))
    assert counted(found["heavy"]) == paths(profile, profkit.heavy(profile))
    assert counted(found["tree"]) == paths(profile, profkit.tree(profile))
    by_label = {tuple(name): fly for name, fly in found["flies"]}
    for function in range(len(profile.functions)):
        name, place = function_name(profile, function), full_place(profile, function)
        try:
            view = profkit.butterfly(
                profile, profkit.ButterflyOptions(f"{name}@{place}" if place else name, depth=None)
            )
        except UsageError:
            continue  # several functions have this name, or none that occurs
        figures, callers, callees = by_label[label(profile, view.function)]
        assert figures == [
            view.self_value,
            view.total_value,
            view.root_value,
            view.recursive_value,
        ]
        assert counted(callers) == paths(profile, view.callers)
        assert counted(callees) == paths(profile, view.callees)
