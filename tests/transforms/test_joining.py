"""Runs of two versions of a program, as one profile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from profkit import load
from profkit.errors import UsageError
from profkit.profile import COUNT, Meta, ValueType, full_place, function_name, validate
from profkit.transforms.joining import Side, join
from profkit.transforms.joining.files import FileFacts, same_files
from tests.building import profile_of
from tests.strategies import profiles

LOGGER = "samples/node/22.23.3/auth-api-logger.v8.log.gz"
QUIET = "samples/node/22.23.3/auth-api-quiet.v8.log.gz"
PYTHON = "samples/py-spy/0.4.3/py-web-logger"


def places(profile):
    """Return the distinct functions of a profile, as far as joining tells them apart."""
    table = profile.functions
    return {
        (profile.text(name), kind, profile.text(file), line, column)
        for name, kind, file, line, column in zip(
            table.name.tolist(),
            table.kind.tolist(),
            table.file.tolist(),
            table.line.tolist(),
            table.column.tolist(),
            strict=True,
        )
    }


def names_of_both(base, candidate):
    """Join two profiles; return the functions that each row of either became, by its name."""
    joined = join([base], [candidate])
    validate(joined.profile)
    values = joined.self_values()
    profile = joined.profile
    return {
        (function_name(profile, int(function)), full_place(profile, int(function))): tuple(row)
        for function, row in zip(profile.function_of_node, values.T.tolist(), strict=True)
        if any(row)
    }


@given(profiles())
def test_a_profile_does_not_differ_from_itself(profile):
    joined = join([profile], [profile])
    validate(joined.profile)
    base, candidate = joined.self_values(include_idle=True)
    assert (base == candidate).all()
    assert base.sum() == profile.self_values().sum()
    assert len(joined.profile.functions) == len(places(profile))
    assert not joined.notes
    assert not joined.matches


@given(profiles(), profiles(), profiles())
def test_each_run_keeps_its_own_sums(first, second, third):
    joined = join([first, second], [third])
    validate(joined.profile)
    own = joined.self_values(include_idle=True).sum(axis=1)
    assert own.tolist() == [p.self_values().sum() for p in (first, second, third)]
    assert [run.side for run in joined.runs] == [Side.BASE, Side.BASE, Side.CANDIDATE]
    assert joined.of_side(Side.BASE).tolist() == [0, 1]


def test_lines_and_checkouts_do_not_matter():
    base = profile_of(([("run", "/srv/a/lib/run.js", 3), ("go", "/srv/a/lib/go.js", 9)], 5))
    new = profile_of(([("run", "/opt/ci/lib/run.js", 7), ("go", "/opt/ci/lib/go.js", 1)], 6))
    assert names_of_both(base, new) == {("go", "/opt/ci/lib/go.js:1"): (5, 6)}


def test_functions_of_one_name_move_with_their_neighbours():
    file = "/srv/a/run.js"
    base = profile_of(
        ([("main", file, 1, 1)], 1),
        ([("", file, 10, 5)], 2),
        ([("", file, 20, 5)], 3),
        ([("last", file, 30, 1)], 1),
    )
    # Only the second of the two was seen; it is 10 lines further down, like all around it.
    new = profile_of(
        ([("main", file, 11, 1)], 1), ([("", file, 30, 5)], 4), ([("last", file, 40, 1)], 1)
    )
    both = names_of_both(base, new)
    assert both["(anonymous)", f"{file}:30"] == (3, 4)
    assert both["(anonymous)", f"{file}:10"] == (2, 0)


def test_equally_many_functions_of_one_name_are_matched_in_order():
    file = "/srv/a/run.js"
    base = profile_of(([("", file, 10, 5)], 2), ([("", file, 20, 5)], 3))
    new = profile_of(([("", file, 12, 7)], 4), ([("", file, 27, 7)], 5))
    assert names_of_both(base, new) == {
        ("(anonymous)", f"{file}:12"): (2, 4),
        ("(anonymous)", f"{file}:27"): (3, 5),
    }


def test_what_is_not_clear_is_not_guessed():
    file = "/srv/a/run.js"
    base = profile_of(([("", file, 10, 5)], 2), ([("", file, 20, 5)], 3))
    new = profile_of(([("", file, 12, 5)], 1), ([("", file, 15, 5)], 2), ([("", file, 25, 5)], 3))
    assert len(names_of_both(base, new)) == 5


def files(*paths, package="(app)", names=()):
    return {path: FileFacts(package, frozenset(names)) for path in paths}


def test_files_are_the_same_below_the_folders_of_most():
    base = files("/srv/a/index.js", "/srv/a/lib/users.js", "/srv/a/lib/x.js")
    app = ("/ci/7/index.js", "/ci/7/lib/users.js", "/ci/7/test/lib/x.js")
    package = "/ci/7/node_modules/morgan/index.js"
    (_, called), _ = same_files([base, files(*app) | files(package, package="morgan")])
    assert called == {
        "/ci/7/index.js": "/srv/a/index.js",
        "/ci/7/lib/users.js": "/srv/a/lib/users.js",
        package: package,
        "/ci/7/test/lib/x.js": "/srv/a/lib/x.js",
    }


def test_a_last_name_alone_makes_no_file_the_same():
    old, new = "/srv/a/one/index.js", "/srv/a/two/index.js"
    (_, called), moved = same_files([files(old), files(new)])
    assert called == {new: new}
    assert moved[1] == set()


def test_a_moved_file_is_told_by_its_functions():
    old, new = "/srv/a/lib/login.js", "/srv/a/src/auth.js"
    names = ("login", "logout", "refresh")
    (_, called), moved = same_files([files(old, names=names), files(new, names=names[1:])])
    assert called == {new: old}
    assert moved[1] == {new}
    other = files(new, "/srv/a/src/auth2.js", names=names)  # two that are as like
    (_, called), moved = same_files([files(old, names=names), other])
    assert moved[1] == set()


def test_short_paths_of_py_spy_meet_whole_ones():
    raw, whole = load(f"{PYTHON}.raw.txt.gz"), load(f"{PYTHON}.speedscope.json.gz")
    tables = [
        {
            p.text(file): FileFacts(p.text(package))
            for file, package in zip(f.file, f.package, strict=True)
        }
        for p in (raw, whole)
        for f in [p.functions]
    ]
    (_, called), moved = same_files(tables)
    assert moved == [set(), set()]
    assert called["/srv/py-web/slow_logger.py"] == "slow_logger.py"
    assert called["/usr/lib/python3.11/http/server.py"] == "http/server.py"
    assert set(called.values()) <= set(tables[0])


def test_functions_of_two_recordings_of_one_service_meet():
    joined = join([load(LOGGER)], [load(QUIET)])
    validate(joined.profile)
    profile = joined.profile
    app = [
        function_name(profile, n)
        for n in range(len(profile.functions))
        if profile.text(int(profile.functions.file[n])).startswith("/srv/auth-api/lib/")
    ]
    named = [name for name in app if name != "(anonymous)"]
    assert len(named) == len(set(named))
    values = joined.self_values()
    assert values.sum(axis=1).tolist() == [5849, 2990]


def test_counts_and_times_are_compared_as_times():
    ticks = profile_of(([("main",)], 3))
    ticks = ticks.replace(meta=Meta("test", "a.log", interval=1_000_000))
    time = profile_of(([("main",)], 4_000_000), value_type=ValueType("cpu", "nanoseconds"))
    joined = join([ticks], [time])
    assert joined.self_values().tolist() == [[3_000_000], [4_000_000]]
    assert "compared as time" in joined.notes[0]


def test_counts_of_unknown_intervals_are_no_times():
    time = profile_of(([("main",)], 4_000_000), value_type=ValueType("cpu", "nanoseconds"))
    with pytest.raises(UsageError, match="no known interval"):
        join([profile_of(([("main",)], 3))], [time])


def test_other_intervals_are_told():
    runs = [
        profile_of(([("main",)], 3), value_type=ValueType("ticks", COUNT)).replace(
            meta=Meta("test", f"{interval}.log", interval=interval)
        )
        for interval in (1_000_000, 500_000)
    ]
    joined = join(runs[:1], runs[1:])
    assert joined.notes == (
        "samples were taken every 0.5 ms and 1 ms: counts are weighed by each run's own interval",
    )
    assert joined.self_values().tolist() == [[3], [3]]


def test_a_side_without_a_run_is_refused():
    with pytest.raises(UsageError, match="no candidate"):
        join([profile_of(([("main",)], 3))], [])


def test_a_renamed_function_is_told_by_its_place_and_callers():
    file = "/srv/a/run.js"
    before, after = (
        profile_of(
            ([("main", file, 1 + shift)], 1),
            ([("main", file, 1 + shift), (name, file, 10 + shift)], 5),
            ([("last", file, 30 + shift)], 1),
        )
        for name, shift in (("load", 0), ("loadAll", 4))
    )
    joined = join([before], [after])
    validate(joined.profile)
    (match,) = joined.matches
    assert (match.name, match.place) == ("load", f"{file}:10")
    assert function_name(joined.profile, match.function) == "loadAll"
    assert (np.diff(joined.self_values(), axis=0) == 0).all()


def test_a_renamed_function_is_told_by_its_neighbours():
    app, library = "/srv/a/app.py", "/srv/a/db.py"
    before, after = (
        profile_of(
            ([("main", app), (name, app), ("query", library)], 50),
            ([("main", app), (name, app)], 30),
            ([("main", app), ("other", app)], 20),
        )
        for name in ("load", "fetch_all")
    )
    joined = join([before], [after])
    (match,) = joined.matches
    assert match.reason == "it has the same callers and callees"
    assert (np.diff(joined.self_values(), axis=0) == 0).all()


def test_a_new_function_is_not_taken_for_one_that_is_gone():
    app = "/srv/a/app.py"
    before, after = (
        profile_of(([("main", app), *stack], 50), ([("main", app), (leaf, app)], 50))
        for stack, leaf in (
            ([("load", app), ("query", app)], "read"),
            ([("render", app), ("escape", app)], "write"),
        )
    )
    assert join([before], [after]).matches == ()


def test_a_place_taken_by_another_function_is_another_function():
    file = "/srv/a/run.js"
    before = profile_of(
        ([("main", file, 1, 1)], 1), ([("", file, 10, 5)], 2), ([("", file, 20, 5)], 3)
    )
    after = profile_of(
        ([("main", file, 11, 1)], 1),
        ([("", file, 20, 5)], 4),
        ([("", file, 30, 5)], 5),
        ([("", file, 40, 5)], 6),
        ([("last", file, 50, 5)], 6),
    )
    # All of it is 10 lines further down; there is a third one.
    both = names_of_both(before, after)
    assert both["(anonymous)", f"{file}:20"] == (2, 4)
    assert both["(anonymous)", f"{file}:30"] == (3, 5)
    assert both["(anonymous)", f"{file}:40"] == (0, 6)
