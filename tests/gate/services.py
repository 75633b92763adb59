"""Runs of a small service, made by hand: every stack with a number of samples that scatters."""

from __future__ import annotations

import numpy as np
from building import profile_of

from profkit.profile import Kind, Meta

APP = "/srv/api/lib"
ROOT = ("(root)", "", -1, -1, Kind.ROOT)
GC = ("(garbage collector)", "", -1, -1, Kind.GC)


def function(name, file="app.js", line=1):
    return (name, f"{APP}/{file}", line, 1, Kind.JS, "(app)")


def package(name, module, line=1):
    return (name, f"/srv/api/node_modules/{module}/index.js", line, 1, Kind.JS, module)


def native(name):
    return (name, "", -1, -1, Kind.NATIVE)


SERVE, HANDLE, RENDER = function("serve"), function("handle", line=9), function("render", line=20)
PARSE, QUERY, SEND = function("parse"), function("query"), function("send", line=50)

SERVICE = {
    (SERVE,): 60,
    (SERVE, HANDLE): 200,
    (SERVE, HANDLE, PARSE): 500,
    (SERVE, HANDLE, QUERY): 700,
    (SERVE, HANDLE, RENDER): 300,
    (SERVE, HANDLE, SEND): 250,
    (SERVE, HANDLE, SEND, native("write")): 400,
    (SERVE, package("route", "router")): 250,
    (SERVE, package("match", "router", 9)): 150,
    (GC,): 120,
    (SERVE, function("authenticate")): 180,
    (SERVE, function("limit")): 90,
    (SERVE, function("cache")): 110,
    (SERVE, function("headers")): 90,
}


def run_of(stacks, random, name="run", between=0.05):
    rows = [
        ((ROOT, *stack), max(int(random.poisson(count * np.exp(random.normal(0, between)))), 1))
        for stack, count in stacks.items()
    ]
    profile = profile_of(*rows)
    return profile.replace(meta=Meta("test", name, interval=1_000_000))


def runs_of(stacks, runs=4, seed=1, **options):
    random = np.random.default_rng(seed)
    return [run_of(stacks, random, f"run-{n}", **options) for n in range(runs)]


def with_more(more):
    """Return the service's stacks with further samples in some."""
    return {**SERVICE, **{stack: SERVICE.get(stack, 0) + count for stack, count in more.items()}}
