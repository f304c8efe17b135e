"""Answers while the user waits: the same numbers as a comparison of the same runs, and never those of another user."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.ensemble import Ensemble, simulate
from simulator.headline import WINDOW, build_headline
from simulator.parameters import draw_table
from simulator.periods import to_index
from simulator.posterior import default_kind
from simulator.results import Results
from simulator.scenario import Scenario, load_scenario
from simulator.schedule import first_difference
from simulator.variables import ENTITIES
from simulator.world import World
from viz.live.answers import Answer, Live, fingerprint
from viz.live.base import Status, branch_quarter
from viz.live.figures import SHOWN
from viz.live.queue import WithdrawnError
from viz.panels import CHANGES, ENTITY_CHANGES, change_chart, entity_effects, level_chart
from viz.what_if.form import own_form, scenario_of
from viz.wording import texts

GOALS = (3, 5, 8)
FORM = own_form("cjk_fta")


def policy(value: float, form: Any = FORM) -> Scenario:
    """Return the free trade agreement with another cut of non-tariff barriers."""
    return scenario_of(form.with_field(1, replace(form.fields[1], value=value)))


@pytest.fixture(scope="module")
def live(world: World) -> Live:
    """Return an engine whose baseline is there."""
    engine = Live(jobs=2, threads=1, goals=GOALS, within=0.0)
    engine.base.start()
    engine.base.wait(GOALS[-1], engine.ticket(), lambda status: None)
    return engine


@pytest.fixture(scope="module")
def answers(live: Live) -> list[Answer]:
    return list(live.answers(policy(0.06), live.ticket()))


@pytest.fixture(scope="module")
def whole(world: World) -> Results:
    """Return what a comparison of all these runs gives."""
    table = draw_table(default_kind(), GOALS[-1], 1)
    runs: dict[str, Any] = {"runs": GOALS[-1], "parameters": table}
    return Results((simulate(world, load_scenario("baseline"), **runs), simulate(world, policy(0.06), **runs)))


# The numbers


def test_answers_grow(answers: list[Answer]) -> None:
    assert [(a.runs, a.total, a.last) for a in answers] == [(3, 8, False), (5, 8, False), (8, 8, True)]
    assert {a.fingerprint for a in answers} == {fingerprint(policy(0.06))}
    assert [a.results.base.runs for a in answers] == [3, 5, 8]


def test_headline_is_that_of_the_same_runs_compared(answers: list[Answer], whole: Results) -> None:
    live_, stored = build_headline(answers[-1].results), build_headline(whole)
    assert len(stored.effects) == 22
    assert live_ == stored


@pytest.mark.parametrize("name", CHANGES)
def test_charts_are_those_of_the_same_runs_compared(name: str, answers: list[Answer], whole: Results) -> None:
    words = texts("en")
    live_, compared = answers[-1].results, whole
    scenarios = ("baseline", "my_policy")
    changes = [change_chart(results, "my_policy", name, "en", words, first=2022) for results in (live_, compared)]
    levels = [level_chart(results, scenarios, name, "en", words, first=2010) for results in (live_, compared)]
    for shown, stored in (changes, levels):
        assert (shown.years, shown.unit, shown.observed) == (stored.years, stored.unit, stored.observed)
        for a, b in zip(shown.fans, stored.fans, strict=True):
            assert (a.median.tobytes(), a.low.tobytes(), a.high.tobytes()) == (
                b.median.tobytes(), b.low.tobytes(), b.high.tobytes()
            )  # fmt: skip


@pytest.mark.parametrize(("level", "name"), ENTITY_CHANGES)
def test_effects_by_entity_are_those_of_the_same_runs_compared(
    level: str, name: str, answers: list[Answer], whole: Results
) -> None:
    shown = entity_effects(answers[-1].results, "my_policy", level, name, "en")
    assert len(shown.rows) == len(ENTITIES[level])
    assert shown == entity_effects(whole, "my_policy", level, name, "en")


def test_a_first_answer_has_the_first_runs(answers: list[Answer], whole: Results) -> None:
    for name in SHOWN:
        stored = whole.series("my_policy", name)[: GOALS[0]]
        assert answers[0].results.series("my_policy", name).tobytes() == stored.tobytes(), name


def test_a_scenario_that_differs_in_the_past_is_simulated_whole(live: Live, world: World) -> None:
    scenario = scenario_of(own_form("no_financing_curb"))
    assert first_difference(load_scenario("baseline").schedule(), scenario.schedule(), 120) == to_index("2014Q2")
    last = list(live.answers(scenario, live.ticket()))[-1]
    table = draw_table(default_kind(), GOALS[-1], 1)
    alone = simulate(world, scenario, runs=GOALS[-1], parameters=table)
    province = Results((alone,)).series("my_policy", "gdp_real")
    assert last.results.series("my_policy", "gdp_real").tobytes() == province.tobytes()
    cities = Results((alone,)).series("my_policy", "gdp_real", level="city", entity="Dalian")[:, -WINDOW:]
    assert last.results.series("my_policy", "gdp_real", level="city", entity="Dalian").tobytes() == cities.tobytes()


def test_no_change_is_exactly_none(live: Live) -> None:
    last = list(live.answers(scenario_of(own_form("baseline")), live.ticket()))[-1]
    effects = build_headline(last.results).effects
    assert {(e.absolute.p05, e.absolute.p95, e.prob_positive) for e in effects} == {(0.0, 0.0, 0.5)}
    rows = entity_effects(last.results, "my_policy", "city", "gdp_real", "en").rows
    assert {(row.low, row.high) for row in rows} == {(0.0, 0.0)}


def test_quarterly_values_are_not_made_up(answers: list[Answer]) -> None:
    with pytest.raises(ValueError, match="quarterly values are not kept"):
        answers[0].results.series("my_policy", "gdp_real", freq="Q")


def test_a_failed_run_is_left_out_on_both_sides(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run 4 fails: the answer is that of the other seven."""
    whole = list(live.answers(policy(0.05), live.ticket()))[-1].results
    others = [0, 1, 2, 3, 5, 6, 7]

    def failing(*args: Any, **options: Any) -> Ensemble:
        part = simulate(*args, **options)
        row = 4 - part.first_run
        if not 0 <= row < part.runs:
            return part
        for values in part.levels.values():
            values[row] = np.nan
        return replace(part, failures=((row, "made to fail"),))

    monkeypatch.setattr("viz.live.answers.simulate", failing)
    last = list(live.answers(policy(0.05), live.ticket()))[-1]
    assert last.results.kept("my_policy").tolist() == others
    headline = build_headline(last.results)
    assert headline.failed == 1
    change = (whole.series("my_policy", "gdp_real") - whole.series("baseline", "gdp_real"))[others, -WINDOW:]
    assert headline.effects[0].absolute.median == pytest.approx(float(np.median(change.mean(axis=1))), rel=1e-9)


