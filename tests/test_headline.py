from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from simulator.headline import COST, HEADLINE, Headline, as_json, build_headline, net_revenue, window_effect
from simulator.headline_text import cost_sentence, render, turn_sentence
from simulator.levers import INSTRUMENTS
from simulator.results import Results
from simulator.variables import variable
from tests.fakes import FakeEnsemble, changed, column, fake_ensemble
from tests.whole import lever, schedule


def pair(quarters: int = 28, **options: Any) -> list[FakeEnsemble]:
    return [fake_ensemble(quarters=quarters, **options), fake_ensemble("other", quarters=quarters, **options)]


def effect(headline: Headline, name: str, period: str) -> Any:
    return next(x for x in headline.effects if (x.variable.name, x.period) == (name, period))


def text(headline: Headline, lang: str = "en") -> str:
    console = Console(width=100, file=None, record=True, quiet=False, force_terminal=False)
    with console.capture() as capture:
        console.print(render(headline, lang))
    return capture.get()


def test_periods_are_the_last_five_years_and_the_last() -> None:
    assert build_headline(Results(pair())).periods == ("2008-2012", "2012")
    assert build_headline(Results(pair(quarters=15))).periods == ("2006-2008", "2008")
    assert build_headline(Results(pair(quarters=4))).periods == ("2006",)


def test_without_a_full_year_there_is_nothing_to_say() -> None:
    headline = build_headline(Results(pair(quarters=3)))
    assert headline.periods == headline.levels == headline.effects == headline.turns == headline.costs == ()
    assert "No full year" in text(headline)


def test_effects_by_hand() -> None:
    ensembles = pair(runs=21)
    changed(ensembles[1], "province", "gdp_real", 1.0 + np.arange(-5, 16)[:, None, None] / 100.0)
    found = effect(build_headline(Results(ensembles)), "gdp_real", "2008-2012")
    assert found.percent.median == pytest.approx(5.0)
    assert (found.percent.p05, found.percent.p95) == pytest.approx((-4.0, 14.0))
    assert found.prob_positive == pytest.approx(15.5 / 21)
    # Run r: sum over a year of 1 + r + q/10; mean over quarters 8 to 27 is 1 + r + 1.75, times four.
    changes = np.sort([4 * (2.75 + r) * (r - 5) / 100 for r in range(21)])
    assert found.absolute.median == pytest.approx(changes[10])


def test_the_mean_of_years_is_taken_before_the_percentage() -> None:
    ensembles = pair(runs=1)
    base = ensembles[0].levels["province"][0, :, 0, column("province", "gdp_real")]
    other = ensembles[1].levels["province"][0, :, 0, column("province", "gdp_real")]
    base[:], other[:] = 1.0, 1.0
    base[24:], other[24:] = 6.0, 9.0  # years 4, 4, 4, 4, 24 against 4, 4, 4, 4, 36
    headline = build_headline(Results(ensembles))
    assert effect(headline, "gdp_real", "2008-2012").percent.median == pytest.approx(100 * (52 / 40 - 1))
    assert effect(headline, "gdp_real", "2012").percent.median == pytest.approx(50.0)


def test_no_effect_is_exactly_zero_and_half() -> None:
    headline = build_headline(Results(pair(random=True)))
    for x in headline.effects:
        assert (x.absolute.median, x.absolute.p05, x.absolute.p95, x.prob_positive) == (0.0, 0.0, 0.0, 0.5)
        assert x.percent is not None and x.percent.median == 0.0
    assert [c.total.median for c in headline.costs] == [0.0]
    lines = [line.split() for line in text(headline).splitlines() if line.strip().startswith("Exports")]
    assert lines == [["Exports", "0", "0", "to", "0", "0", "bn", "yuan", "0.50", "0"]]


