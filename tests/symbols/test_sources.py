"""A source map meets a profile of its bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from profkit.errors import UsageError
from profkit.formats import ReadOptions
from profkit.loading import load
from profkit.profile import Action
from profkit.symbols.sources import source_labels
from profkit.views.ranking import RankingOptions, function_name, group_name, rank

SAMPLES = Path(__file__).parents[2] / "samples/node/22.23.3"
LOG, MAP = SAMPLES / "bundle.v8.log.gz", str(SAMPLES / "bundle.js.map.gz")


def functions(profile):
    ranking = rank(profile, RankingOptions(limit=None))
    return {
        function_name(profile, n): (
            profile.text(int(profile.functions.file[n])),
            int(profile.functions.line[n]),
        )
        for n in ranking.group.tolist()
    }


def test_functions_of_a_bundle_have_their_names_and_places() -> None:
    bundle = functions(load(LOG))
    source = functions(load(LOG, options=ReadOptions(source_maps=(MAP,))))
    assert "countWords" not in bundle
    assert source["countWords"] == ("/srv/bundle/src/words.ts", 2)
    assert source["ranked"] == ("/srv/bundle/src/main.ts", 4)
    assert source["arrayMap"] == ("/srv/bundle/node_modules/lodash-es/_arrayMap.js", 10)
    assert not [place for place in source.values() if place[0].endswith("bundle.js")]


def test_their_packages_are_those_of_the_source() -> None:
    profile = load(LOG, options=ReadOptions(source_maps=(MAP,)))
    ranking = rank(profile, RankingOptions("package", "charged", limit=None))
    names = [group_name(profile, "package", group) for group in ranking.group.tolist()]
    assert names[:2] == ["(app)", "lodash-es"]


LINES = """\
v8-version,12,4,254,21,-node.35,0
script-source,7,/srv/bundle.js,one()\\n;two();\\nsix()
code-creation,JS,11,12,0x2400,64,f /srv/bundle.js:1:2,0x9000,*
code-source-info,0x2400,7,0,20,C0O0C16O8C32O14,,
tick,0x2400,1000,0,0x0,0
tick,0x2410,2000,0,0x0,0
tick,0x2420,3000,0,0x0,0
"""


def test_lines_are_those_of_the_source(tmp_path) -> None:
    (tmp_path / "a.log").write_text(LINES)
    # Line 1 is a.ts:5, line 2 b.ts:1, and line 3 is nothing.
    path = written(tmp_path / "bundle.js.map", mappings="AAIA;ACJA", sources=["a.ts", "b.ts"])
    profile = load(tmp_path / "a.log", options=ReadOptions(source_maps=(path,), lines=True))
    ranking = rank(profile, RankingOptions("line", limit=None))
    lines = [group_name(profile, "line", group) for group in ranking.group.tolist()]
    assert sorted(zip(lines, ranking.self_values.tolist(), strict=True)) == [
        ("(js)", 2),
        ("/srv/a.ts:5", 1),
    ]


def test_values_and_counts_stay() -> None:
    profile = load(LOG, options=ReadOptions(source_maps=(MAP,)))
    assert profile.sample_count == load(LOG).sample_count
    counts = {
        action: profile.ledger.count(action, "functions")
        for action in (Action.READ, Action.USED, Action.SKIPPED)
    }
    assert counts[Action.READ] == counts[Action.USED] + counts[Action.SKIPPED]
    assert counts[Action.USED] > 20


def written(path, **members):
    path.write_text(json.dumps({"version": 3, "sources": ["a.ts"], "names": [], **members}))
    return str(path)


def test_what_has_no_mapping_stays_and_is_counted(tmp_path) -> None:
    path = written(tmp_path / "bundle.js.map", mappings=";AAAA")
    profile = load(LOG, options=ReadOptions(source_maps=(path,)))
    assert functions(profile) == functions(load(LOG))
    assert profile.ledger.count(Action.USED, "functions") == 0
    assert profile.ledger.count(Action.SKIPPED, "functions") > 0


def test_functions_that_become_one_are_merged(tmp_path) -> None:
    path = written(tmp_path / "any.map", file="bundle.js", mappings="AAAA")
    before, profile = load(LOG), load(LOG, options=ReadOptions(source_maps=(path,)))
    assert [name for name, place in named(before) if "bundle.js" in place].count("(anonymous)") > 1
    assert named(profile).count(("(anonymous)", "/srv/bundle/dist/a.ts")) == 1
    assert profile.sample_count == before.sample_count


def named(profile):
    table = profile.functions
    return [
        (profile.text(name), profile.text(file))
        for name, file in zip(table.name.tolist(), table.file.tolist(), strict=True)
    ]


def test_a_map_for_another_file_is_refused(tmp_path) -> None:
    path = written(tmp_path / "other.js.map", mappings="AAAA", file="dist/main.js")
    with pytest.raises(
        UsageError, match=r"other\.js\.map is a source map for main\.js or other\.js, and no "
    ):
        load(LOG, options=ReadOptions(source_maps=(path,)))


def test_labels_are_prefixed_as_by_v8(tmp_path) -> None:
    labelled = source_labels(written(tmp_path / "a.map", mappings=";CAAE,E;"))
    place = "a.ts:1:3 -> "
    assert labelled("JS: *f /srv/a.js:2:2") == f"{place}JS: *f /srv/a.js:2:2"
    assert labelled("f :2:3") == f"{place}f :2:3"
    # Before the first mapping, in what has no source, and without a place.
    for label in ("f :2:1", "f :9:9", "f", "f :1:99999999999"):
        assert labelled(label) == label