def test_an_answer_of_failed_runs_alone_is_an_error(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any, **options: Any) -> Ensemble:
        part = simulate(*args, **options)
        return replace(part, failures=tuple((row, "made to fail") for row in range(part.runs)))

    monkeypatch.setattr("viz.live.answers.simulate", failing)
    with pytest.raises(RuntimeError, match='every run of scenario "my_policy" failed; run 0: made to fail'):
        next(live.answers(policy(0.05), live.ticket()))


# The baseline


def test_policies_branch_where_the_first_of_them_begins() -> None:
    """No quarter is written down: it follows from the shipped scenarios."""
    assert branch_quarter() == to_index("2026Q1")


def test_states_are_kept_at_one_quarter(live: Live) -> None:
    part = live.base.part(2, 5)
    assert list(part.states) == [to_index("2026Q1")]
    assert (part.first_run, part.runs, len(part.states[live.base.branch])) == (2, 3, 3)


def test_the_baseline_fits_into_memory(live: Live) -> None:
    """Below 1 MB a run: 400 runs take less than 400 MB."""
    assert 0.7e6 < live.base.nbytes / GOALS[-1] < 1.0e6


def test_an_answer_keeps_little(answers: list[Answer]) -> None:
    """Below 10 kB a run, against 628 kB of the ensemble."""
    figures: Any = answers[-1].results.ensembles[1]
    kept = sum(v.nbytes for values in (figures.years, figures.late) for v in values.values())
    assert kept / GOALS[-1] < 10_000


