"""The Firefox Profiler's processed profile, written.

Source: ``docs-developer/CHANGELOG-formats.md`` and ``src/types/profile.ts`` of
https://github.com/firefox-devtools/profiler. The version written is the first in which threads
share their tables; the profiler brings older versions up to its own, and refuses newer ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit._version import __version__
from profkit.formats.decimals import UNITS
from profkit.formats.firefox.categories import CATEGORIES, category_of, subcategory_of
from profkit.formats.firefox.tables import Resources, columns, fixed, numbers, optional
from profkit.formats.interning import Numbered
from profkit.formats.writing.contents import shown_type, source_names
from profkit.formats.writing.jsonpieces import array, joined, string
from profkit.formats.writing.owners import numbered_threads
from profkit.formats.writing.timeline import lay_out
from profkit.profile import ABSENT, NANOSECONDS, Kind, function_name, thread_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.profile import Profile, Thread

__all__ = ["write"]

_VERSION = 60
_GECKO_VERSION = 32
_PER_MILLISECOND = 10**6
_WEIGHTS = {NANOSECONDS: "tracing-ms", "bytes": "bytes"}
_PARTS = {NANOSECONDS: _PER_MILLISECOND, **{unit: 10**n for n, unit in UNITS.items() if n}}
"""How many of a unit one of the file's is."""


def write(profile: Profile, value_type: int | None) -> Iterator[bytes]:
    """Yield the file in pieces; without ``value_type`` it has the first time, or else value."""
    strings = Numbered[str]()
    resources = Resources(profile, strings)
    yield b'{"meta":' + _meta(profile).encode()
    yield b',"libs":'
    yield from joined(_libraries(profile))
    yield b',"pages":[],"threads":['
    mains: dict[int, int] = {}
    for number, (thread, process, own) in enumerate(numbered_threads(profile)):
        yield b"," if number else b""
        main = mains.setdefault(process, own)
        yield from _thread(profile, thread, process, own, value_type, is_main=own == main)
    yield b'],"shared":{"stackTable":'
    yield from _stack_table(profile)
    yield b',"frameTable":'
    yield from _frame_table(profile)
    yield b',"funcTable":'
    yield from _func_table(profile, strings, resources)
    yield b',"resourceTable":'
    yield from resources.table()
    yield b',"nativeSymbols":{"libIndex":[],"address":[],"name":[],"functionSize":[],"length":0}'
    yield b',"sources":'
    yield from resources.sources()
    yield b',"stringArray":'
    yield from joined(map(string, strings))
    yield b"}}\n"


def _meta(profile: Profile) -> str:
    meta = profile.meta
    interval = (meta.interval or _PER_MILLISECOND) / _PER_MILLISECOND
    product = string(source_names(profile) or "profkit")
    return (
        f'{{"interval":{interval},"startTime":0,"processType":0,"product":{product},'
        f'"importedFrom":"profkit {__version__}","stackwalk":0,"debug":false,'
        f'"version":{_GECKO_VERSION},"preprocessedProfileVersion":{_VERSION},"symbolicated":true,'
        f'"usesOnlyOneStackType":true,"sourceCodeIsNotOnSearchfox":true,'
        f'"categories":{CATEGORIES},"markerSchema":[]}}'
    )


def _libraries(profile: Profile) -> Iterator[str]:
    for library in profile.libraries:
        path, name = string(library.path), string(library.path.rpartition("/")[2])
        yield (
            f'{{"arch":"","name":{name},"path":{path},"debugName":{name},"debugPath":{path},'
            '"breakpadId":"","codeId":null}'
        )


def _thread(
    profile: Profile,
    thread: Thread,
    process: int,
    own: int,
    value_type: int | None,
    *,
    is_main: bool,
) -> Iterator[bytes]:
    number = shown_type(profile, value_type)
    unit = profile.value_types[number].unit
    samples = thread.samples
    time = lay_out(profile, thread, value_type).begin if samples.time is None else samples.time
    weight = samples.values[:, number]
    name, process_name = string(thread_name(thread)), string(thread.process_name)
    yield (
        f'{{"processType":"default","processName":{process_name},"processStartupTime":0,'
        f'"processShutdownTime":null,"registerTime":0,"unregisterTime":null,"pausedRanges":[],'
        f'"name":{name},"isMainThread":{str(is_main).lower()},'
        f'"pid":"{process}","tid":{own},"showMarkersInTimeline":false,"markers":{_NO_MARKERS},'
        f'"samples":{{"length":{len(samples)},"weightType":"{_WEIGHTS.get(unit, "samples")}"'
    ).encode()
    yield b',"stack":'
    yield from array(samples.node)
    yield b',"time":'
    yield from array(time / _PER_MILLISECOND)
    yield b',"weight":'
    yield from array(weight / _PARTS[unit] if unit in _PARTS else weight)
    yield b"}}"


_NO_MARKERS = (
    '{"data":[],"name":[],"startTime":[],"endTime":[],"phase":[],"category":[],"length":0}'
)


def _stack_table(profile: Profile) -> Iterator[bytes]:
    tree = profile.tree
    return columns(len(tree), frame=array(tree.frame), prefix=optional(tree.parent))


def _frame_table(profile: Profile) -> Iterator[bytes]:
    frames = profile.frames
    count = len(frames)
    kind = profile.functions.kind[frames.function]
    bias = np.array([library.bias for library in profile.libraries] + [0], np.int64)
    address = np.where(
        (frames.address >= 0) & (frames.library >= 0),
        np.maximum(frames.address - bias[frames.library], 0),
        ABSENT,
    )
    return columns(
        count,
        address=array(address),
        inlineDepth=fixed("0", count),
        category=array(category_of(kind)),
        subcategory=array(subcategory_of(kind, frames.tier)),
        func=array(frames.function),
        nativeSymbol=fixed("null", count),
        innerWindowID=fixed("0", count),
        line=optional(frames.line),
        column=optional(frames.column),
    )


def _func_table(profile: Profile, strings: Numbered[str], resources: Resources) -> Iterator[bytes]:
    functions = profile.functions
    count = len(functions)
    names = [strings[function_name(profile, number)] for number in range(count)]
    is_js = functions.kind == Kind.JS
    return columns(
        count,
        name=numbers(names),
        isJS=joined("true" if each else "false" for each in is_js.tolist()),
        relevantForJS=fixed("false", count),
        resource=array(resources.of_function),
        source=optional(resources.source_of_function),
        lineNumber=optional(functions.line),
        columnNumber=optional(functions.column),
    )
