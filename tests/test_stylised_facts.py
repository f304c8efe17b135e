"""Stylised facts: every one has a line, a band that can be met and missed, and a place in the document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from calibration import stylised_facts as page
from calibration.ablations import Settings, settled
from calibration.facts import (
    EMERGES,
    FACTS,
    FAILS,
    HOLDS,
    INPUT,
    MEASUREMENT,
    ROWS,
    SHOWN,
    UNTESTED,
    Band,
    Fact,
    Judged,
    judge,
)
from calibration.observed import YEARS
from calibration.run_statistics import ObservedPaths, RunPaths, transfers_against_nation, yearly
from calibration.stylised_facts import document, main, measure, number
from simulator.ensemble import simulate
from simulator.parameters import draw_table
from simulator.records import CITIES
from simulator.scenario import load_scenario
from simulator.variables import ENTITIES, variables
from simulator.world import World, load_world
from tests.ablated import RUNS, measured

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "stylised_facts.md"
BY_KEY = {fact.key: fact for fact in FACTS}
SCORED = [fact for fact in FACTS if fact.band is not None]

BANDS = {
    "exports 2009": (-26.0, -14.0), "imports 2009": (-8.0, 2.0), "exports and imports 2009": (None, 0.0),
    "recovery": (0.0, None), "dependence published": (None, 0.0), "dependence true": (None, 0.0),
    "dependence 2010-13": (-5.0, 5.0), "fdi true 2015": (-50.0, -20.0), "fdi two cities": (65.0, 92.0),
    "gdp published 2016": (None, 0.0), "growth published 2016": (None, 0.0), "secondary": (8.0, 16.0),
    "utilisation": (70.0, 75.0), "utilisation of soes": (None, 0.0), "zombies": (0.0, None),
    "leavers": (60.0, 80.0), "dalian trade 2014": (50.0, 62.0), "dalian trade 2017": (50.0, 62.0),
    "revenue true 2015": (-5.0, 5.0), "residents": (None, 0.0),
}  # fmt: skip


class Made:
    """Hand-made paths of one run: outputs are 1 in every year but where they are given."""

    def __init__(self, values: Mapping[str, Mapping[str, float]]) -> None:
        self.values = values

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> np.ndarray:
        """Given as output, or as output of an entity; a year without a value has that of ``all``, else 1."""
        given = self.values.get(f"{output} of {entity}", self.values.get(output, {}))
        return np.array([[given.get(year, given.get("all", 1.0)) for year in YEARS]])


def changed(output: str, year: str, x: float) -> Made:
    """Return paths on which an output grows by x % in a year and is one before."""
    return Made({output: {y: 1.0 + x / 100.0 for y in YEARS if y >= year}})


def two_flows(year: str, x: float) -> Made:
    return Made({"exports_usd": {year: 1.0 + x / 100.0}, "imports_usd": {year: 1.0}})


def dependence(gdp: str, year: str, x: float) -> Made:
    """Return paths with trade at 100 % of GDP in every other year; the other GDP would give nonsense."""
    both = {"exports": {"all": 50.0, year: 50.0 + x}, "imports": {"all": 50.0}}
    other = {"gdp_nominal", "gdp_reported"} - {gdp}
    return Made({**both, gdp: {"all": 100.0}, other.pop(): {"all": 1e-9}})


def of_city(output: str, share: float, *cities: str) -> Mapping[str, Mapping[str, float]]:
    """Return an output of which some cities have a share in %, in equal parts."""
    rest = len(CITIES) - len(cities)
    inside, outside = share / len(cities), (100.0 - share) / rest
    return {f"{output} of {c}": {"all": inside if c in cities else outside} for c in CITIES}


PLANTS = {
    "exports 2009": lambda x: changed("exports_usd", "2009", x),
    "imports 2009": lambda x: changed("imports_usd", "2009", x),
    "exports and imports 2009": lambda x: two_flows("2009", x),
    "recovery": lambda x: Made({f"{f}_usd": {"2010": 1.0 + x / 100.0} for f in ("exports", "imports")}),
    "dependence published": lambda x: dependence("gdp_reported", "2015", x),
    "dependence true": lambda x: dependence("gdp_nominal", "2015", x),
    "dependence 2010-13": lambda x: dependence("gdp_nominal", "2013", x),
    "fdi true 2015": lambda x: changed("fdi", "2015", x),
    "fdi two cities": lambda x: Made(of_city("fdi", x, "Dalian", "Shenyang")),
    "gdp published 2016": lambda x: changed("gdp_reported", "2016", x),
    "growth published 2016": lambda x: Made({"gdp_growth_reported": {"2016": x, "2015": 9.0}}),
    "secondary": lambda x: Made({"secondary_share": {"2010": 0.5, "2016": 0.5 - x / 100.0}}),
    "utilisation": lambda x: Made(
        {"capacity_utilisation_survey": {"2016": x / 100.0 + 0.05, "2017": x / 100.0 - 0.05}}
    ),
    "utilisation of soes": lambda x: Made(
        {"soe_utilisation": {y: 0.7 + x / 100.0 for y in YEARS[7:11]}, "private_utilisation": {"all": 0.7}}
    ),
    "zombies": lambda x: Made({"zombie_share": {"2012": 0.5, "2015": 0.5 + x / 100.0}}),
    "leavers": lambda x: Made({"graduate_stay_rate": {"2016": 1.0 - x / 100.0}}),
    "dalian trade 2014": lambda x: Made({**of_city("exports", x, "Dalian"), **of_city("imports", x, "Dalian")}),
    "dalian trade 2017": lambda x: Made({**of_city("exports", x, "Dalian"), **of_city("imports", x, "Dalian")}),
    "revenue true 2015": lambda x: changed("fiscal_revenue", "2015", x),
    "residents": lambda x: changed("population", "2016", x),
}  # fmt: skip


def verdict(fact: Fact, x: float) -> str:
    (judged,) = judge(PLANTS[fact.key](x), facts=(fact,))
    assert judged.values == pytest.approx([x], abs=1e-6)
    return judged.verdict


# --- the table


def test_every_fact_of_the_design_has_a_line() -> None:
    assert len(ROWS) == len(set(ROWS)) == 14
    assert list(dict.fromkeys(fact.row for fact in FACTS)) == list(ROWS)
    assert len(BY_KEY) == len(FACTS)
    assert {untested.row for untested in UNTESTED} <= set(ROWS)
    # Rows without a scored line are those for which the design asks for a range only.
    assert set(ROWS) - {fact.row for fact in SCORED} == {"Fixed investment 2014-16"}


def test_bands_are_those_of_the_design() -> None:
    for fact in SCORED:
        assert fact.band is not None
        low, high = BANDS[fact.key]
        assert fact.band == Band(-np.inf if low is None else low, np.inf if high is None else high)
    assert {fact.key for fact in SCORED} == set(BANDS)
    assert [fact.key for fact in SCORED if fact.by_share] == ["zombies"]


def test_inputs_and_measurement_without_a_band_are_not_scored() -> None:
    assert BY_KEY["fdi hong kong"].origin.startswith(INPUT) and BY_KEY["fdi hong kong"].band is None
    for fact in FACTS:
        kinds = (EMERGES, MEASUREMENT, INPUT, "forcing", "initial condition")
        assert any(kind in fact.origin for kind in kinds), fact.key


# --- predicates


@pytest.mark.parametrize("fact", SCORED, ids=lambda fact: fact.key)
def test_a_fact_holds_inside_its_band_and_fails_outside(fact: Fact) -> None:
    assert fact.band is not None
    low, high = fact.band.low, fact.band.high
    middle = 0.5 * (low + high) if np.isfinite(low + high) else (-3.0 if np.isfinite(high) else 3.0)
    assert verdict(fact, middle) == HOLDS
    for edge, inward in ((low, 1.0), (high, -1.0)):
        if np.isfinite(edge):
            assert verdict(fact, edge + 1e-3 * inward) == HOLDS
            assert verdict(fact, edge - 1e-3 * inward) == FAILS
            assert verdict(fact, edge - 5.0 * inward) == FAILS


def test_edges_of_bands() -> None:
    assert Band(-5.0, 5.0).holds(np.array([-5.0, 5.0, np.nextafter(5.0, 6.0), np.nan])).tolist() == [
        True, True, False, False
    ]  # fmt: skip
    assert Band(low=0.0).holds(np.array([0.0, 1e-9, np.nan])).tolist() == [False, True, False]
    assert Band(high=0.0).holds(np.array([0.0, -1e-9, np.nan])).tolist() == [False, True, False]
    assert [str(band) for band in (Band(-5.0, 5.0), Band(low=0.0), Band(high=0.5))] == [
        "-5 to 5", "above 0", "below 0.5"
    ]  # fmt: skip


def judged(values: list[float], by_share: bool, band: Band | None) -> Judged:
    fact = Fact("x", ROWS[0], "X", "%", EMERGES, lambda paths: paths.annual("x")[:, 0], band, by_share)
    return Judged(fact, np.array(values), None)


def test_median_and_share_of_runs_decide_differently() -> None:
    nine, eight = [1.0] * 9 + [-1.0], [1.0] * 8 + [-1.0] * 2
    assert judged(nine, True, Band(low=0.0)).verdict == HOLDS
    assert judged(eight, True, Band(low=0.0)).verdict == FAILS
    assert judged(eight, False, Band(low=0.0)).verdict == HOLDS
    assert judged(eight, False, Band(low=0.0)).share == 0.8
    # A median inside a band that no single run meets.
    assert judged([-9.0, 9.0], False, Band(-1.0, 1.0)).verdict == HOLDS
    assert judged([-9.0, 9.0], False, Band(-1.0, 1.0)).share == 0.0
    shown = judged(eight, False, None)
    assert shown.verdict == SHOWN and shown.share is None
    assert judged([1.0, 2.0, 3.0], False, None).interval == pytest.approx((2.0, 1.1, 2.9))


def test_observed_figures() -> None:
    """The figures by which the facts are known, from the observed series."""
    data = {fact.key: fact.data(ObservedPaths()) for fact in FACTS}
    expected = {
        "exports 2009": -20.5, "imports 2009": -3.0, "trade 2009": -13.1, "recovery": 11.4,
        "dependence published": -20.4, "dependence true": -16.1, "fdi published fall": -81.1,
        "fdi published rise": 385.2, "gdp published 2016": -22.4, "growth published 2016": -2.5, "gdp true 2016": 0.9,
        "secondary": 15.6, "secondary published": 9.2, "leavers": 75.0, "revenue published 2015": -33.4,
        "residents": -0.3, "dalian trade 2014": 56.6, "investment published": -73.6, "fdi true 2015": -34.4,
    }  # fmt: skip
    for key, value in expected.items():
        assert data[key] == pytest.approx(value, abs=0.051), key
    for key in ("zombies", "utilisation of soes", "leavers rise", "revenue true 2015", "dalian trade 2017"):
        assert data[key] is None, key
    assert 65.0 < (data["fdi two cities"] or 0.0) < 92.0


# --- statistics of real runs


def raw(name: str, level: str = "province", entity: str = "Liaoning") -> np.ndarray:
    """Return quarters of an output, shape (runs, 12, 4)."""
    column = [v.name for v in variables()[level]].index(name)
    values = measured()[0].levels[level][:, :, ENTITIES[level].index(entity), column]
    return np.asarray(values.reshape(RUNS, 12, 4))


def statistic(key: str) -> np.ndarray:
    return BY_KEY[key].statistic(RunPaths(measured()[0]))


def test_statistics_are_those_of_the_runs() -> None:
    exports, imports = raw("exports_usd").sum(axis=2), raw("imports_usd").sum(axis=2)
    np.testing.assert_allclose(statistic("exports 2009"), 100.0 * (exports[:, 3] / exports[:, 2] - 1.0))
    total = exports + imports
    np.testing.assert_allclose(statistic("trade 2009"), 100.0 * (total[:, 3] / total[:, 2] - 1.0))
    yuan = (raw("exports") + raw("imports")).sum(axis=2)
    ratio = 100.0 * yuan / raw("gdp_reported").sum(axis=2)
    np.testing.assert_allclose(statistic("dependence published"), ratio[:, 9] - ratio[:, 0])
    inflow = {c: raw("fdi", "city", c).sum(axis=2) for c in CITIES}
    share = 100.0 * (inflow["Dalian"] + inflow["Shenyang"]) / np.sum(list(inflow.values()), axis=0)
    np.testing.assert_allclose(statistic("fdi two cities"), share[:, 1:].mean(axis=1))
    trade = {c: (raw("exports", "city", c) + raw("imports", "city", c)).sum(axis=2) for c in CITIES}
    np.testing.assert_allclose(
        statistic("dalian trade 2014"), 100.0 * trade["Dalian"][:, 8] / np.sum(list(trade.values()), axis=0)[:, 8]
    )
    gap = raw("soe_utilisation") - raw("private_utilisation")
    np.testing.assert_allclose(statistic("utilisation of soes"), 100.0 * gap[:, 7:11].mean(axis=(1, 2)))
    transfers = raw("transfers").sum(axis=2) / yearly("gdp_nominal")
    np.testing.assert_allclose(
        transfers_against_nation("2010", "2014")(RunPaths(measured()[0])),
        100.0 * (transfers[:, 4:9].mean(axis=1) / transfers[:, 0] - 1.0),
    )


def outcome(world: World, key: str, settings: Settings) -> str:
    """Return the verdict on a fact at point values with some parameters set."""
    table = settled(draw_table("point", 8, 1), settings)
    runs = simulate(world, load_scenario("baseline"), runs=8, until="2017Q4", parameters=table)
    (one,) = judge(RunPaths(runs), facts=(BY_KEY[key],))
    return one.verdict


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("exports 2009", (("income_elasticity_downturn", "income_elasticity"),)),
        ("gdp published 2016", (("padding_speed", 0.0), ("padding_0", 0.0))),
        ("zombies", (("loan_rate_a", 0.0),)),
        ("leavers", (("stay_rate_0", 0.8),)),
    ],
    ids=["downturn", "padding", "interest", "stay rate"],
)
def test_without_its_cause_a_fact_fails(key: str, settings: Settings, world: World) -> None:
    assert outcome(world, key, ()) == HOLDS
    assert outcome(world, key, settings) == FAILS


def test_a_longer_run_gives_the_same_facts(world: World) -> None:
    table = draw_table("prior", 2, 1)
    short, long = (
        judge(RunPaths(simulate(world, load_scenario("baseline"), runs=2, until=until, parameters=table)))
        for until in ("2017Q4", "2019Q4")
    )
    for a, b in zip(short, long, strict=True):
        np.testing.assert_array_equal(a.values, b.values)


# --- the document


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]


def fixed(text: str) -> list[list[str]]:
    """Return what does not depend on the runs: headings, and the first columns of each table."""
    parts = [[line] for line in text.splitlines() if line.startswith("#")]
    return parts + [row if len(row) == 5 else row[:4] for row in cells(text)]


def test_the_document_tells_every_verdict() -> None:
    ensemble, effects = measured()
    text = document(ensemble, effects)
    assert "**not a validation**" in text and f"{RUNS} runs\n(0 failed), seed 1" in text
    assert text == document(ensemble, effects)
    lines = {row[1]: row for row in cells(text) if len(row) == 9}
    found = judge(RunPaths(ensemble))
    for one in found:
        row = lines[f"{one.fact.title}, {one.fact.unit}"]
        assert row[8].strip("*") == one.verdict
        assert row[5] == number(one.interval[0])
        assert row[7] == ("" if one.share is None else f"{100.0 * one.share:.0f} %")
    assert len(lines) == len(FACTS) + 2  # the head and the rule under it
    failing = text.partition("### What fails")[2].partition("###")[0]
    assert [line.partition(":")[0][2:] for line in failing.splitlines() if line.startswith("- ")] == [
        one.fact.title for one in found if one.verdict == FAILS
    ]
    rows = [row for row in cells(text) if len(row) == 10][2:]
    assert [row[9].strip("*") for row in rows] == [one.verdict for one in effects]
    assert [row[6] for row in rows] == [number(one.interval[0]) for one in effects]
    scored = [one for one in found if one.verdict != SHOWN]
    assert f"{sum(one.verdict == HOLDS for one in scored)} of {len(scored)} scored figures hold" in text


def test_every_expected_failure_has_a_reason() -> None:
    """Facts that fail, or hold in too few runs, in the shipped document."""
    shipped = DOCUMENT.read_text(encoding="utf-8")
    assert "No reason is known" not in shipped
    assert shipped.count("**fails**") >= 1


def test_the_shipped_document_has_the_same_parts() -> None:
    """Its figures may be of an earlier parameter file; the command at its top writes it again."""
    shipped, fresh = DOCUMENT.read_text(encoding="utf-8"), document(*measured())
    assert fixed(shipped) == fixed(fresh)
    texts = (page.FACTS_TEXT.format(needed=90), page.ABLATIONS_TEXT.format(left=10, negligible=1), page.READING_TEXT)
    for text in texts:
        assert text.rstrip() in shipped


def test_numbers_are_short() -> None:
    assert [number(x) for x in (1854.84, 385.21, -14.58, 0.084, -0.0001, 0.0)] == [
        "1,855", "385.2", "-14.6", "0.08", "0.00", "0.00"
    ]  # fmt: skip


def test_the_command_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--runs", "1", "--out", str(tmp_path / "out.md")])
    main(["--runs", "1"])
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == capsys.readouterr().out


@pytest.mark.full
def test_the_shipped_document_is_what_the_command_writes() -> None:
    shipped = DOCUMENT.read_text(encoding="utf-8")
    stated = re.search(r"(\d+) runs\n\(\d+ failed\), seed (\d+),", shipped)
    assert stated
    load_world()
    assert shipped == document(*measure(int(stated[1]), int(stated[2])))
