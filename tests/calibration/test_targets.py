"""The declared table of targets: complete, read strictly, and blind to figures after the last year asked for."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from calibration.observed import YEARS, last_year_of, load_observed
from calibration.target_file import ROLES, read
from calibration.targets import (
    NOT_COMPARED,
    error_sd,
    observed_data,
    observed_figure,
    observed_vector,
    rows,
    target,
    targets,
    to_scale,
    to_unit,
)
from simulator.errors import InputError
from simulator.records import CITIES
from simulator.tables import DataError

ROOT = Path(__file__).resolve().parents[2]
TEXT = files("calibration").joinpath("targets.toml").read_text(encoding="utf-8")
SCORED = {
    "gdp_restated", "exports_usd", "imports_usd", "trade_usd", "population", "employment", "wage", "bank_deposits"
}  # fmt: skip
FIRST_GROWTH = {("Liaoning", "growth_reconstructed", "2006"), ("Liaoning", "investment_growth_published", "2006")}


def sources() -> list[tuple[str, str, str, str]]:
    """Return entity, variable, period and role of every observed figure that a target uses."""
    return [
        (entity, variable, period, t.role)
        for t in targets().values()
        for entity in t.entity.split("+")
        for variable in filter(None, (t.variable, t.upper))
        for period in t.periods
    ]


# --- complete --------------------------------------------------------------------------------------------------------


def test_every_observed_series_has_a_target_or_a_reason() -> None:
    compared = {(entity, variable) for entity, variable, _, _ in sources()}
    for row in load_observed().rows:
        assert ((row.entity, row.variable) in compared) != (row.variable in NOT_COMPARED), (row.entity, row.variable)
    assert set(NOT_COMPARED) <= {row.variable for row in load_observed().rows}


def test_every_figure_from_2006_on_is_used_once() -> None:
    used = Counter((entity, variable, period) for entity, variable, period, _ in sources())
    figures = {
        (row.entity, row.variable, row.period)
        for row in load_observed().rows
        if row.variable not in NOT_COMPARED and last_year_of(row.period) >= 2006
    }
    assert set(used) == figures - FIRST_GROWTH  # growth of the first year needs the year before
    assert {key for key, times in used.items() if times > 1} == set()


def test_what_is_scored_is_what_was_announced() -> None:
    scored = [t for t in targets().values() if t.scored]
    assert {t.name for t in scored if t.entity == "Liaoning"} == SCORED
    assert not any(t.padded for t in scored if t.entity == "Liaoning")
    assert {t.variable for t in scored if t.entity != "Liaoning"} == {
        "exports_to", "imports_from", "gdp_share", "fdi_share", "investment_share"
    }  # fmt: skip
    partners = [t for t in scored if t.group == "Partners"]
    assert len(partners) == 6
    assert all(t.base_year_known and t.free == ("2015", "2016") for t in partners)


def test_where_the_model_starts_is_never_fitted() -> None:
    start = {name for name, period in rows() if period == "2006"}
    # The start is the restated level, so coverage is free; the wage starts from the labour share.
    assert start == {"gdp_first_release", "wage"}
    assert not [row for row in rows() if row[1] == "2012Q1" and not row[0].endswith("_liaoning")]
    for t in targets().values():
        assert not set(t.given) & set(t.free) and set(t.given) | set(t.free) == set(t.periods)


def test_one_role_each() -> None:
    parts = [rows(role=role) for role in ROLES]
    assert sum(len(part) for part in parts) == len(set().union(*parts))
    assert {target(name).entity for name, _ in rows(role="control")} == {"Jilin", "Heilongjiang"}
    assert len(rows(role="control")) == 4 * 12
    assert {name for name, _ in rows(role="explain")} == {"revenue_padding", "investment_growth_published"}


# --- figures ---------------------------------------------------------------------------------------------------------


def test_figures_are_in_the_units_of_the_targets() -> None:
    assert observed_figure(("gdp_restated", "2007")) == pytest.approx(1029.22)
    assert observed_figure(("growth_published", "2016")) == pytest.approx(-2.5)
    assert observed_figure(("wage", "2017")) == pytest.approx(61.153)
    assert observed_figure(("exports_to_japan", "2015")) == pytest.approx(52.484)
    assert observed_figure(("utilisation_survey", "2016-2017")) == pytest.approx(72.5)  # the middle of 70 to 75
    share = load_observed().value
    both = 100.0 * (share("Dalian", "fdi_share", "2013") + share("Shenyang", "fdi_share", "2013"))
    assert observed_figure(("fdi_share_dalian_shenyang", "2013")) == pytest.approx(both)


def test_vectors_are_on_the_scales_of_the_targets() -> None:
    chosen = (("graduate_stay_rate", "2016"), ("exports_usd", "2009"), ("gdp_restated", "2010"))
    np.testing.assert_allclose(observed_vector(chosen), [25.0, np.log(33.44), np.log(1389.63)])
    np.testing.assert_allclose(error_sd(chosen), [10.0, 0.02, 0.08])
    both = np.array([[25.0, 33.44, 1389.63], [30.0, 1.0, np.e]])
    np.testing.assert_allclose(to_scale(chosen, both)[1], [30.0, 0.0, 1.0])
    np.testing.assert_allclose(to_unit(chosen, to_scale(chosen, both)), both)


def test_errors_say_what_the_sources_say() -> None:
    growth = {period: float(error_sd([("growth_published", period)])[0]) for period in target("growth_published").free}
    quoted = set(load_observed().series("Liaoning", "growth_published"))
    assert {period for period, sd in growth.items() if sd == 0.3} == quoted
    assert {sd for period, sd in growth.items() if period not in quoted} == {1.0}
    fdi = [float(error_sd([("fdi_published", year)])[0]) for year in YEARS[1:]]
    assert fdi == [0.4] * 8 + [0.15] * 3  # an order of magnitude before the break


def test_the_sum_of_trade_is_the_sum() -> None:
    for year in YEARS[:10]:
        parts = observed_figure(("exports_usd", year)) + observed_figure(("imports_usd", year))
        assert observed_figure(("trade_usd", year)) == pytest.approx(parts, abs=0.011)


def test_shares_of_investment_add_up() -> None:
    for year in YEARS[:11]:
        assert sum(load_observed().value(c, "investment_share", year) for c in CITIES) == pytest.approx(1.0, abs=1e-5)


def test_a_city_has_its_own_name() -> None:
    assert target("gdp_share_dalian").title == "Share of Dalian in GDP of the cities"
    assert target("gdp_share_dalian").title_zh == "大连占各市地区生产总值比重"
    with pytest.raises(InputError, match='no target "exports_usb"; did you mean "exports_usd"'):
        target("exports_usb")


# --- nothing later ---------------------------------------------------------------------------------------------------


ABSURD = {"count": "1", "share": "0.0123", "per year": "0.0123", "yuan per year": "123.4"}


def with_sentinels(tmp_path: Path, after: int) -> Path:
    """Write the observed figures with absurd ones in place of all that end after a year."""
    source = ROOT / "calibration" / "data" / "observed.csv"
    lines = list(csv.reader(source.read_text(encoding="utf-8").splitlines()))
    for line in lines[1:]:
        if last_year_of(line[2]) > after:
            line[3] = ABSURD.get(line[4], "98.7")
    copy = tmp_path / "observed.csv"
    with copy.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    return copy


@pytest.mark.parametrize("role", ["fit", "compare", "explain", "control"])
def test_later_figures_cannot_reach_a_fit(tmp_path: Path, role: str) -> None:
    copy = with_sentinels(tmp_path, 2013)
    true, planted = observed_data(2013, role), observed_data(2013, role, copy)
    assert true.rows == planted.rows
    np.testing.assert_array_equal(true.values, planted.values)
    assert not np.array_equal(observed_data(2017, role).values, observed_data(2017, role, copy).values)


def test_the_table_ends_with_the_year_asked_for(tmp_path: Path) -> None:
    table = load_observed(with_sentinels(tmp_path, 2013), 2013)
    assert max(last_year_of(row.period) for row in table.rows) == 2013
    assert not {"fdi_comparable", "graduate_stay_rate", "revenue_padding_low"} & {row.variable for row in table.rows}
    with pytest.raises(DataError, match='no period "2014"'):
        table.value("Liaoning", "exports_usd", "2014")


def test_rows_of_an_earlier_year_are_some_of_the_later() -> None:
    early, late = rows(2013), rows(2017)
    assert [row for row in late if last_year_of(row[1]) <= 2013] == list(early)
    assert ("utilisation_survey", "2016-2017") in late and ("utilisation_survey", "2016-2017") not in rows(2016)
    assert ("port_containers_liaoning", "2012Q1") in early
    with pytest.raises(InputError, match='role "fitt" is not known.*did you mean "fit"'):
        rows(role="fitt")


# --- strict ----------------------------------------------------------------------------------------------------------

WRONG = {
    "scale": ('scale = "log"', 'scale = "logs"', ['[gdp_restated]: scale = "logs"', "log, points", 'mean "log"']),
    "role": ('role = "fit"', 'role = "fitted"', ['role = "fitted"', "compare", "did you mean"]),
    "operator": ('operator = "gdp_restated"', 'operator = "gdp_restatd"', ["gdp_restatd", 'mean "gdp_restated"']),
    "variable": ('"gdp_nominal_census4"', '"gdp_nominal_cenus4"', ["variable", 'did you mean "gdp_nominal_census4"']),
    "entity": ('entity = "Liaoning"', 'entity = "Lioaning"', ["entity", 'did you mean "Liaoning"']),
    "unit": ('unit = "bn yuan"', 'unit = "bn USD"', ["bn USD", "100m yuan", "allowed: bn yuan"]),
    "error": ("error = 0.04", "error = 0", ["error = 0 is not a number above zero"]),
    "error as text": ("error = 0.04", 'error = "4 %"', ["'4 %' is not a number"]),
    "errors": ('errors = { "2010" = 0.08 }', 'errors = { "2018" = 0.08 }', ["errors: period", '"2018"']),
    "errors as a list": ('errors = { "2010" = 0.08 }', "errors = [0.08]", ["errors = [0.08]; write"]),
    "periods": ('periods = "2006 to 2017"', 'periods = "2006-2017"', ["2006-2017", 'write a list or "2006 to 2017"']),
    "period": ('periods = "2006 to 2017"', 'periods = ["2018"]', ["given: period", "2018"]),
    "twice": ('given = ["2006"]', 'given = ["2006", "2006"]', ["given names something twice"]),
    "given": ('given = ["2006"]', 'given = ["2005"]', ["given: period", '"2005"']),
    "yes or no": ("padded = false", 'padded = "no"', ["padded = 'no'; allowed are true and false"]),
    "unknown key": ("padded = false", "paded = false", ["paded is not known", 'did you mean "padded"']),
    "missing key": ("padded = false\n", "", ["padded is missing"]),
    "two places": ('entity = "Liaoning"', 'entity = "Liaoning"\nentities = ["Jilin"]', ["either entity or entities"]),
    "empty text": ('title = "GDP, 4th census"', 'title = " "', ["title must be a text that is not empty"]),
    "control": ('role = "fit"', 'role = "control"', ['operator "none" is for the role control']),
    "not TOML": ("[gdp_restated]", "[gdp_restated", ["not valid TOML"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_refused(case: str) -> None:
    old, new, parts = WRONG[case]
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        read(TEXT.replace(old, new, 1), "my_targets.toml", load_observed())
    message = str(caught.value)
    assert message.startswith("my_targets.toml: ") and (case == "not TOML" or "[gdp_restated]" in message)
    assert all(part in message for part in parts), message


def test_the_same_target_twice_is_refused() -> None:
    block = TEXT[TEXT.index("[fdi_share]") : TEXT.index("[investment_share]")]
    more = block.replace("[fdi_share]", "[fdi_share_anshan]").replace('entities = ["Anshan",', 'entity = "Anshan" #')
    with pytest.raises(InputError, match=r"\[fdi_share_anshan\]: a target fdi_share_anshan stands above already"):
        read(TEXT + more, "my_targets.toml", load_observed())
