"""The folder of a sweep as tables: the views of SQL, frames and the layout of the IAMC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator import __version__, iamc, open_results, paired
from simulator.ensemble import simulate
from simulator.errors import InputError
from simulator.scenario import load_scenario
from simulator.store_read import load_results
from simulator.sweep import Sweep, open_folder
from simulator.variables import ENTITIES, variables
from simulator.world import World
from tests.query_folders import contents, write
from tests.sweep.sweeping import shards

KEYS = ["scenario", "point", "draw", "replication", "run"]


@pytest.fixture(scope="module")
def compared(world: World, shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results of the scenarios, seed and runs of the sweep ``separate``."""
    scenarios = [load_scenario("baseline"), load_scenario(str(shelf / "subsidy.toml"))]
    found = [simulate(world, s, runs=6, seed=3, until="2007Q4") for s in scenarios]
    return write(tmp_path_factory.mktemp("compared") / "out", found, agents=False)  # type: ignore[arg-type]


# --- the views


def test_views_and_their_columns(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        views = dict(sweep.views())
        (axis,) = sweep.manifest.axes
        rows = {name: sweep.rows(name) for name in views}
        counted = sweep.sql("SELECT count(*) AS n FROM outcomes")["n"].tolist()
    assert list(views) == ["design", "outcomes", "failures", "parameters"]
    core = [v.name for v in variables()["province"] if v.core]
    whole, texts = ("draw", "replication", "run"), ("level", "entity", "period", "freq")
    assert views["outcomes"] == (
        *((key, "INTEGER" if key in whole else "VARCHAR") for key in (*KEYS, *texts)),
        *((name, "DOUBLE") for name in core),
    )
    assert views["design"] == (("point", "VARCHAR"), ("number", "INTEGER"), (axis, "DOUBLE"))
    assert views["parameters"][0] == ("draw", "INTEGER")
    assert views["parameters"][-1] == ("talent_subsidy:Yingkou", "DOUBLE")
    units = 4 * 3 * (1 + 2 + 1)
    assert rows == {"design": 2, "outcomes": units * (2 + 2 * 14 + 8), "failures": 0, "parameters": 4}
    assert counted == [rows["outcomes"]]


def test_every_unit_is_there_once(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        frame = sweep.sql(
            "SELECT scenario, number, draw, replication, run, count(*) AS n FROM outcomes LEFT JOIN design USING "
            "(point) WHERE level = 'city' GROUP BY ALL ORDER BY ALL NULLS FIRST"
        )
    points: dict[str, list[float]] = {"baseline": [np.nan], "reform": [0, 1], "subsidy": [np.nan]}
    expected = [(s, p, d, r) for s, found in points.items() for p in found for d in range(4) for r in range(3)]
    assert frame[["scenario", "number", "draw", "replication"]].fillna(-1).to_numpy().tolist() == [
        [s, -1 if np.isnan(p) else p, d, r] for s, p, d, r in expected
    ]
    assert set(frame["n"]) == {2 * 14}
    assert (frame["run"] == 3 * frame["draw"] + frame["replication"]).all()


def test_runs_of_their_own_draw_are_numbered_by_it(separate: Path) -> None:
    with Sweep.open(separate) as sweep:
        frame = sweep.sql("SELECT DISTINCT run, draw, replication FROM outcomes ORDER BY run")
        assert sweep.rows("design") == 0
        assert sweep.design.columns.tolist() == ["point", "number"]
    assert frame.to_numpy().tolist() == [[i, i, i] for i in range(6)]


def test_outcomes_are_the_rows_of_all_shards(designed: Path) -> None:
    """Row by row, also where a level does not keep a variable."""
    stored = pd.concat([pq.read_table(path, partitioning=None).to_pandas() for path in shards(designed)])
    with Sweep.open(designed) as sweep:
        found = sweep.sql("SELECT * EXCLUDE run FROM outcomes")
    columns = list(found.columns)
    order = columns[:8]
    assert sorted(columns) == sorted(stored.columns)
    one, other = (
        frame[columns].astype({"point": object, "draw": int, "replication": int}).fillna({"point": ""})
        .sort_values(order).reset_index(drop=True)
        for frame in (found, stored.astype({key: object for key in order}))
    )  # fmt: skip
    assert one[order].astype(str).to_numpy().tolist() == other[order].astype(str).to_numpy().tolist()
    np.testing.assert_array_equal(one[columns[8:]].to_numpy(), other[columns[8:]].to_numpy())


def test_a_query_of_one_level_joins_the_design(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        (axis,) = sweep.manifest.axes
        found = sweep.sql(
            f"SELECT {axis}, avg(gdp_real) AS mean FROM outcomes JOIN design USING (point) "
            "WHERE level = 'city' AND entity = 'Fushun' AND period = '2007' GROUP BY ALL ORDER BY 1"
        )
    assert found[axis].tolist() == [0.1, 0.4]
    assert found["mean"][1] > found["mean"][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * FROM read_parquet('{folder}/design.parquet')", "no file"),
        ("COPY outcomes TO '{folder}/x.csv'", "COPY is refused"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT * FROM shards", 'no view "shards".*views: design, outcomes, failures, parameters'),
        ("SELECT * FROM outcome", 'did you mean "outcomes"'),
    ],
)
def test_the_rules_of_queries_hold(designed: Path, text: str, message: str) -> None:
    before = contents(designed)
    with Sweep.open(designed) as sweep, pytest.raises(InputError, match=f"^SQL: .*{message}"):
        sweep.sql(text.format(folder=designed))
    assert contents(designed) == before


def test_failed_runs_have_a_view(own: Path) -> None:
    table = pq.read_table(own / "failures.parquet")
    run = {"scenario": "reform", "point": None, "draw": 1, "replication": 2, "run": 5}
    row = {**run, "seed": 1, "stage": "quarters", "message": "m"}
    pq.write_table(table.schema.empty_table().from_pylist([row], schema=table.schema), own / "failures.parquet")
    with Sweep.open(own) as sweep:
        assert sweep.failures.to_dict("records") == [row]


# --- the same numbers as results of run


@pytest.mark.parametrize("level", ["province", "city"])
def test_outcomes_are_those_of_run(separate: Path, compared: Path, level: str) -> None:
    results = load_results(compared)
    with Sweep.open(separate) as sweep:
        frame = sweep.frame(level=level)
    assert list(frame.columns) == [*KEYS, "entity", "period", *(v.name for v in variables()[level])]
    assert frame["scenario"].value_counts().to_dict() == dict.fromkeys(
        ("baseline", "subsidy"), 12 * len(ENTITIES[level])
    )
    for scenario, part in frame.groupby("scenario", sort=False):
        shape = (6, len(ENTITIES[level]), 2)
        assert part["entity"].to_numpy().reshape(shape)[0, :, 0].tolist() == list(ENTITIES[level])
        for v in variables()[level]:
            found = part[v.name].to_numpy().reshape(shape)
            for j, entity in enumerate(ENTITIES[level]):
                expected = results.series(str(scenario), v.name, level=level, entity=entity)
                np.testing.assert_array_equal(found[:, j], expected, err_msg=f"{scenario} {entity} {v.name}")


@pytest.mark.parametrize(("level", "variable"), [("province", "gdp_real"), ("city", "wage"), ("city", "gdp_real")])
def test_paired_differences_are_those_of_compare(separate: Path, compared: Path, level: str, variable: str) -> None:
    with open_results(compared) as results, Sweep.open(separate) as sweep:
        expected = paired(results, "subsidy", "baseline", level, variable)
        found = sweep.paired("subsidy", "baseline", level, variable)
    words = ["entity", "variable", "unit", "period", "n"]
    numbers = ["mean", "standard_error", "median", "p05", "p95", "prob_positive"]
    assert found[words].to_numpy().tolist() == expected[words].to_numpy().tolist()
    assert found[numbers].to_numpy() == pytest.approx(expected[numbers].to_numpy(), rel=1e-9, abs=0)
    assert (expected["standard_error"] > 0).any()
    assert set(found["draws"]) == set(found["replications"]) == {6}


def test_iamc_is_that_of_results(separate: Path, compared: Path) -> None:
    with Sweep.open(separate) as sweep:
        for level in ("province", "city"):
            for statistic in ("median", "p05"):
                found, expected = sweep.iamc(None, level, statistic), iamc(compared, None, level, statistic)
                keys = list(found.columns[:5])
                found, expected = (frame.set_index(keys).sort_index() for frame in (found, expected))
                assert found.index.tolist() == expected.index.tolist()
                assert found.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-8, nan_ok=True)


# --- frames


def test_a_frame_has_the_design_beside_the_runs(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        (axis,) = sweep.manifest.axes
        frame = sweep.frame("gdp_real", level="city", entity=["Fushun", "Dalian"], years=["2007"])
        points = sweep.design["point"].tolist()
    assert list(frame.columns) == [*KEYS, "entity", "period", "gdp_real", "number", axis]
    assert len(frame) == 4 * 3 * (1 + 2 + 1) * 2
    assert frame["entity"].tolist()[:2] == ["Dalian", "Fushun"]  # the order of the model
    assert frame["scenario"].drop_duplicates().tolist() == ["baseline", "reform", "subsidy"]
    assert frame["point"].drop_duplicates().tolist()[1:] == points
    assert frame.query("scenario != 'reform'")[["point", "number", axis]].isna().all(axis=None)
    assert frame.query("scenario == 'reform'")[axis].tolist() == [0.1] * 24 + [0.4] * 24
    assert frame.query("number == 1")["run"].tolist() == [run for run in range(12) for _ in range(2)]


def test_a_wide_frame_has_periods_as_columns(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        long = sweep.frame(["gdp_real", "wage"], level="city", where="draw < 2")
        wide = sweep.frame(["gdp_real", "wage"], level="city", where="draw < 2", wide=True)
    axis = long.columns[-1]
    assert list(wide.columns) == [*KEYS, "entity", "variable", "2006", "2007", "number", axis]
    assert len(wide) == len(long)
    for name in ("gdp_real", "wage"):
        found = wide[wide["variable"] == name][["2006", "2007"]].to_numpy().reshape(-1)
        assert found.tolist() == long[name].tolist()
    keys = [*KEYS, "entity"]
    assert wide[keys].fillna("").to_numpy().tolist() == long[keys].fillna("").to_numpy().tolist()


def test_a_frame_of_quarters(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        frame = sweep.frame(freq="Q", scenarios="baseline", years=[2006], where="run = 5")
        year = sweep.frame("gdp_real", scenarios="baseline", years=[2006], where="run = 5")
    assert frame["period"].tolist() == [f"2006Q{q}" for q in (1, 2, 3, 4)]
    assert frame[["draw", "replication"]].drop_duplicates().to_numpy().tolist() == [[1, 2]]
    assert frame["gdp_real"].sum() == pytest.approx(year["gdp_real"][0], rel=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"variables": "gdp"}, r'"gdp" is no variable kept of province \(A\)'),
        ({"variables": []}, "no variable kept .* is given"),
        ({"level": "port"}, r"keeps no port \(A\)"),
        ({"level": "city", "freq": "Q"}, r"keeps no city \(Q\)"),
        ({"entity": "Dalian"}, '"Dalian" is no entity of province'),
        ({"scenarios": ["basline"]}, '"basline" is no scenario of .*did you mean "baseline"'),
        ({"years": [1999]}, "1999 is none of the full years"),
        ({"where": "1 = 1; DROP VIEW design"}, "is not one condition"),
        ({"where": "nothing = 1"}, '"nothing" not found'),
        ({"where": "exists (SELECT * FROM glob('/*'))"}, "no file"),
    ],
)
def test_a_frame_names_what_it_does_not_know(designed: Path, given: dict[str, object], message: str) -> None:
    with Sweep.open(designed) as sweep, pytest.raises(InputError, match=message):
        sweep.frame(**given)  # type: ignore[arg-type]


def test_parameters_have_a_row_a_draw(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        assert sweep.parameters["draw"].tolist() == [0, 1, 2, 3]
        assert sweep.parameters["talent_subsidy:Dalian"].between(0.1, 0.4).all()


# --- the layout of the IAMC


def test_iamc_makes_each_point_a_scenario(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.iamc()
        frame = sweep.frame("gdp_real", scenarios="reform")
        points = sweep.design["point"].tolist()
    assert found.columns.tolist() == ["model", "scenario", "region", "variable", "unit", "2006", "2007"]
    names = ["baseline", *(f"reform [{point}]" for point in points), "subsidy"]
    assert found["scenario"].drop_duplicates().tolist() == names
    assert not found.duplicated(["scenario", "region", "variable"]).any()
    assert set(found["model"]) == {f"liaosim {__version__}"}
    row = found[(found["scenario"] == names[2]) & (found["variable"] == "gdp_real")]
    values = frame[frame["point"] == points[1]].groupby("period")["gdp_real"]
    assert row[["region", "unit"]].to_numpy().tolist() == [["Liaoning", "bn yuan 2010"]]
    assert row[["2006", "2007"]].to_numpy()[0] == pytest.approx(values.median().to_numpy(), rel=1e-12)


def test_iamc_in_several_parts_gives_the_same(designed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.iamc(["reform"], "city", "p95")
        monkeypatch.setattr("simulator.sweep.views._BATCH", 1)
        pd.testing.assert_frame_equal(sweep.iamc("reform", "city", "p95"), found)
    assert len(found) == 2 * 14 * 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenarios": ["reform [x]"]}, "is no scenario of"),
        ({"level": "sector"}, r"keeps no sector \(A\)"),
        ({"statistic": "mean"}, '"mean" is no statistic'),
    ],
)
def test_iamc_names_what_it_does_not_know(designed: Path, given: dict[str, object], message: str) -> None:
    with Sweep.open(designed) as sweep, pytest.raises(InputError, match=message):
        sweep.iamc(**given)  # type: ignore[arg-type]


def test_a_folder_is_opened_as_what_it_is(designed: Path, compared: Path, tmp_path: Path) -> None:
    with open_folder(designed) as sweep, open_folder(compared) as results:
        assert isinstance(sweep, Sweep)
        assert [view.name for view in results.views()][0] == "summary"
    with pytest.raises(InputError, match="holds no manifest.json"):
        open_folder(tmp_path)
    with pytest.raises(InputError, match="holds no sweep"):
        Sweep.open(compared)