def test_policy_cost_is_counted_beyond_the_base() -> None:
    ensembles = pair()
    for e in ensembles:
        e.levels["province"][..., column("province", COST)] = 0.0
    ensembles[1].levels["province"][:, 20:, 0, column("province", COST)] = 1.5
    headline = build_headline(Results(ensembles))
    assert effect(headline, COST, "2012").absolute.median == 6.0
    assert effect(headline, COST, "2008-2012").absolute.median == pytest.approx(12.0 / 5)
    assert effect(headline, COST, "2012").percent is None
    cost = headline.costs[0]
    assert (cost.period, cost.total.median, cost.yearly.median) == ("2011-2012", 12.0, pytest.approx(2.4))
    said = " ".join(text(headline).split())
    assert "Policy cost, bn yuan at current prices: +2.40 (+2.40 to +2.40) a year in 2008–2012" in said
    assert "+12.0 (+12.0 to +12.0) in 2011–2012, not discounted" in said


def test_policy_cost_is_also_told_in_per_cent_of_gdp() -> None:
    ensembles = pair()
    for e in ensembles:
        e.levels["province"][..., column("province", COST)] = 0.0
        e.levels["province"][..., column("province", "gdp_nominal")] = 50.0
    ensembles[1].levels["province"][:, :, 0, column("province", COST)] = 1.0
    (cost,) = build_headline(Results(ensembles)).costs
    assert cost.of_gdp.median == pytest.approx(2.0)
    assert net_revenue(Results(ensembles), "other").median == pytest.approx(-4.0)


def scheduled(name: str, *instruments: str) -> FakeEnsemble:
    """Return an ensemble whose policy path is a real one, with one lever an instrument."""
    path = schedule(*(lever(i) for i in instruments), until="2012Q4")
    return replace(fake_ensemble(name, quarters=28), schedule=path)  # type: ignore[arg-type]


def test_a_cost_that_the_model_does_not_have_is_not_zero() -> None:
    headline = build_headline(Results([scheduled("baseline"), scheduled("merger", "port_merger")]))
    (cost,) = headline.costs
    assert (cost.paid, cost.unpaid, cost.modelled) == ((), ("port_merger",), False)
    assert "not modelled (Port merger)" in cost_sentence(headline, "merger")
    assert "模型未计入" in cost_sentence(headline, "merger", "zh")
    (made,) = as_json(headline)["policy_cost"]
    assert (made["modelled"], made["not_modelled"]) == (False, ["port_merger"])


def test_a_policy_that_pays_only_later_has_a_cost_in_the_model() -> None:
    headline = build_headline(Results([scheduled("baseline"), scheduled("push", "rd_support", "tariff_cut")]))
    (cost,) = headline.costs
    assert (cost.paid, cost.unpaid, cost.modelled) == (("rd_support",), ("tariff_cut",), True)
    assert f"Not modelled: the cost of {INSTRUMENTS['tariff_cut'].label}" in cost_sentence(headline, "push")


def test_years_against_the_last_ones_are_told() -> None:
    ensembles = pair(runs=20)
    factor = np.ones((20, 28, 1))
    factor[:, 4:8] = 0.99
    factor[:, 8:12] = 0.97
    factor[:, 12:] = 1.05
    changed(ensembles[1], "province", "gdp_real", factor)
    headline = build_headline(Results(ensembles))
    (turn,) = headline.turns
    assert (turn.variable.name, turn.year, turn.prob_positive) == ("gdp_real", "2008", 0.0)
    assert turn.percent.median == pytest.approx(-3.0)
    assert turn_sentence(headline, "other") == (
        "Against the direction of 2008–2012: Real GDP -3.00 % in 2008 (P(>0) 0.00)."
    )
    assert as_json(headline)["turns"][0]["year"] == "2008"


def test_at_most_three_turns_are_told_the_largest_first() -> None:
    ensembles = pair(runs=20)
    for name, dip in (("gdp_real", 0.99), ("exports", 0.90), ("imports", 0.95), ("fdi", 0.97)):
        factor = np.full((20, 28, 1), 1.05)
        factor[:, :4] = dip
        changed(ensembles[1], "province", name, factor)
    headline = build_headline(Results(ensembles))
    assert len(headline.turns) == 4
    said = turn_sentence(headline, "other")
    places = [said.index(label) for label in ("Exports -10.0 %", "Imports -5.00 %", "FDI inflow -3.00 %")]
    assert places == sorted(places)
    assert "Real GDP" not in said


