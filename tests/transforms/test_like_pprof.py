"""The filters that bear pprof's names give pprof's figures, on a recording."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from profkit.loading import load
from profkit.profile import function_name
from profkit.transforms.steps import Step, apply

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "node" / "22.23.3" / "auth-api-logger.cpuprofile.gz"
# What pprof printed for the sample, its idle samples left out, in pprof's own format.
GOLDEN = json.loads((ROOT / "tests" / "golden" / "pprof" / "auth-api-logger.json").read_text())


@cache
def sample():
    return load(SAMPLE)


def flat_and_cum(profile):
    """Return the self and total value of functions told apart by name and file."""
    own = profile.self_values(include_idle=False)
    total = profile.tree.totals(own)
    keys = {}
    functions = range(len(profile.functions))
    files = [profile.text(int(file)) for file in profile.functions.file]
    group = np.array(
        [keys.setdefault((function_name(profile, n), files[n]), len(keys)) for n in functions]
    )[profile.function_of_node]
    outermost = profile.tree.outermost(group)
    figures = np.zeros((len(keys), 2), np.int64)
    np.add.at(figures[:, 0], group, own)
    np.add.at(figures[:, 1], group[outermost], total[outermost])
    return {key: tuple(figures[n].tolist()) for key, n in keys.items() if figures[n].any()}


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: " ".join(case["options"]))
def test_figures_are_those_of_pprof(case):
    options = [option.partition("=") for option in case["options"]]
    steps = [Step(name.replace("_", "-"), pattern) for name, _, pattern in options]
    found = flat_and_cum(apply(sample(), steps))
    assert sum(flat for flat, _ in found.values()) == case["total"]
    assert len(found) == case["functions"]
    rows = {(name, file): (flat, cum) for name, file, flat, cum in case["rows"]}
    assert {key: found.get(key) for key in rows} == rows
