"""Verdicts as checks give them, built by hand."""

from __future__ import annotations

from dataclasses import replace

from profkit.gate.checkout import Checkout, Place
from profkit.gate.verdict import (
    BudgetResult,
    Change,
    Level,
    Outcome,
    Severity,
    State,
    Verdict,
)

__all__ = [
    "CHECKOUT",
    "HOSTILE",
    "HUGE",
    "VERDICTS",
    "budget",
    "change",
    "hostile",
    "improvement",
    "many",
    "passing",
    "regression",
    "undecided",
]


def change(
    name, base, candidate, *, level=Level.FUNCTION, state=State.WORSE, measure="self", **further
):
    delta = candidate - base
    spread = 0.2 * abs(delta) or 1.0
    values = {"p": 0.001, "q": 0.004, **further}
    low, high = delta - spread, delta + spread
    return Change(level, name, measure, state, base, candidate, low, high, **values)


def budget(text, name, measured, limit, *, level=Level.PACKAGE, severity=Severity.ERROR, **further):
    low, high = 0.9 * measured, 1.1 * measured
    return BudgetResult(
        text=text,
        level=level,
        name=name,
        severity=severity,
        measured=measured,
        low=low,
        high=high,
        limit=limit,
        unit=further.pop("unit", "share"),
        is_over=low > limit,
        is_open=low <= limit < high,
        **further,
    )


def total(base, candidate, state):
    return change("", base, candidate, level=Level.TOTAL, state=state, measure="total")


APP = {"file": "/srv/auth-api/server.js", "line": 31, "package": "(app)"}
HANDLER = change("handle", 10_000.0, 52_000.0, measure="total", **APP)
LOGGER = change(
    "logRequest",
    2_100.0,
    44_000.0,
    file="/srv/auth-api/lib/logger.js",
    line=12,
    package="(app)",
    symptoms=(HANDLER,),
)
COMPILE = change(
    "compile",
    0.0,
    3_200.0,
    state=State.NEW,
    file="/srv/auth-api/node_modules/morgan/index.js",
    line=418,
    package="morgan",
)
HASH = change("hash", 9_000.0, 4_000.0, state=State.BETTER, file="/srv/auth-api/lib/hash.js")
WRITE = change(
    "writeGeneric",
    8_000.0,
    9_100.0,
    file="node:internal/stream_base_commons",
    line=146,
    package="node:",
)


def regression():
    """Return a check that fails: a logger, a dependency that is new, a budget that is used up."""
    return Verdict(
        outcome=Outcome.REGRESSION,
        reasons=(
            "CPU time per request rose by 35.2 % (95 % interval 30.1 % to 40.3 %)",
            "1 budget is exceeded",
        ),
        total=total(120_000.0, 162_240.0, State.WORSE),
        changes=(LOGGER, COMPILE, WRITE, HASH),
        moved=(replace(HASH, name="toHex", state=State.MOVED),),
        budgets=(
            budget('morgan = "0.5%"', "morgan", 0.0197, 0.005),
            budget('express = "10%"', "express", 0.041, 0.1),
            budget(
                '"lib/logger.js" = "25%"',
                "lib/logger.js",
                0.26,
                0.25,
                level=Level.FILE,
                severity=Severity.WARNING,
            ),
        ),
        unit="ns/op",
        runs=(5, 5),
        base=tuple(f"base-{n}.cpuprofile" for n in range(5)),
        candidate=tuple(f"candidate-{n}.cpuprofile" for n in range(5)),
        smallest=0.021,
        more_runs=None,
        smallest_total=0.015,
        notes=("The runs differ in length by up to 12 %.",),
    )


def passing():
    """Return a check in which nothing changed."""
    return replace(
        regression(),
        outcome=Outcome.PASS,
        reasons=("No change was found",),
        total=total(120_000.0, 120_500.0, State.SAME),
        changes=(),
        moved=(),
        budgets=(budget('express = "10%"', "express", 0.041, 0.1),),
        notes=(),
    )


def improvement():
    """Return a check that passes, with costs as shares."""
    return replace(
        passing(),
        outcome=Outcome.IMPROVEMENT,
        reasons=("The whole became cheaper",),
        total=total(1.0, 0.9, State.BETTER),
        changes=(replace(HASH, base=0.15, candidate=0.05, low=-0.12, high=-0.08),),
        budgets=(),
        unit="share",
    )


def undecided():
    """Return a check whose runs do not suffice."""
    return replace(
        passing(),
        outcome=Outcome.CANNOT_DECIDE,
        reasons=("The runs differ by more than what was looked for",),
        budgets=(budget('express = "4%"', "express", 0.041, 0.04),),
        runs=(2, 2),
        smallest=0.4,
        smallest_total=0.3,
        more_runs=9,
    )


VERDICTS = {
    "regression": regression(),
    "passing": passing(),
    "improvement": improvement(),
    "undecided": undecided(),
}

CHECKOUT = Checkout(
    files={"/srv/auth-api/lib/logger.js": "lib/logger.js", "lib/logger.js": "lib/logger.js"},
    dependencies={"morgan": Place("package.json", 9), "express": Place("package.json", 8)},
    manifest=Place("package.json", 1),
)

HOSTILE = {
    "control": "a\x00b\x07\x1b[31mred\x1b]0;title\x07\x7f\x85",
    "newlines": "one\ntwo\r\nthree\u2028four",
    "command": "\n::error file=x,line=1::gotcha\n::set-output name=a::b",
    "old command": "##[error]gotcha ##[add-mask]a",
    "cdata": "]]><script>alert(1)</script><!--",
    "entity": "&lt;&#0;&quot;<![CDATA[x]]>",
    "quotes": '"\'`\\" \\n {label="x"}',
    "markdown": "| a | [x](https://example.com) @everyone #1 **b** <img src=x>",
    "placeholder": "{0} [link](1) {{1}}",
    "percent": "100%25 %0A::error::x, y: z%",
    "bidi": "\u202egnp.exe\u2066\u200f",
    "surrogate": "a\ud800b\udfff",
    "not characters": "a\ufffe\uffffb",
    "astral": "\U0001f600" * 50,
    "spaces": "   ",
    "empty": "",
    "path": "../../../etc/passwd",
    "url": "https://example.com/?a=b&c=d#e",
}
HUGE = "x" * 100_000


def hostile(name):
    """Return a verdict in which everything that comes from outside is ``name``."""
    cause = change(name, 10.0, 20.0, file=name, line=3, package=name)
    named = budget(name, name, 0.5, 0.1, file=name, line=7)
    return replace(
        regression(),
        reasons=(name, "done"),
        changes=(
            replace(cause, symptoms=(cause,) * 5),
            replace(cause, line=9),
            replace(cause, state=State.NEW, base=0.0),
            replace(cause, level=Level.FILE, file=""),
            replace(cause, level=Level.PACKAGE, file=""),
        ),
        moved=(replace(cause, state=State.MOVED),),
        budgets=(named, named, replace(named, is_over=False, is_open=True)),
        base=(name,),
        candidate=(name,),
        notes=(name,),
    )


def many(count):
    """Return a verdict with so many causes that no reader would look at all of them."""
    causes = tuple(
        replace(LOGGER, name=f"function{n}", line=n + 1, candidate=44_000.0 - n)
        for n in range(count)
    )
    return replace(regression(), changes=causes)