def test_a_year_that_may_go_either_way_is_not_told() -> None:
    ensembles = pair(runs=20)
    factor = np.full((20, 28, 1), 1.05)
    factor[:13, 8:12] = 0.97  # 13 of 20 runs, fewer than LIKELY
    changed(ensembles[1], "province", "gdp_real", factor)
    assert build_headline(Results(ensembles)).turns == ()


def test_a_small_dip_is_not_told() -> None:
    ensembles = pair(runs=20)
    factor = np.full((20, 28, 1), 1.05)
    factor[:, 8:12] = 0.9980  # 0.2 % against 5 %
    changed(ensembles[1], "province", "gdp_real", factor)
    assert build_headline(Results(ensembles)).turns == ()


def test_effect_of_any_output() -> None:
    ensembles = pair()
    changed(ensembles[1], "province", "domestic_purchases", 0.5)
    found = window_effect(Results(ensembles), "other", "domestic_purchases")
    assert found.percent is not None and found.percent.median == pytest.approx(-50.0)
    assert (found.period, found.prob_positive) == ("2008-2012", 0.0)


def test_few_runs_are_told() -> None:
    assert "Fewer than 100 runs" in text(build_headline(Results(pair())))
    assert "One run of each scenario" in text(build_headline(Results(pair(runs=1))))
    assert "are rough" not in text(build_headline(Results(pair(runs=100))))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scenarios", [1, 2])
def test_the_tables_fit_a_hundred_columns(lang: str, scenarios: int) -> None:
    ensembles = pair(random=True, runs=9)
    for e in ensembles:
        changed(e, "province", "population", 1e5)
    changed(ensembles[1], "province", "population", 0.8)
    changed(ensembles[1], "province", "employment", np.linspace(0.5, 30.0, 9)[:, None, None])
    lines = text(build_headline(Results(ensembles[:scenarios])), lang).splitlines()
    assert max(cell_len(line) for line in lines) <= 100
    for name in HEADLINE:  # each variable on one line, its label whole
        v = variable("province", name)
        label = v.label_zh if lang == "zh" else v.label
        assert sum(line.strip().startswith(f"{label} ") for line in lines) == 1
    assert not any("…" in line for line in lines)


def test_below_the_table_stands_what_the_reader_must_know() -> None:
    said = text(build_headline(Results(pair())))
    assert "4 runs of each scenario" in said
    assert "not calibrated" in said
    assert "2008–2012: mean of these years" in said
    assert "ties half" in said
    assert "未经校准" in text(build_headline(Results(pair())), "zh")


def test_failed_runs_are_told() -> None:
    headline = build_headline(Results(pair(failures=((0, "broke"),))))
    assert (headline.runs, headline.failed) == (4, 1)
    assert "of which 1 failed" in text(headline)


def test_json_holds_everything_and_no_strange_numbers() -> None:
    ensembles = pair()
    ensembles[0].levels["province"][..., column("province", "fdi")] = np.nan
    ensembles[0].levels["province"][..., column("province", "exports")] = 0.0
    made = as_json(build_headline(Results(ensembles)), "zh")
    json.dumps(made, allow_nan=False)
    assert len(made["effects"]) == 2 * (len(HEADLINE) + 1)
    by_name = {x["variable"]: x for x in made["effects"] if x["period"] == "2012"}
    assert by_name["fdi"]["absolute"]["median"] is None and by_name["fdi"]["prob_positive"] is None
    assert by_name["exports"]["percent"] is None and by_name["exports"]["absolute"]["median"] > 0
    assert by_name["gdp_real"]["label"] == "实际地区生产总值"
    (cost,) = made["policy_cost"]
    assert (cost["scenario"], cost["unit"], cost["period"], cost["median"]) == ("other", "bn yuan", "2006-2012", 0.0)
