"""The table of the baseline against data: every figure against the right output, in the right unit."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from calibration.comparison import NOT_COMPARED, Comparison, compare
from calibration.observed import CONTROLS, YEARS, load_observed
from calibration.uncalibrated import document, main, number
from simulator.ensemble import Ensemble, simulate
from simulator.records import CITIES
from simulator.scenario import load_scenario
from simulator.variables import ENTITIES, variables
from simulator.world import load_world

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "baseline_against_data.md"


@cache
def ensemble(until: str = "2017Q4") -> Ensemble:
    return simulate(load_world(), load_scenario("baseline"), runs=3, until=until, threads=1)


@cache
def found() -> dict[tuple[str, str], Comparison]:
    return {(s.group, s.title): s for s in compare(ensemble())}


def one(title: str, group: str = "") -> Comparison:
    (series,) = [s for (g, t), s in found().items() if t == title and g.endswith(group)]
    return series


def output(level: str, name: str, entity: str = "Liaoning") -> np.ndarray:
    """Return quarters of an output, shape (runs, 12, 4)."""
    column = [v.name for v in variables()[level]].index(name)
    return ensemble().levels[level][:, :, ENTITIES[level].index(entity), column].reshape(3, 12, 4)


def hand_made(data: list[float], model: list[list[float]], relative: bool, given: tuple[str, ...] = ()) -> Comparison:
    periods = YEARS[: len(data)]
    return Comparison("Group", "Title", "out", "unit", relative, periods, np.array(data), np.array(model), given)


def test_misses_intervals_and_worst_year() -> None:
    runs = [[90.0, 100.0, 160.0], [110.0, 120.0, 200.0], [130.0, 140.0, 240.0]]
    series = hand_made([100.0, 150.0, 160.0], runs, relative=True, given=("2006",))
    np.testing.assert_allclose(series.misses, [10.0, -20.0, 25.0])
    np.testing.assert_allclose(series.intervals[1:, 0], [92.0, 128.0])
    assert series.inside.tolist() == [True, False, False]
    assert series.counted.tolist() == [False, True, True]
    assert series.typical == pytest.approx(np.sqrt((20.0**2 + 25.0**2) / 2.0))
    assert series.worst == 2
    assert hand_made([2.0, 3.0], [[1.0, 3.5]], relative=False).misses.tolist() == [-1.0, 0.5]
    only_given = hand_made([1.0], [[2.0]], relative=True, given=("2006",))
    assert np.isnan(only_given.typical) and only_given.worst == 0


def test_every_observed_variable_is_compared_or_named_as_not_compared() -> None:
    observed = load_observed()
    variables_of = {row.variable for row in observed.rows if row.entity not in CONTROLS}
    assert set(NOT_COMPARED) <= variables_of
    figures = sum(len(s.periods) for s in found().values())
    rows = [row for row in observed.rows if row.entity not in CONTROLS and row.variable not in NOT_COMPARED]
    early = [row for row in rows if row.period < YEARS[0]]
    # Growth of restated GDP has eleven figures of its own; two ends of a range become one figure.
    assert figures == len(rows) - len(early) + 11 - 1
    assert len(early) == 2


def test_units_agree() -> None:
    """A wrong power of ten or a wrong output would leave the model far from the data."""
    for series in found().values():
        if series.relative:
            ratio = series.intervals[0] / series.data
            assert (ratio > 0.25).all() and (ratio < 4.0).all(), (series.title, ratio)
        else:
            assert (np.abs(series.data) <= 100.0).all() and (np.abs(series.misses) < 60.0).all(), series.title
    for title in ("Resident population", "Employment", "Average wage", "Exports", "Imports", "GDP, 4th census"):
        assert abs(one(title).misses[0]) < 6.0, title


def test_consumption_is_made_nominal_quarter_by_quarter() -> None:
    price = load_world().path["price_gdp"][:48].reshape(12, 4)
    expected = (output("province", "consumption") * price).sum(axis=2)
    np.testing.assert_allclose(one("Household consumption").model, expected)
    assert one("Household consumption").data[4] == pytest.approx(562.21)


def test_trade_with_a_partner_is_in_yuan() -> None:
    rate = load_world().path["exchange_rate"][:48].reshape(12, 4)
    expected = (output("partner", "imports_usd", "Korea") * rate).sum(axis=2)[:, 8:11]
    series = one("Imports from Korea")
    np.testing.assert_allclose(series.model, expected)
    assert series.periods == ("2014", "2015", "2016") and series.data[0] == pytest.approx(25.673)


def test_growth_of_restated_gdp() -> None:
    annual = output("province", "gdp_real").sum(axis=2)
    series = one("Growth, restated")
    np.testing.assert_allclose(series.model[:, 3], 100.0 * (annual[:, 4] / annual[:, 3] - 1.0))
    assert series.periods[3] == "2010" and series.data[3] == pytest.approx(100.0 * (13896.3 / 13702.5 - 1.0))


def test_published_series_meet_reported_outputs() -> None:
    expected = {
        "GDP, first release": "gdp_reported",
        "FDI as published": "fdi_reported",
        "Fiscal revenue as published": "fiscal_revenue_reported",
    }
    for title, name in expected.items():
        np.testing.assert_allclose(one(title).model, output("province", name).sum(axis=2))
    growth = output("province", "gdp_growth_reported").mean(axis=2)
    np.testing.assert_allclose(one("Growth as published").model, growth)
    share = output("province", "secondary_share_reported").mean(axis=2)
    np.testing.assert_allclose(one("Secondary sector, first release").model, 100.0 * share)
    survey = output("province", "capacity_utilisation_survey")[:, 10:].mean(axis=(1, 2))
    np.testing.assert_allclose(one("Surveyed utilisation, middle of the range").model[:, 0], 100.0 * survey)


def test_ports_by_quarter_and_year() -> None:
    series = one("Port of Dalian, throughput")
    assert series.periods == ("2012Q1", "2014Q1", "2016") and series.given == ("2012Q1",)
    tonnes = output("port", "throughput", "Dalian")
    expected = np.column_stack([tonnes[:, 6, 0], tonnes[:, 8, 0], tonnes[:, 10].sum(axis=1)])
    np.testing.assert_allclose(series.model, expected)
    assert "2005" not in one("Port of Yingkou, containers").periods


@pytest.mark.parametrize("group", ["GDP", "FDI"])
def test_shares_of_cities_add_up(group: str) -> None:
    shares = [one(city, f"shares of {group}") for city in CITIES]
    np.testing.assert_allclose(sum(s.model for s in shares), 100.0)
    np.testing.assert_allclose(sum(s.data for s in shares), 100.0, atol=0.01)


def test_a_longer_run_gives_the_same_comparison() -> None:
    for short, long in zip(found().values(), compare(ensemble("2019Q4")), strict=True):
        assert short.title == long.title
        np.testing.assert_array_equal(short.model, long.model)


def test_numbers_are_short() -> None:
    assert [number(x) for x in (1234.6, 56.78, 5.678, -0.571, -0.001, 0.0)] == [
        "1,235", "56.8", "5.68", "-0.57", "0.00", "0.00"
    ]  # fmt: skip


def test_the_document_says_what_it_is_and_keeps_failures() -> None:
    text = document(ensemble())
    assert "not a validation" in text and "3 runs\n(0 failed)" in text and "in-sample" in text
    assert text == document(ensemble())
    for group, title in found():
        assert f"## {group}\n" in text
        assert any(line.startswith(f"| {title}") for line in text.splitlines())
    exports = one("Exports")
    line = next(line for line in text.splitlines() if line.startswith("| Exports, bn USD: data"))
    cells = [cell.strip() for cell in line.split("|")[2:-1]]
    assert cells[0] == "*28.3*"
    for cell, inside in zip(cells[1:], exports.inside[1:], strict=True):
        assert cell.startswith("**") != inside
    worst = re.search(r"- Exports, (\d{4}): the median of .* (above|below) the figure", text)
    assert worst and worst[1] == exports.periods[exports.worst]


def test_the_shipped_document_has_the_same_parts() -> None:
    """Its figures may be of an earlier parameter file; the command at its top writes it again."""
    shipped, fresh = DOCUMENT.read_text(encoding="utf-8"), document(ensemble())

    def parts(text: str) -> list[str]:
        lines = text.partition("## Largest misses")[0].splitlines()
        return [line for line in lines if line.startswith("#")] + [
            line.split("|")[1] for line in lines if line.startswith("|")
        ]

    assert parts(shipped) == parts(fresh)


def test_the_command_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--runs", "1", "--out", str(tmp_path / "out.md")])
    main(["--runs", "1"])
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == capsys.readouterr().out
