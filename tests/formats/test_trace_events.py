"""The container of traces: whatever its layout, and wherever it is cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profkit.errors import FormatError
from profkit.formats.traceevents import TraceEvents, begins_like_a_trace
from profkit.formats.traceowners import TraceEvent
from profkit.profile import Action, LedgerBook

TRAPS = ['},{"args":{}', '"traceEvents":[{', "}]", "\\", '"', "{", "[", "],", "\n", "ä€", ""]


class Pieces:
    """A source that comes a few bytes at a time."""

    name = "a.json"

    def __init__(self, data, size):
        self.data, self.size = data, size

    def chunks(self, *, end):
        assert end is None
        for start in range(0, len(self.data), self.size):
            yield self.data[start : start + self.size]


def read(data, size=7):
    """Return the names and arguments of all events, and the ledger."""
    ledger = LedgerBook()
    trace = TraceEvents(Pieces(data, size), TraceEvent, ledger)
    found, expected = [], 0
    for first, batch in trace.batches():
        assert first == expected
        expected += len(batch)
        found += [(event.name, json.loads(bytes(event.args))) for event in batch]
    return found, ledger.close(), trace


texts = st.one_of(st.sampled_from(TRAPS), st.text(max_size=4))
values = st.recursive(
    st.one_of(st.integers(-9, 9), texts, st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
events = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {"name": texts, "args": values}, optional={"ph": texts, "cat": values}
        ),
        st.randoms(use_true_random=False),
    ),
    max_size=6,
)
layouts = st.sampled_from(
    [{"separators": (",", ":")}, {}, {"indent": 1}, {"indent": "\t"}, {"ensure_ascii": False}]
)


def shuffled(event, random):
    keys = list(event)
    random.shuffle(keys)
    return {key: event[key] for key in keys}


@settings(deadline=None, max_examples=200)
@given(events, layouts, values, st.sampled_from(["array", "before", "after"]), st.integers(1, 60))
def test_events_are_found_in_any_layout(drawn, layout, metadata, form, size):
    listed = [shuffled(event, random) for event, random in drawn]
    document = {
        "array": listed,
        "before": {"metadata": metadata, "traceEvents": listed},
        "after": {"other": metadata, "traceEvents": listed, "metadata": metadata},
    }[form]
    found, ledger, trace = read(json.dumps(document, **layout).encode(), size)
    assert found == [(event["name"], event["args"]) for event in listed]
    assert ledger.count(Action.READ, "events") == len(listed)
    assert not ledger.losses
    if form != "array":
        assert json.loads(bytes(trace.metadata)) == metadata


def whole_events(text):
    """Return how many events of an array of text are whole, and whether a part of one follows."""
    decoder, place, count = json.JSONDecoder(), text.index("[") + 1, 0
    while rest := text[place:].lstrip(" ,\n"):
        place = len(text) - len(rest)
        if rest[0] == "]":
            return count, False
        try:
            _, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            return count, True
        count += 1
    return count, False


@pytest.mark.parametrize("beginning", ["[", '{"traceEvents": ['])
@pytest.mark.parametrize("size", [3, 1000])
def test_a_file_that_is_cut_anywhere_gives_the_events_that_are_whole(beginning, size):
    listed = [
        {"args": {"a": [1, {"b": trap}]}, "name": trap, "ph": "X"} for trap in [*TRAPS, "end"]
    ]
    text = beginning + ",\n".join(map(json.dumps, listed)) + "]"
    for end in range(len(beginning), len(text)):
        found, ledger, _ = read(text[:end].encode(), size)
        count, is_part = whole_events(text[:end])
        assert len(found) == count
        assert ledger.count(Action.DROPPED, "events") == is_part
        assert ledger.count(Action.READ, "events") == count + is_part
        assert ledger.count(Action.REPAIRED, "files") == (not is_part)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("[", 1),
        ('[{"name":"a","args":1},', 1),
        ('[{"name":"a","args":1},\n]', 0),
        ('{"traceEvents":[{"name":"a","args":1},]}', 0),
        ('{"traceEvents":[{"name":"a","args":1}]', 1),
        ('{"traceEvents":[{"name":"a","args":1}],"metadata":{"a":"}"', 1),
        ('\ufeff [{"name":"a","args":1}]\n', 0),
    ],
)
def test_commas_and_brackets_too_many_or_too_few(text, lost):
    found, ledger, _ = read(text.encode())
    assert found == [("a", 1)] * text.count("args")
    assert ledger.count(Action.REPAIRED, "files") == lost
    assert ledger.count(Action.DROPPED) == 0


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", "byte 0: input data was truncated"),
        ("17", "$: expected `object`, got `int`"),
        ("{}", "$: object missing required field `traceEvents`"),
        ('{"traceEvents": 7}', "$.traceEvents: expected `array`, got `int`"),
        ('{"trace', "byte 7: input data was truncated"),
        ("[1]", "$[0]: expected `object`, got `int`"),
        ('[{"args":1},{"args":2}, 7]', "$[2]: expected `object`, got `int`"),
        (
            '{"traceEvents": [{}, {"a": 1 "b": 2}]}',
            "byte 29: JSON is malformed: expected ',' or '}'",
        ),
        ('[{"a":1}, {"a":NaN}, {"a":2}]', "byte 15: JSON is malformed: invalid character"),
        ('[{"a":1}] {"a":2}', "something follows the array of events"),
        ('{"traceEvents":[{}], nonsense}', "$: what follows the events is no JSON"),
        ("[" + '{"a":[' * 5000 + "]}" * 5000 + "]", "$: is nested too deeply"),
    ],
)
def test_what_is_no_trace_is_refused_with_the_place(text, refused):
    for size in (2, 10**6):
        with pytest.raises(FormatError) as caught:
            read(text.encode(), size)
        assert str(caught.value) == f"a.json: {refused}"


def test_names_may_be_written_with_escapes():
    found, _, _ = read(b'{"trac\\u0065Events": [{"name": "\\u0050rofile", "args": null}]}')
    assert found == [("Profile", None)]


def test_an_event_longer_than_many_pieces_is_read():
    listed = [{"args": [{"args": n} for n in range(3000)], "name": "a"}, {"args": 0, "name": "b"}]
    found, _, _ = read(json.dumps(listed).encode(), 500)
    assert [name for name, _ in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        (b'[{"ph":"X"', True),
        (b'\xef\xbb\xbf [\n{"args":{"a":[{"b":1}]},"ph"', None),
        (b'\xef\xbb\xbf [\n{"args":{"a":[{"b":1}]},"ph":', True),
        (b'{"metadata":{"dataOrigin":"TraceEvents"},', True),
        (b'{"displayTimeUnit":"ms","traceEvents":[', None),
        (b'[{"pid":1', None),
        (b'[{"id":1,"name":"a"}]', False),
        (b"[1,2]", False),
        (b'{"nodes":[]}', False),
        (b"", False),
    ],
)
def test_a_trace_is_told_by_its_first_keys(head, verdict):
    assert begins_like_a_trace(head) is verdict
