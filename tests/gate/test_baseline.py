import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from services import GC, HANDLE, PARSE, SERVE, SERVICE, package, runs_of, with_more
from strategies import profiles

from profkit.errors import FormatError, InputError, UsageError
from profkit.gate.baseline import baseline_of, path_of, read_baseline, write_baseline
from profkit.gate.check import CheckOptions, check
from profkit.gate.measuring import measure
from profkit.gate.verdict import Outcome
from profkit.transforms.joining import join

BASE = runs_of(SERVICE, seed=1)


@pytest.fixture
def stored(tmp_path):
    path = str(tmp_path / "runs.json.gz")
    write_baseline(baseline_of(BASE, [100.0, 100.0, 100.0, None]), path)
    return path


def content(path):
    return json.loads(gzip.decompress(Path(path).read_bytes()))


def rewritten(path, **changes):
    Path(path).write_bytes(gzip.compress(json.dumps({**content(path), **changes}).encode()))
    return path


def costs_by_name(profile_runs):
    measured = measure(join(profile_runs[:1], profile_runs[1:]))
    profile = measured.profile
    names = [profile.text(int(n)) for n in profile.functions.name]
    return {
        (name, kind): sorted(measured.self_costs[:, n].tolist()) + sorted(total.tolist())
        for n, (name, kind, total) in enumerate(
            zip(names, profile.functions.kind.tolist(), measured.total_costs.T, strict=True)
        )
        if measured.self_costs[:, n].any()
    }


def test_comes_back_as_it_was(stored):
    back = read_baseline(stored)
    assert back.operations == [100.0, 100.0, 100.0, None]
    assert costs_by_name(back.profiles()) == costs_by_name(BASE)
    assert [p.meta.source for p in back.profiles()] == [p.meta.source for p in BASE]
    assert [p.meta.interval for p in back.profiles()] == [1_000_000] * 4


@settings(max_examples=30)
@given(profiles())
def test_any_profile_comes_back(profile):
    if not profile.sample_count:
        return
    back = baseline_of([profile]).profiles()[0]
    assert back.extent.values == profile.extent.values
    assert back.extent.idle == profile.extent.idle
    assert back.sample_count == profile.sample_count


def test_a_check_against_it_is_one_against_its_runs(stored):
    after = runs_of(with_more({(SERVE, HANDLE, PARSE): 500}), seed=2)
    by_runs, by_file = check(BASE, after), check(read_baseline(stored).profiles(), after)
    assert by_file.outcome is by_runs.outcome is Outcome.REGRESSION
    assert [c.name for c in by_file.changes] == [c.name for c in by_runs.changes] == ["parse"]


def test_is_the_same_bytes_each_time(stored, tmp_path):
    again = str(tmp_path / "again.json.gz")
    write_baseline(baseline_of(BASE, [100.0, 100.0, 100.0, None]), again)
    assert Path(again).read_bytes() == Path(stored).read_bytes()


MANY = {(SERVE, HANDLE, package(f"f{n}", "lodash", n)): 3 for n in range(1, 60)}


class TestTrimming:
    def test_gives_the_costs_to_callers(self):
        runs = runs_of({**SERVICE, **MANY}, seed=3)
        trimmed = baseline_of(runs, least=0.01)
        assert len(trimmed.nodes.parent) < len(baseline_of(runs).nodes.parent) - 50
        for before, after in zip(runs, trimmed.profiles(), strict=True):
            assert before.extent.values == after.extent.values
            assert before.sample_count == after.sample_count

    def test_blames_nobody(self):
        service = {**SERVICE, **MANY, (SERVE, HANDLE, PARSE, GC): 8}
        trimmed = baseline_of(runs_of(service, 5, seed=3), least=0.01)
        after = runs_of(service, 5, seed=4)
        verdict = check(trimmed.profiles(), after, CheckOptions(trimmed=trimmed.trimmed))
        assert verdict.outcome is Outcome.PASS

    def test_hides_no_change(self):
        trimmed = baseline_of(runs_of({**SERVICE, **MANY}, 5, seed=3), least=0.01)
        slow = {**SERVICE, **MANY, (SERVE, HANDLE, package("f1", "lodash", 1)): 700}
        verdict = check(
            trimmed.profiles(), runs_of(slow, 5, seed=4), CheckOptions(trimmed=trimmed.trimmed)
        )
        assert [change.name for change in verdict.changes] == ["f1"]


class TestRefusing:
    def test_a_later_form(self, stored):
        with pytest.raises(FormatError, match="form 2, which a later profkit wrote"):
            read_baseline(rewritten(stored, version=2))

    @pytest.mark.parametrize(
        "changes",
        [
            {"runs": []},
            {"strings": []},
            {"nodes": {"parent": [5], "function": [0], "tier": [0]}},
            {"nodes": {"parent": [0], "function": [0], "tier": [0]}},
            {"nodes": {"parent": [-1], "function": [99], "tier": [0]}},
            {"nodes": {"parent": [-1, -1], "function": [0], "tier": [0]}},
            {"nodes": {"parent": [], "function": [], "tier": []}},
            {"valueTypes": []},
            {"functions": None},
        ],
    )
    def test_damage(self, stored, changes):
        with pytest.raises(FormatError, match="damaged"):
            read_baseline(rewritten(stored, **changes))

    @pytest.mark.parametrize("change", [{"samples": [0]}, {"nodes": [10**6]}, {"values": [[1]]}])
    def test_damaged_runs(self, stored, change):
        runs = content(stored)["runs"]
        key, value = next(iter(change.items()))
        runs[0][key] = value if key == "values" else [*value, *runs[0][key][1:]]
        with pytest.raises(FormatError, match="damaged"):
            read_baseline(rewritten(stored, runs=runs))

    def test_a_file_that_ends_early(self, stored):
        whole = Path(stored).read_bytes()
        Path(stored).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError):
            read_baseline(stored)

    def test_what_is_none(self, tmp_path):
        (tmp_path / "other.json").write_text('{"nodes": []}')
        with pytest.raises(FormatError, match="no baseline"):
            read_baseline(str(tmp_path / "other.json"))

    def test_what_is_not_there(self, tmp_path):
        with pytest.raises(InputError):
            read_baseline(str(tmp_path / "none.json.gz"))

    def test_nothing_to_keep(self):
        with pytest.raises(UsageError, match="no profile"):
            baseline_of([])


def test_a_name_is_a_file_below_the_project():
    assert path_of("main") == ".profkit/baselines/main.json.gz"
    assert path_of("./main") == "./main"
    assert path_of("main.gz") == "main.gz"
    with pytest.raises(UsageError, match="no name of a baseline"):
        path_of("a name")


def test_values_that_do_not_divide_are_shared_out_exactly():
    base = baseline_of(BASE)
    run = base.runs[0]
    values = np.array(run.values)
    assert base.profiles()[0].self_values().sum() == values[0].sum()
