"""Events of V8 logs, and how versions of V8 write them.

An event is the fields of a line of today's V8, with names as they are: what the plain processor in
``v8_oracle`` takes. ``TIME`` stands for a tick's time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from profkit.profile import Profile

CODE, HEAP, LIBRARY, LIBRARY_END = 0x10000, 0x900000, 0x400000, 0x402100
FAR = ("0x20000000000001", "0xfffffffffffffff8", "0x1fffffffffffffff8")


@dataclass(frozen=True)
class Writer:
    """Writes events as a version of V8 does."""

    node: int
    version: str
    name: Callable[[str], str]
    has_times: bool = True

    def line(self, event: tuple[str, ...]) -> str:
        kind, *fields = event
        if kind == "code-creation":
            fields[5] = self.name(fields[5])
            if not self.has_times:
                del fields[2]
        elif kind == "shared-library":
            fields[0] = self.name(fields[0])
        return ",".join([kind, *fields])

    def log(self, events: Iterable[tuple[str, ...]]) -> str:
        lines = [f"v8-version,{self.version}", *map(self.line, events)]
        return "".join(f"{line}\n" for line in lines)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def bare(name: str) -> str:
    return name.replace(",", r"\x2C")


def escaped(name: str) -> str:
    return name.replace("\\", r"\\").replace(",", r"\x2C")


WRITERS = [
    Writer(6, "5,1,281,108,0", quoted, has_times=False),
    Writer(8, "6,1,534,46,0", quoted),
    Writer(10, "6,8,275,32,-node.59,0", bare),
    Writer(12, "7,8,279,23,-node.57,0", escaped),
]


def addresses(near: int) -> st.SearchStrategy[str]:
    return st.integers(0, 40).map(lambda step: hex(near + step * 8))


def event(*fields: str | st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.tuples(*(st.just(field) if isinstance(field, str) else field for field in fields))


names = st.sampled_from(
    ["f /srv/a.js:1:2", "g /srv/b.js:3:4", " /srv/a.js:1:1", "", "h", r'a,"b" C:\s.js:1:1']
)
sizes = st.integers(1, 12).map(lambda step: str(step * 8))
code_places = st.one_of(
    addresses(CODE), addresses(CODE), addresses(LIBRARY - 0xA0), addresses(LIBRARY_END - 0xA0)
)
function_places = st.one_of(addresses(HEAP), addresses(HEAP), addresses(CODE))
places = st.one_of(code_places, code_places, st.sampled_from(["0x0", "0x7", *FAR]))
creations = event(
    "code-creation",
    st.sampled_from(["LazyCompile", "Function", "JS"]),
    "9",
    "1",
    code_places,
    sizes,
    names,
    function_places,
    st.sampled_from(["", "~", "^", "+", "*"]),
)
plain = event(
    "code-creation",
    st.sampled_from(["Builtin", "RegExp", "Stub", "BytecodeHandler"]),
    "2",
    "1",
    code_places,
    sizes,
    st.sampled_from(["x", r"\d{1,2}\b"]),
)
moves = event("code-move", code_places, code_places)
function_moves = event("sfi-move", function_places, addresses(HEAP + 0x1000))
deletions = event("code-delete", code_places)
noise = st.sampled_from(
    [
        ("current-time", "5"),
        ("code-deopt", "1", "64", hex(CODE), "0", "9", '"soft"', '"<a.js:1:1>"', '"a, b"'),
        ("code-disable-optimization", '"f"', '"TryCatchStatement"'),
        ("code-source-info", hex(CODE), "3", "0", "9", "C0O0C8O5", "", ""),
        ("script-source", "3", "/srv/a.js", r"tick\x2C0x1\x2C5\n"),
        ("scavenge", "begin", "5"),
        ("new", "MemoryChunk", hex(CODE), "262144"),
        ("delete", "MemoryChunk", hex(CODE)),
    ]
)
offsets = st.builds("{}{}".format, st.sampled_from("+-"), st.integers(0, 300).map(hex))
ticks = st.builds(
    lambda pc, external, tos, state, stack: (
        ("tick", pc, "TIME", str(external), tos, str(state), *stack)
    ),
    places,
    st.integers(0, 1),
    places,
    st.integers(0, 9),
    st.lists(st.one_of(places, places, offsets, st.just("overflow")), max_size=6),
)
steps = st.one_of(
    creations, plain, moves, function_moves, deletions, noise, ticks, ticks, ticks, ticks
)
logs = st.lists(steps, max_size=60)
library = ("shared-library", "/lib/a.so", hex(LIBRARY), hex(LIBRARY_END), "0")


def stacks(profile: Profile) -> Iterator[tuple[list[str], int, int]]:
    """Return each tick's labels from the leaf to the root, with its time and state."""
    samples = profile.threads[0].samples
    assert samples.time is not None
    assert samples.state is not None
    for node, time, state in zip(samples.node, samples.time, samples.state, strict=True):
        labels = []
        place = int(node)
        while place >= 0:
            labels.append(profile.text(int(profile.frames.tag[profile.tree.frame[place]])))
            place = int(profile.tree.parent[place])
        yield labels, int(time), int(state)
