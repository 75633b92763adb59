"""Functions of real bundles have the names that their source gives them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from profkit.formats import ReadOptions
from profkit.loading import load
from profkit.symbols.original_names import name_in_source, namer
from profkit.symbols.sourcemap import read_source_map

SAMPLES = Path(__file__).parents[2] / "samples/node/22.23.3"
BUNDLERS = ("esbuild", "webpack", "vite")
bundlers = pytest.mark.parametrize("bundler", BUNDLERS)
COMPILED = re.compile(
    rb"code-creation,[^,]*,\d+,\d+,0x\w+,\d+,(.*?) ?file:///srv/shapes/dist/[\w.-]+:(\d+):(\d+),0x"
)


def compiled(bundler):
    """Return the functions of a log: V8's name of each, and line and column in the bundle."""
    log = gzip.decompress((SAMPLES / f"shapes-{bundler}.v8.log.gz").read_bytes())
    return {
        (name.decode(), int(line), int(column))
        for name, line, column in COMPILED.findall(log)
        if (line, column) != (b"1", b"1")
    }


@bundlers
def test_every_function_of_the_source_has_its_name(bundler):
    found = read_source_map(str(SAMPLES / f"shapes-{bundler}.js.map.gz"))
    name_of = namer(found)
    right = 0
    for name, line, column in compiled(bundler):
        row = int(found.find(np.array([line]), np.array([column]))[0])
        if row < 0:
            continue
        source = found.contents[found.source[row]].split("\n")[found.line[row]]
        told = re.search(r"// (\S+)$", source)
        if told:
            answer = name_of(name, line, column, row) or name or "(anonymous)"
            assert answer.removeprefix("get ").rpartition(".")[2] == told[1], source
            right += 1
    assert right > 25


@bundlers
def test_without_its_source_a_map_names_nothing_wrongly(bundler):
    found = read_source_map(str(SAMPLES / f"shapes-{bundler}.js.map.gz"))
    vars(found)["contents"] = (None,) * len(found.sources)
    name_of = namer(found)
    names = {}
    for name, line, column in compiled(bundler):
        row = int(found.find(np.array([line]), np.array([column]))[0])
        if row >= 0 and (answer := name_of(name, line, column, row)):
            names[name] = answer
    # The names of parameters, which stand where V8 says that an arrow function begins, are none.
    assert not {"first", "second", "third", "value", "entry", "by", "item"} & set(names.values())
    if bundler != "webpack":  # which writes names for hardly anything
        assert {"declared", "arrow", "expression", "asyncArrow", "generator"} <= set(names.values())


@bundlers
def test_a_profile_has_them_too(bundler):
    path = str(SAMPLES / f"shapes-{bundler}.js.map.gz")
    profile = load(
        SAMPLES / f"shapes-{bundler}.v8.log.gz", options=ReadOptions(source_maps=(path,))
    )
    table = profile.functions
    names = {
        profile.text(name)
        for name, file in zip(table.name.tolist(), table.file.tolist(), strict=True)
        if profile.text(file).endswith("src/shapes.ts")
    }
    assert {"nesting", "method", "make"} <= names


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("function |twice(n) {}", "twice"),
        ("|function twice(n) {}", "twice"),
        ("export default async function |twice(n) {}", "twice"),
        ("export |default function (n) {}", "default"),
        ("export default |(n) => n", "default"),
        ("const twice = |(n) => n", "twice"),
        ("const twice = (|n) => n", "twice"),
        ("const twice = |n => n", "twice"),
        ("const twice: (n: number) => number = |(n) => n", "twice"),
        ("const twice = async <T,>(|n: T): Promise<T> => n", "twice"),
        ("let once = 1; const twice = |function (n) {}", "twice"),
        ("twice ??= |(n) => n", "twice"),
        ("const kept = |function twice(n) {}", "twice"),
        ("table = { twice: |(n) => n }", "twice"),
        ("table = { 'twice it': |(n) => n }", "twice it"),
        ("table = { a: 1, // one\n  twice: |function (n) {} }", "twice"),
        ("table = { |twice(n) { } }", "twice"),
        ("table = { twice(|n) { } }", "twice"),
        ("class Number { static async |twice(n) { } }", "twice"),
        ("class Number { |#twice(n: number): number { } }", "#twice"),
        ("class Number { |constructor(n) { } }", "Number"),
        (
            "class Number extends Real<T> { size = 1; /* a class of */ |constructor(n) { } }",
            "Number",
        ),
        ("const Number = class { |constructor(n) { } }", "Number"),
        ("use(class { |constructor(n) { } })", ""),
        ("{ |constructor(n) { } }", ""),
        ("class Number |{ size = 1 }", "Number"),
        ("export |class Number extends Real { }", "Number"),
        ("const Number = |class extends Real { }", "Number"),
        ("this.twice = |(n) => n", "twice"),
        ("Number.prototype.twice = |function (n) { }", "twice"),
        # no names
        ("list.map(|(n) => n)", ""),
        ("list.map((|n) => n)", ""),
        ("list.map(|n => n)", ""),
        ("list.map(|function (n) { })", ""),
        ("ready ? one : |n => n", ""),
        ("|twice(n);", ""),
        ("twice(|n);", ""),
        ("if (|n) { }", ""),
        ("|while (n) { }", ""),
        ("const |one = 1", ""),
        ("const twice = (|", ""),
        ("|", ""),
    ],
)
def test_a_name_is_read_in_the_source(source, name):
    at = source.index("|")
    assert name_in_source(source.replace("|", "", 1), at) == name


def test_a_name_may_come_with_its_owner():
    source = "Number.prototype.twice = function (n) { }"
    assert name_in_source(source, source.index("function"), dotted=True) == "Number.twice"
