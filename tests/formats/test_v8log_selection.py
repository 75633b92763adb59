"""Selecting ticks of a V8 log: as if the others were not in it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from v8_events import WRITERS, library, stacks, steps

from profkit.errors import FormatError
from profkit.formats import ReadOptions, TickSelection
from profkit.formats.v8log import read
from profkit.formats.v8log.states import states_of
from profkit.profile import Action, validate
from profkit.source import Source

marks = st.sampled_from(
    [("current-time", "5"), ("timer-event-start", "a"), ("timer-event-end", "a")]
)
limits = st.none() | st.integers(0, 20)
distortions = st.sampled_from([0, 0, 1, 333, 70_000])
selections = st.one_of(
    st.builds(TickSelection, state=st.sampled_from(["js", "gc", "compiler"])),
    st.builds(TickSelection, not_idle=st.just(True)),
    st.builds(TickSelection, start=limits, end=limits, distortion=distortions),
    st.builds(TickSelection, timed=st.booleans(), pairwise=st.booleans()),
    st.builds(
        TickSelection,
        state=st.sampled_from(["", "js"]),
        not_idle=st.booleans(),
        start=limits,
        distortion=distortions,
        timed=st.booleans(),
        pairwise=st.booleans(),
    ),
)


def load(text, selection=None):
    options = ReadOptions(symbols=False, ticks=selection or TickSelection())
    return validate(read(Source("a.log", io.BytesIO(text.encode())), options))


def is_timed(clock, n, selection):
    """Tell whether the line ``n`` stands between lines of the clock."""
    if not selection.timed and not selection.pairwise:
        return True
    before = sum(at < n for at in clock)
    return 0 < before < len(clock) and (before % 2 == 1 or not selection.pairwise)


def is_wanted(time, state, selection):
    if selection.start is not None and time < selection.start * 1000:
        return False
    if selection.end is not None and time > selection.end * 1000:
        return False
    if selection.not_idle:
        return state != "idle"
    return selection.state in {"", state}


def selected(lines, states, selection):
    """Follow the lines as V8's tool does; yield those that are left."""
    clock = [n for n, line in enumerate(lines) if line.startswith("current-time")]
    took = 0.0
    for n, line in enumerate(lines):
        kind, *fields = line.split(",")
        if kind == "tick" and not is_timed(clock, n, selection):
            continue
        if kind == "tick" or kind.startswith("timer-event"):
            took += selection.distortion / 1000
        if kind != "tick" or is_wanted(int(fields[1]) - took, states[int(fields[4])], selection):
            yield line


@given(
    st.sampled_from(WRITERS),
    st.lists(steps, min_size=15, max_size=60),
    st.lists(marks, max_size=6),
    selections,
    st.randoms(),
)
def test_a_selection_is_the_log_without_the_other_ticks(writer, events, more, selection, random):
    for mark in more:
        events.insert(random.randint(0, len(events)), mark)
    events = [library, *events]
    states = states_of(writer.version)
    time = 0
    for n, event in enumerate(events):
        if event[0] == "tick":
            time += 997
            state = str(int(event[5]) % len(states))
            events[n] = (*event[:2], str(time), *event[3:5], state, *event[6:])
    text = writer.log(events)
    lines = text.splitlines()
    rest = "\n".join(selected(lines, states, selection)) + "\n"
    wanted, profile = load(rest), load(text, selection)
    assert list(stacks(profile)) == list(stacks(wanted))
    assert (len(profile.tree), profile.strings) == (len(wanted.tree), wanted.strings)
    ticks = sum(line.startswith("tick,") for line in lines)
    ledger = profile.ledger
    skipped = ledger.count(Action.SKIPPED, "ticks")
    assert skipped == ticks - sum(line.startswith("tick,") for line in rest.splitlines())
    used = ledger.count(Action.USED, "ticks") + ledger.count(Action.REPAIRED, "ticks")
    assert ledger.count(Action.READ, "ticks") == ticks == used + skipped
    assert ledger.count(Action.READ, "lines") == len(lines)


def test_a_state_that_a_version_does_not_have_is_refused():
    log = "v8-version,5,1,281,108,0\ntick,0x10,1,0,0x0,0\n"
    with pytest.raises(FormatError, match=r"^a\.log: V8 5\.1\.281\.108 has no state 'parser', "):
        load(log, TickSelection(state="parser"))
