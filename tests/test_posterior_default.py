"""What runs and sweeps use where nobody says it, and what results tell of a posterior."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.headline import build_headline
from simulator.headline_text import notes
from simulator.manifest import parameters_entry, read_manifest
from simulator.parameters import ParameterTable, draw_table
from simulator.posterior import read_posterior
from simulator.store_read import load_results
from simulator.sweep.file import parse_sweep
from simulator.sweep.manifest import load_sweep_manifest
from simulator.sweep.planning import draws_of_spec
from simulator.world import World
from tests.commands import SHORT, Engine, liaosim
from tests.effects import uniform, world_of
from tests.posteriors import FITTED, write_posterior
from tests.test_report import Page

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
