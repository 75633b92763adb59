"""What other tools' own code makes of converted samples is what profkit says of the originals.

The golden files are written by ``benchmarks/agree``, which runs those tools.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from written import READERS, by_name, text_of, threads_of

from profkit.loading import load
from profkit.transforms.threads import keep_threads

SAMPLES = Path(__file__).parents[2] / "samples"
GOLDEN = Path(__file__).parents[1] / "golden" / "converted"
PY_WEB = "py-spy/0.4.3/py-web-logger.speedscope.json.gz"
BUNDLE = "node/22.23.3/bundle.v8.log.gz"
# The golden file, the sample and its thread, the format, and the tool's unit in that of the value.
CASES = [
    ("py-web.speedscope", PY_WEB, (), "speedscope", 1),
    ("py-web.devtools", PY_WEB, (), "chrome_trace", 1000),
    ("py-web.pprof", PY_WEB, (), "pprof", 1),
    ("py-web.firefox", PY_WEB, (), "firefox", 10**6),
    ("py-web-thread.devtools", PY_WEB, ("2",), "cpuprofile", 1000),
    ("py-web-thread.cpupro", PY_WEB, ("2",), "cpuprofile", 1000),
    ("bundle.speedscope", BUNDLE, (), "speedscope", 1),
    ("bundle.pprof", BUNDLE, (), "pprof", 1),
    ("bundle.firefox", BUNDLE, (), "firefox", 1),
]


def figures_of(threads, merged):
    if merged:
        threads = [("", [sample for _, samples in threads for sample in samples])]
    return [by_name(samples) for _, samples in threads]


@pytest.mark.parametrize(
    ("golden", "sample", "thread", "target", "unit"), CASES, ids=[case[0] for case in CASES]
)
def test_a_tool_agrees_to_the_last_unit(golden, sample, thread, target, unit) -> None:
    by_thread = json.loads((GOLDEN / f"{golden}.json").read_text(encoding="utf-8"))
    profile = keep_threads(load(SAMPLES / sample), thread)
    merged = target == "pprof"
    own = figures_of(threads_of(profile), merged)
    written = figures_of(READERS[target](text_of(profile, target)), merged)
    assert own == written
    assert len(by_thread) == len(own)
    for found, ours in zip(by_thread.values(), own, strict=True):
        # A name that has no self and no total in the tool's list is not one of the profile.
        for name, (self_value, total) in found.items():
            if total is None:
                assert ours[name][0] == self_value * unit
            elif self_value or total:
                assert ours[name] == [self_value * unit, total * unit], name
        assert {name for name, (_, total) in ours.items() if total} <= set(found)
