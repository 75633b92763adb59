"""What written files say, read as anyone would who has only the format's description at hand.

Each reader returns ``[(thread, [(stack, value), …]), …]``: a stack is the names of its functions
from root to leaf.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from profkit.formats.targets import find_target
from profkit.profile import function_name

__all__ = ["READERS", "by_name", "decode_message", "sums", "text_of", "threads_of"]


def text_of(profile, target, value_type=None):
    """Write a profile and return the bytes, before they are compressed."""
    return b"".join(find_target(target).writer.write(profile, value_type))


def threads_of(profile, value_type=0):
    """Return what a profile itself says, in the same form."""
    parent, function = profile.tree.parent.tolist(), profile.function_of_node.tolist()
    names = [function_name(profile, number) for number in range(len(profile.functions))]

    def stack(node):
        below = ()
        while node >= 0:
            below = (names[function[node]], *below)
            node = parent[node]
        return below

    return [
        (
            thread.name,
            [
                (stack(node), value)
                for node, value in zip(
                    thread.samples.node.tolist(),
                    thread.samples.values[:, value_type].tolist(),
                    strict=True,
                )
            ],
        )
        for thread in profile.threads
        if len(thread.samples)
    ]


def sums(samples):
    """Sum values by stack, without those that are 0."""
    found = Counter()
    for stack, value in samples:
        found[stack] += value
    return {stack: value for stack, value in found.items() if value}


def by_name(samples):
    """Return self and total by function name."""
    figures = defaultdict(lambda: [0, 0])
    for stack, value in samples:
        figures[stack[-1]][0] += value
        for name in set(stack):
            figures[name][1] += value
    return dict(figures)


def read_folded(data):
    threads = defaultdict(list)
    for line in data.decode().splitlines():
        stack, _, count = line.rpartition(" ")
        labels = stack.split(";")
        owner = []
        while labels[0].startswith(("process ", "thread (")):
            owner.append(labels.pop(0))
        names = tuple(label.split(" ", 1)[0] if ":" in label else label for label in labels)
        threads[tuple(owner)].append((names, int(count)))
    return list(threads.items())


def read_speedscope(data):
    file = json.loads(data)
    names = [frame["name"] for frame in file["shared"]["frames"]]
    return [
        (
            profile["name"],
            [
                (tuple(names[frame] for frame in stack), weight)
                for stack, weight in zip(profile["samples"], profile["weights"], strict=True)
                if stack
            ],
        )
        for profile in file["profiles"]
    ]


def read_cpuprofile(data):
    """Read the times: in nanoseconds, so that they are comparable."""
    file = json.loads(data)
    return [("", _v8_samples(file, file["timeDeltas"]))]


def _v8_samples(file, deltas):
    parents = {child: node["id"] for node in file["nodes"] for child in node.get("children", ())}
    parents |= {node["id"]: node["parent"] for node in file["nodes"] if "parent" in node}
    names = {node["id"]: node["callFrame"]["functionName"] for node in file["nodes"]}

    def stack(node):
        names_below = ()
        while node != 1:
            names_below = (names[node] or "(anonymous)", *names_below)
            node = parents[node]
        return names_below

    last = file["endTime"] - file["startTime"] - sum(deltas)
    durations = [*deltas[1:], last]
    return [
        (stack(node), duration * 1000)
        for node, duration in zip(file["samples"], durations, strict=True)
    ]


def read_chrome_trace(data):
    events = json.loads(data)["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    threads = {}
    for event in events:
        if event["name"] == "Profile":
            thread = threads[event["id"]] = {"nodes": [], "samples": [], "deltas": []}
            thread["startTime"], thread["tid"] = event["ts"], event["tid"]
        elif event["name"] == "ProfileChunk":
            thread = threads[event["id"]]
            chunk = event["args"]["data"]
            known = {node["id"] for node in thread["nodes"]}
            for node in chunk["cpuProfile"]["nodes"]:
                assert node["id"] == 1 or node["parent"] in known
                known.add(node["id"])
            assert known.issuperset(chunk["cpuProfile"]["samples"])
            thread["nodes"] += chunk["cpuProfile"]["nodes"]
            thread["samples"] += chunk["cpuProfile"]["samples"]
            thread["deltas"] += chunk["timeDeltas"]
            thread["endTime"] = chunk.get("endTime")
    return [(names[t["tid"]], _v8_samples(t, t["deltas"])) for t in threads.values()]


def decode_message(data):
    """Return the fields of a protocol buffers message: number → values, integers unsigned."""
    fields, at = defaultdict(list), 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            fields[key >> 3].append(varint())
        else:
            assert key & 7 == 2
            size = varint()
            fields[key >> 3].append(data[at : at + size])
            at += size
    assert at == len(data)
    return fields


def _packed(data):
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value - (1 << 64) if value >= 1 << 63 else value)
            value = shift = 0
    assert not shift
    return values


def read_pprof(data, number=0):
    message = decode_message(data)
    strings = [text.decode() for text in message[6]]
    assert not strings[0]
    functions = {f[1][0]: strings[f[2][0]] for f in map(decode_message, message[5])}
    locations = {
        location[1][0]: functions[decode_message(location[4][0])[1][0]]
        for location in map(decode_message, message[4])
    }
    threads = defaultdict(list)
    for sample in map(decode_message, message[2]):
        labels = [decode_message(label) for label in sample[3]]
        owner = tuple(
            (strings[label[1][0]], strings[label[2][0]] if label[2] else label[3][0])
            for label in labels
        )
        stack = tuple(locations[number] for number in reversed(_packed(sample[1][0])))
        threads[owner].append((stack, _packed(sample[2][0])[number]))
    return list(threads.items())


def read_firefox(data):
    """Read the weights; milliseconds become nanoseconds."""
    file = json.loads(data)
    shared = file["shared"]
    tables = [table for table in shared.values() if isinstance(table, dict)]
    for table in (*tables, *(thread["samples"] for thread in file["threads"])):
        assert {len(c) for c in table.values() if isinstance(c, list)} <= {table["length"]}
    prefix, frame = shared["stackTable"]["prefix"], shared["stackTable"]["frame"]
    function, name = shared["frameTable"]["func"], shared["funcTable"]["name"]

    def stack(node):
        names = ()
        while node is not None:
            names = (shared["stringArray"][name[function[frame[node]]]], *names)
            node = prefix[node]
        return names

    def value(weight, weight_type):
        return round(weight * 10**6) if weight_type == "tracing-ms" else weight

    return [
        (
            thread["name"],
            [
                (stack(node), value(weight, thread["samples"]["weightType"]))
                for node, weight in zip(
                    thread["samples"]["stack"], thread["samples"]["weight"], strict=True
                )
            ],
        )
        for thread in file["threads"]
    ]


READERS = {
    "speedscope": read_speedscope,
    "cpuprofile": read_cpuprofile,
    "chrome_trace": read_chrome_trace,
    "pprof": read_pprof,
    "firefox": read_firefox,
    "folded": read_folded,
}
