"""What runs use where nobody says it, what results tell of a posterior, and what is called literature-driven."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import MODEL_VERSION
from simulator.caveats import caveats, literature
from simulator.errors import InputError
from simulator.headline import build_headline
from simulator.headline_text import notes
from simulator.identification import contractions, informed, literature_driven, measured
from simulator.manifest import parameters_entry, read_manifest
from simulator.parameters import ParameterTable, draw_table
from simulator.posterior import read_posterior, shipped
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.sensitivity import leans
from simulator.store_read import load_results
from simulator.sweep.file import parse_sweep
from simulator.sweep.manifest import load_sweep_manifest
from simulator.sweep.planning import draws_of_spec
from simulator.world import World
from tests.commands import SHORT, Engine, liaosim
from tests.effects import noise, uniform, world_of
from tests.posteriors import FITTED, write_posterior
from tests.test_docs import loaded
from tests.test_report import Page, page_of, runs_of

SWEEP = '[sweep]\nname = "x"\nscenarios = ["baseline"]\nuntil = "2006Q4"\n'


# What runs use


@pytest.mark.parametrize("words", [["run", "baseline"], ["compare", "baseline", "cjk_fta"]])
def test_the_shipped_posterior_is_the_default(engine: Engine, calibrated: Path, words: list[str]) -> None:
    assert liaosim(*words, *SHORT).exit_code == 0
    assert engine.draws == [("posterior", 4, 1, None)]


@pytest.mark.usefixtures("uncalibrated")
def test_the_prior_is_the_default_where_nothing_is_shipped(engine: Engine) -> None:
    assert liaosim("run", "baseline", *SHORT).exit_code == 0
    assert engine.draws == [("prior", 4, 1, None)]


@pytest.mark.parametrize("kind", ["prior", "posterior", "point"])
def test_what_is_asked_for_is_used(engine: Engine, calibrated: Path, kind: str) -> None:
    assert liaosim("run", "baseline", *SHORT, "--parameters", kind).exit_code == 0
    assert engine.draws == [(kind, 4, 1, None)]


def test_a_folder_is_a_posterior(engine: Engine, tmp_path: Path) -> None:
    write_posterior(tmp_path / "mine", "mine")
    assert liaosim("run", "baseline", *SHORT, "--parameters", "mine").exit_code == 0
    assert engine.draws == [("posterior", 4, 1, "mine")]


def test_a_folder_of_something_else_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    result = liaosim("run", "baseline", *SHORT, "--parameters", "mine")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: mine holds no manifest.json; name a folder that liaosim calibrate --out wrote\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_help_says_the_default() -> None:
    text = " ".join(liaosim("run", "--help").stdout.replace("│", " ").split())
    assert "posterior|prior|point|FILE|DIR" in text
    assert "[default: (posterior if this version ships one, else prior)]" in text


# Sweeps


def test_a_sweep_draws_from_the_shipped_posterior(calibrated: Path) -> None:
    spec = parse_sweep(SWEEP + "runs = 5\nseed = 2\n", "x.toml", None)
    assert spec.parameters == "posterior"
    assert draws_of_spec(spec).hash == draw_table("posterior", 5, 2).hash


@pytest.mark.usefixtures("uncalibrated")
def test_a_sweep_draws_from_the_prior_where_nothing_is_shipped() -> None:
    spec = parse_sweep(SWEEP + "runs = 5\nseed = 2\n", "x.toml", None)
    assert spec.parameters == "prior"
    assert draws_of_spec(spec).hash == draw_table("prior", 5, 2).hash
    asked = parse_sweep(SWEEP + 'parameters = "posterior"\n', "x.toml", None)
    with pytest.raises(InputError, match=r'x.toml: \[sweep\] parameters: "posterior" is not allowed; this'):
        draws_of_spec(asked)


def test_a_sweep_takes_a_folder_beside_its_file(tmp_path: Path) -> None:
    write_posterior(tmp_path / "mine", "mine")
    spec = parse_sweep(SWEEP + 'runs = 5\nparameters = "./mine"\n', "x.toml", tmp_path)
    assert draws_of_spec(spec).hash == draw_table("posterior", 5, 1, tmp_path / "mine").hash


def test_draws_beyond_the_posterior_are_refused(calibrated: Path, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(SWEEP + "draws = 1025\nreplications = 1\n", encoding="utf-8")
    result = liaosim("sweep", str(tmp_path / "x.toml"), "--plan")
    assert result.exit_code == 2
    assert "1,025 is more than the 1,024 rows that the posterior has" in result.stderr


def test_a_sweep_goes_on_and_is_verified_with_what_its_folder_stored(
    world: World, calibrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text(SWEEP + "runs = 3\n", encoding="utf-8")
    assert liaosim("sweep", "x.toml").exit_code == 0
    entry = load_sweep_manifest(tmp_path / "results/x").parameters
    assert entry.kind == "posterior" and entry.calibration == draw_table("posterior", 3, 1).calibration
    monkeypatch.setattr("simulator.posterior.POSTERIORS", tmp_path / "none")
    assert liaosim("sweep", "results/x", "--verify").exit_code == 0
    assert "All 3 runs were there before." in liaosim("sweep", "results/x").stdout
    other = liaosim("sweep", "x.toml")
    assert other.exit_code == 2 and "that this sweep does not ask for" in other.stderr


# What results tell


@pytest.fixture
def stored(world: World, calibrated: Path, tmp_path: Path) -> Path:
    """Return results of two runs of the shipped posterior."""
    folder = tmp_path / "out"
    assert liaosim("run", "baseline", "--runs", "2", "--until", "2006Q4", "--out", str(folder)).exit_code == 0
    return folder


def test_the_manifest_names_both_posteriors(stored: Path, calibrated: Path) -> None:
    entry = read_manifest(stored)["parameters"]
    used, validation = (read_posterior(calibrated / name) for name in ("shipped", "validation"))
    named = {"model_version": MODEL_VERSION, "first_year": 2006}
    assert entry == {
        "kind": "posterior",
        "hash": draw_table("posterior", 2, 1).hash,
        "posterior": {"name": "shipped", "hash": used.hash, **named, "last_year": 2017, "contraction": dict(FITTED)},
        "shipped": [
            {"name": "shipped", "hash": used.hash, **named, "last_year": 2017},
            {"name": "validation", "hash": validation.hash, **named, "last_year": 2013},
        ],
    }


def test_a_run_of_the_prior_names_what_is_shipped(calibrated: Path) -> None:
    entry = parameters_entry(draw_table("prior", 2, 1))
    assert entry["kind"] == "prior" and "posterior" not in entry
    assert [x["name"] for x in entry["shipped"]] == ["shipped", "validation"]


def test_stored_results_keep_their_posterior_whatever_is_shipped_later(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = draw_table("posterior", 2, 1)
    monkeypatch.setattr("simulator.posterior.POSTERIORS", tmp_path / "none")
    found = load_results(stored).base.parameters
    assert (found.kind, found.hash, found.calibration) == ("posterior", before.hash, before.calibration)
    result = liaosim("rerun", str(stored))
    assert result.stdout.startswith("The same to the bit: "), result.output


def test_an_old_posterior_runs_with_a_warning(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_posterior(tmp_path / "old", "old", model_version="0.9")
    words = ["--runs", "2", "--until", "2006Q4", "--parameters", "old", "--out", "out"]
    result = liaosim("run", "baseline", *words)
    warning = f'The posterior "old" was fitted with model version 0.9, this is {MODEL_VERSION}: its parameters may'
    assert result.exit_code == 0
    assert f"Note: {warning}" in " ".join(result.stderr.split())
    assert sum(text.startswith(warning) for text in read_manifest(tmp_path / "out")["warnings"]) == 1
    page = Page((tmp_path / "out/report.html").read_text(encoding="utf-8")).text
    assert page.count(warning) == 1
    assert "drawn from posterior old (2006–2017, model 0.9, " in page


def test_an_old_posterior_of_a_sweep_is_told_too(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_posterior(tmp_path / "old", "old", model_version="0.9")
    Path("x.toml").write_text(SWEEP + 'runs = 2\nparameters = "./old"\n', encoding="utf-8")
    result = liaosim("sweep", "x.toml")
    assert result.exit_code == 0 and 'Note: the posterior "old" was fitted with model version 0.9' in result.stderr
    assert liaosim("report", "results/x").exit_code == 0
    page = Page(Path("results/x/report.html").read_text(encoding="utf-8")).text
    assert 'The posterior "old" was fitted with model version 0.9' in page


def test_the_summary_names_the_posterior(calibrated: Path, tmp_path: Path) -> None:
    def sentence(table: ParameterTable, lang: str = "en") -> str:
        x = uniform(4)
        results = world_of(x[:, 0], x)
        for ensemble in results.ensembles:
            object.__setattr__(ensemble, "parameters", table)
        return next(t for t in notes(build_headline(results), lang) if t.startswith(("Parameters", "参数")))

    own = draw_table("posterior", 4, 1, write_posterior(tmp_path / "mine", "mine"))
    shipped_one = draw_table("posterior", 4, 1)
    assert sentence(shipped_one) == (
        "Parameters: posterior (calibrated to 2006-2017; what was not fitted: prior)."
    )
    assert sentence(own).startswith('Parameters: posterior "mine" (calibrated to 2006-2017')
    assert sentence(shipped_one, "zh") == "参数：后验（以2006–2017年数据校准；未拟合的参数取先验）。"
    assert sentence(draw_table("prior", 4, 1)) == "Parameters: prior (ranges from the literature; not calibrated)."


# Literature-driven


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
                "Parameters are draws of the posterior “shipped”, fitted to 2006–2017;",
                "not identified; literature-driven",
                "Contraction", "Literature-driven, of what is explained", "GDP at current prices: outside the years",
                "Literature-driven: a parameter that was not fitted", "drawn from posterior shipped (2006–2017, model",
                "validation (2006–2013, model",
            ),
        ),
        (
            "zh",
            (
                "后验“shipped”", "无法识别；依文献设定", "收缩", "已解释部分中依文献设定的份额", "不如随机游走",
                "本版本附带：shipped",
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
