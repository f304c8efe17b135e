"""What is called literature-driven: by measured contraction, in summaries and caveats, the report and the documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.caveats import caveats, literature
from simulator.identification import contractions, informed, literature_driven, measured
from simulator.posterior import read_posterior, shipped
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.sensitivity import leans
from simulator.world import World
from tests.commands import SHORT, Engine, liaosim
from tests.effects import noise, uniform, world_of
from tests.posteriors import FITTED, write_posterior
from tests.test_docs import loaded
from tests.test_report import Page, page_of, runs_of


@pytest.mark.usefixtures("uncalibrated")
def test_without_a_posterior_the_judgement_holds() -> None:
    assert contractions() is None and measured("tax_rate") is None
    assert literature_driven("tax_rate"), "nothing was fitted"
    assert informed("tax_rate", None).quality == "good"
    x = uniform(100)
    (found,) = leans(world_of(x[:, 4], x), "reform", ["gdp_real"])
    assert not found.effect.measured and not any(d.literature for d in found.effect.drivers)
    assert literature([found]) == () == caveats(world_of(x[:, 4], x))


@pytest.mark.parametrize(
    ("name", "contraction", "driven", "quality"),
    [
        ("tax_rate", 0.85, False, "good"),
        ("import_elasticity", 0.45, False, "fair"),
        ("rollover_a", 0.25, False, "weak"),
        ("trade_elasticity_long_run", 0.1, True, "none"),
        ("padding_speed", None, True, "none"),  # judged good, but not fitted
    ],
)
def test_measured_contraction_replaces_the_judgement(
    calibrated: Path, name: str, contraction: float | None, driven: bool, quality: str
) -> None:
    assert measured(name) == contraction
    assert literature_driven(name) is driven
    assert informed(name, contractions()).quality == quality


def test_the_bound_is_a_fifth_and_sizes_stay_sizes() -> None:
    assert literature_driven("tax_rate", {"tax_rate": 0.1999}) and not literature_driven("tax_rate", {"tax_rate": 0.2})
    assert informed("ntb_cut:Japan", {"tax_rate": 0.9}).by.startswith("size of a policy")


def test_the_posterior_of_the_runs_counts_before_the_shipped_one(calibrated: Path, tmp_path: Path) -> None:
    mine = read_posterior(write_posterior(tmp_path / "mine", "mine", {"tax_rate": 0.05})).calibration
    assert contractions(mine) == {"tax_rate": 0.05}
    assert contractions() == dict(FITTED)


def effect(weights: Mapping[int, float], size: float = 0.0) -> Results:
    """Return results in which columns of ``tests.effects.NAMES`` and the size of a policy drive real GDP."""
    x, u = uniform(300), uniform(300, 1, seed=9)[:, 0]
    total = sum((w * x[:, k] for k, w in weights.items()), np.zeros(300)) + size * u + 0.1 * noise(300)
    return world_of(total, x, sizes={"ntb_cut:Japan": u})


def test_drivers_say_what_data_made_of_them(calibrated: Path) -> None:
    (found,) = leans(effect({0: 1.0, 1: 0.8, 2: 0.6}, 0.4), "reform", ["gdp_real"])
    told = {d.name: (d.contraction, d.literature, d.quality) for d in found.effect.drivers}
    assert told == {
        "trade_elasticity_long_run": (0.1, True, "none"),
        "tax_rate": (0.85, False, "good"),
        "port_choice": (None, True, "none"),
        "ntb_cut": (None, False, "none"),
    }
    shares = {d.name: d.share for d in found.effect.drivers}
    expected = (shares["trade_elasticity_long_run"] + shares["port_choice"]) / found.effect.explained
    assert found.effect.measured and found.literature == pytest.approx(expected)
    assert 0.5 < found.literature < 0.8 and not found.led_by_literature


@pytest.mark.parametrize(
    ("weights", "size", "led"),
    [
        ({0: 1.0, 2: 0.6}, 0.0, True),
        ({0: 1.0, 2: 0.6}, 0.8, True),  # a size is no data either
        ({}, 1.0, False),  # sizes alone are chosen, not literature
        ({0: 1.0, 1: 0.9}, 0.0, False),
        ({1: 1.0}, 0.0, False),
        ({0: 1.0, 2: 0.9, 4: 0.8, 1: 0.4}, 0.0, True),  # the fourth driver does not lead
    ],
)
def test_an_effect_is_led_by_literature_if_data_inform_none_of_its_leading_drivers(
    calibrated: Path, weights: Mapping[int, float], size: float, led: bool
) -> None:
    (found,) = leans(effect(weights, size), "reform", ["gdp_real"])
    assert found.effect.drivers and found.led_by_literature is led


@pytest.mark.parametrize(
    ("weights", "english", "chinese"),
    [
        (
            {0: 1.0, 2: 0.6},
            "literature-driven: Real GDP. The data inform none of what drives these effects most"
            " (trade_elasticity_long_run, port_choice).",
            "依文献设定：实际地区生产总值。数据没有为这些效果的主要驱动因素（trade_elasticity_long_run、port_choice）提供信息。",
        ),
        (
            {0: 1.0, 1: 0.7},
            "at least half of what is explained rests on literature-driven parameters: Real GDP.",
            "已解释部分至少有一半取决于依文献设定的参数：实际地区生产总值。",
        ),
        (
            {1: 1.0},
            "no effect rests mostly on literature-driven parameters, as far as drivers were found.",
            "就已发现的驱动因素而言，没有效果主要取决于依文献设定的参数。",
        ),
    ],
)
def test_the_summary_says_what_is_literature_driven(
    calibrated: Path, weights: Mapping[int, float], english: str, chinese: str
) -> None:
    results = effect(weights)
    assert caveats(results)[0] == f"reform: {english}"
    assert caveats(results)[1].startswith("Literature-driven: a parameter that was not fitted, or")
    assert caveats(results, "zh")[0] == f"reform：{chinese}"


def test_effects_without_drivers_are_not_passed_over(calibrated: Path) -> None:
    x = uniform(300)
    (found,) = leans(world_of(noise(300), x), "reform", ["gdp_real"])
    assert literature([found]) == ("it cannot be told with this many runs what drives: Real GDP.",)
    assert literature([found], "zh") == ("以目前的运行次数，无法判断以下效果由什么驱动：实际地区生产总值。",)


def test_the_terminal_and_json_say_it(engine: Engine, calibrated: Path) -> None:
    """The fake has no drivers, so what the skill card says is all."""
    said = " ".join(liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "a").stdout.split())
    assert "GDP at current prices: outside the years it was fitted to, the model forecast this worse" in said
    content: dict[str, Any] = json.loads(
        liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "b", "--json").stdout
    )
    assert len(content["caveats"]) == 1 and "(RMSE 0.123 against 0.08)" in content["caveats"][0]


# Report and documents


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            (
                "Parameters are fitted to data of 2006–2017; those",
                "not identified; literature-driven",
                "Contraction", "Literature-driven, of what is explained", "the model missed by more than the guess",
                "GDP at current prices (1.5 times as much)", "rests on parameters that were not fitted",
                "drawn from posterior shipped (2006–2017, model", "validation (2006–2013, model",
            ),
        ),
        (
            "zh",
            (
                "参数以2006–2017年数据拟合；", "无法识别；依文献设定", "收缩", "已解释部分中依文献设定的份额",
                "当年价地区生产总值（1.5倍）", "本版本附带：shipped",
            ),
        ),
    ],
)  # fmt: skip
def test_the_report_says_it(world: World, calibrated: Path, lang: str, said: tuple[str, ...]) -> None:
    chosen = [load_scenario("baseline"), load_scenario("rd_push")]
    results = runs_of(world, chosen, 40, "2028Q4", "posterior")
    page = Page(page_of(results, chosen, lang))
    assert page.wrong == [] and page.open == []
    for part in said:
        assert part in page.text, part


@pytest.mark.usefixtures("uncalibrated")
def test_a_report_of_the_prior_is_as_it_was(world: World) -> None:
    chosen = [load_scenario("baseline"), load_scenario("rd_push")]
    page = Page(page_of(runs_of(world, chosen, 40, "2028Q4"), chosen)).text
    assert "Not calibrated." in page and "a judgement made before calibration" in page
    for part in ("literature-driven", "Contraction", "random walk", "posterior"):
        assert part not in page, part


def test_documents_show_the_posterior_if_there_is_one(calibrated: Path) -> None:
    posterior = shipped()
    assert posterior is not None
    row = posterior.table[0]
    table = loaded().BLOCKS["parameters"]()
    assert "| Status | Fitted | Contraction | Source |" in table
    (line,) = [text for text in table.splitlines() if text.startswith("| `tax_rate` |")]
    assert f"| {row.median:.4g} ({row.p05:.4g} to {row.p95:.4g}) | 85 % |" in line
    (kept,) = [text for text in table.splitlines() if text.startswith("| `capital_share` |")]
    assert "| U |  |  | Bai" in kept


@pytest.mark.usefixtures("uncalibrated")
def test_documents_have_no_empty_columns() -> None:
    assert "Contraction" not in loaded().BLOCKS["parameters"]()
