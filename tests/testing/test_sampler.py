"""The sampler of tests: what it charges to whom, and how it leaves the process."""

from __future__ import annotations

import signal
import sys
import threading
import time

import pytest

import profkit
from profkit.errors import UsageError
from profkit.testing.sampler import Sampler
from profkit.views.ranking import RankingOptions, group_name, rank

SECONDS = 0.2


def spin(seconds=SECONDS):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def one_call():
    return sum(range(6_000_000))


def caller():
    spin(SECONDS / 2)
    one_call()


@pytest.fixture
def sampled(tmp_path):
    """Return what records a function, and reads its profile as any other."""

    def record(function):
        with Sampler(sys._getframe()) as sampler:
            before = time.thread_time_ns()
            function()
            spent = time.thread_time_ns() - before
        sampler.write(tmp_path / "run.speedscope.json")
        return sampler, spent, profkit.load(tmp_path / "run.speedscope.json")

    return record


def costs(profile):
    ranking = rank(profile, RankingOptions(sort="total", limit=None))
    names = [group_name(profile, "function", int(group)) for group in ranking.group]
    return dict(zip(names, ranking.total_values.tolist(), strict=True))


def test_samples_weigh_what_the_thread_used(sampled) -> None:
    sampler, spent, profile = sampled(caller)
    assert sampler.cpu_time == pytest.approx(spent, rel=0.1)
    assert profile.self_values(0).sum() == sampler.cpu_time
    assert profile.sample_count == sampler.sample_count


def test_one_long_call_is_charged_whole(sampled) -> None:
    before = time.thread_time_ns()
    one_call()
    alone = time.thread_time_ns() - before
    found = costs(sampled(caller)[2])
    assert found["one_call"] == pytest.approx(alone, rel=0.6)
    assert found["caller"] == pytest.approx(sum(found.values()) - found["caller"], rel=0.1)


def test_callers_of_what_is_recorded_are_in_no_stack(sampled) -> None:
    found = costs(sampled(caller)[2])
    assert set(found) == {"caller", "spin", "one_call"}


def test_waiting_costs_nothing(sampled) -> None:
    def wait():
        time.sleep(0.2)
        spin()

    found = costs(sampled(wait)[2])
    assert found["test_waiting_costs_nothing.<locals>.wait"] < 1.5 * SECONDS * 1e9


def test_functions_alike_in_all_but_their_file_are_two(sampled) -> None:
    text = "def same(spin):\n    spin()\n"
    places = [{}, {}, {}]
    for name, place in zip(("a.py", "b.py", "<frozen os>"), places, strict=True):
        exec(compile(text, name, "exec"), place)  # noqa: S102 (a file each)
    assert places[0]["same"].__code__ == places[1]["same"].__code__.replace(co_filename="a.py")

    def both():
        for place in places:
            place["same"](spin)

    _, _, profile = sampled(both)
    files = {profile.text(int(file)) for file in profile.functions.file}
    assert {"a.py", "b.py", "<frozen os>"} <= {file.rpartition("/")[2] for file in files}


def test_the_timer_and_its_handler_are_given_back() -> None:
    before = signal.getsignal(signal.SIGPROF)

    def fail():
        with Sampler(sys._getframe()):
            assert signal.getitimer(signal.ITIMER_PROF)[1] > 0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert signal.getsignal(signal.SIGPROF) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_two_do_not_share_the_timer() -> None:
    with Sampler(sys._getframe()):
        with pytest.raises(UsageError, match="another profiler is running"):
            Sampler(sys._getframe()).__enter__()
        assert signal.getitimer(signal.ITIMER_PROF)[1] > 0


def test_other_threads_are_refused() -> None:
    said = []

    def enter():
        try:
            Sampler(sys._getframe()).__enter__()
        except UsageError as error:
            said.append(str(error))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert said == ["only the main thread can be sampled"]


def test_a_system_without_the_timer_is_told_of(monkeypatch) -> None:
    monkeypatch.delattr(signal, "setitimer")
    with pytest.raises(UsageError, match="no timer"):
        Sampler(sys._getframe()).__enter__()


def test_what_is_too_short_has_no_sample() -> None:
    with Sampler(sys._getframe()) as sampler:
        pass
    assert (sampler.sample_count, sampler.cpu_time) == (0, 0)