def test_what_stops_the_baseline_is_told_and_the_next_question_begins_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Live(jobs=1, threads=1, goals=(1, 1, 1))
    with monkeypatch.context() as broken:
        broken.setattr("viz.live.base.load_world", lambda: (_ for _ in ()).throw(OSError("no data")))
        with pytest.raises(OSError, match="no data"):
            next(engine.answers(policy(0.05), engine.ticket()))
    assert next(engine.answers(policy(0.05), engine.ticket())).runs == 1


# Waiting and giving up


def test_a_question_tells_what_it_waits_for(live: Live, world: World) -> None:
    said: list[Status] = []
    list(live.answers(policy(0.05), live.ticket(), said.append))
    assert said == [Status("runs", 3, 8), Status("runs", 5, 8), Status("runs", 8, 8)]
    fresh = Live(jobs=1, threads=1, goals=(1, 2, 3))
    list(fresh.answers(policy(0.05), fresh.ticket(), said.append))
    assert said[3].kind == "base"


def test_more_runs_fit_into_the_first_picture_if_there_is_time(live: Live, world: World) -> None:
    engine = Live(jobs=1, threads=1, goals=(3, 15, 20), within=1e9)
    engine.base.start()
    engine.base.wait(20, engine.ticket(), lambda status: None)
    assert [a.runs for a in engine.answers(policy(0.05), engine.ticket())] == [15, 20]


def test_a_cancelled_question_stops_within_a_run(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is taken back after one of three runs of the first part; the second is not begun."""
    ticket, started = live.ticket(), []
    original = live.base.part

    def counted(*args: Any, **options: Any) -> Ensemble:
        progress = options["progress"]

        def told(done: int) -> None:
            started.append(done)
            ticket.cancel()
            progress(done)

        return simulate(*args, **options | {"progress": told})

    monkeypatch.setattr("viz.live.answers.simulate", counted)
    with pytest.raises(WithdrawnError):
        next(live.answers(policy(0.05), ticket))
    assert started == [1]
    assert (live.slots.busy, live.slots.waiting) == (0, 0)
    assert original(0, 1).runs == 1


def test_a_question_that_is_taken_back_before_it_begins_simulates_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viz.live.answers.simulate", lambda *args, **options: pytest.fail("simulated"))
    ticket = live.ticket()
    ticket.cancel()
    with pytest.raises(WithdrawnError):
        next(live.answers(policy(0.05), ticket))


def test_ten_users_at_once_get_their_own_answers(live: Live) -> None:
    """Each moves a lever five times; only the last is answered, and it is the answer to his own lever."""
    expected = {value: alone(live, value) for value in (0.01 + 0.01 * user for user in range(10))}
    assert len({change.tobytes() for change in expected.values()}) == 10
    together = threading.Barrier(10)

    def user(value: float) -> np.ndarray[Any, Any]:
        together.wait(20)
        for step in range(4):
            moved = live.ticket()
            threading.Timer(0.002 * step, moved.cancel).start()
            for _ in swallow(live.answers(policy(value + 0.001 * (step + 1)), moved)):
                pass
        return alone(live, value)

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(user, expected))
    for change, own in zip(found, expected.values(), strict=True):
        assert change.tobytes() == own.tobytes()
    assert (live.slots.busy, live.slots.waiting) == (0, 0)


def alone(live: Live, value: float) -> np.ndarray[Any, Any]:
    last = list(live.answers(policy(value), live.ticket()))[-1]
    assert last.fingerprint == fingerprint(policy(value))
    return np.asarray(last.results.series("my_policy", "gdp_real"))


def swallow(answers: Iterator[Answer]) -> Iterator[Answer]:
    try:
        yield from answers
    except WithdrawnError:
        return
