"""The report of a validation: wins and losses as on the card, failures with their reasons, offline, two languages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from calibration import accuracy_table, facts_table, published
from calibration.published_file import load_published
from calibration.skill import COLUMNS, write_skill
from calibration.skill_words import losses, reasons
from calibration.targets import targets
from calibration.validation_points import POINT_COLUMNS, PORT_COLUMNS
from simulator.errors import InputError
from simulator.numbers import plain
from tests.test_calibration_report import check_page, write_csv
from tests.test_report import Page
from viz.reports.validation import validation_report_html, write_validation_report

SERIES = ("gdp_restated", "exports_usd", "imports_usd")
FORECASTS: Mapping[str, tuple[float, float]] = {
    "model_realised": (0.051, 0.031), "model_frozen": (0.154, 0.092), "model_hindsight": (0.011, 0.012),
    "random_walk": (0.123, 0.101), "drift": (0.212, 0.144), "ar1": (0.163, 0.113), "arx": (0.084, 0.055),
}  # fmt: skip
"""Method -> RMSE and CRPS: pure forecasts lose to the random walk by RMSE only, with realised drivers all is won."""
FACTS = (
    ("Trade with a, comma, %", "emerges", -5.0, 5.0, 1.25, -1.5, 3.75, True),
    ("Growth <b>, %", "measurement", "-inf", 0.0, 2.5, 1.5, 3.5, False),
    ("Share, %", "forcing", "", "", 40.5, 39.5, 41.5, ""),
)


PORTS = (
    ("port_throughput_dalian", "Dalian", "2012Q1", "Mt", "given", 93.0, 86.0, 102.0, 92.74),
    ("port_throughput_dalian", "Dalian", "2016", "Mt", "later", 460.0, 406.0, 513.0, 355.0),
)


def point_rows() -> list[tuple[object, ...]]:
    """Return forecasts year by year: all too high by a third, with intervals that hold what came in 2014 only."""
    rows: list[tuple[object, ...]] = []
    shown = {
        "exports_usd": ("model_realised", "model_frozen", "random_walk"),
        "gdp_first_release": ("model_realised", "model_hindsight", "drift", "random_walk"),
        "exports_to_japan": ("model_realised", "random_walk"),
    }
    for series, methods in shown.items():
        aim = targets()[series]
        flags = (str(aim.padded).lower(), str(aim.base_year_known).lower())
        for k, method in enumerate(methods):
            for year in (2015, 2016) if aim.base_year_known else (2014, 2015, 2016, 2017):
                low = 20.0 if year == 2014 else 35.0
                rows.append((series, "Liaoning", *flags, 2013, method, year, aim.unit, 40.0 + k, low, 50.0, 30.0))
    return rows


def accuracy_rows() -> list[tuple[object, ...]]:
    """Return tests of exports: the pure forecast differs from drift by CRPS, from the random walk it cannot be told."""
    found: list[tuple[object, ...]] = []
    for rival, squared, crps in (("random_walk", 0.4, ""), ("drift", 0.2, 0.004), ("ar1", 0.001, 0.001)):
        for loss, p in (("squared", squared), ("crps", crps)):
            difference = 0.1 if rival == "random_walk" else -0.1
            key = ("exports_usd", "Liaoning", "all", "model_frozen", rival, loss)
            found.append((*key, difference, 1.5, 0.3, p, 0.012 if loss == "crps" else 0.034, 5, 20))
    one_ahead = ("exports_usd", "Liaoning", "1", "model_frozen", "drift", "crps")
    found.append((*one_ahead, -0.1, 1.5, 0.3, 0.9, 0.05, 5, 5))
    return found


def card(**scores: tuple[float, float]) -> pd.DataFrame:
    rows = []
    for number, series in enumerate(SERIES, 1):
        for horizon, n in (("1", 1), ("2", 3), ("all", 4)):
            for method, (rmse, crps) in (FORECASTS | scores).items():
                values = (rmse * number, 1.5 * number, crps * number, 0.75)
                rows.append((series, "Liaoning", False, False, horizon, method, *values, n))
    rows += [
        ("gdp_first_release", "Liaoning", True, False, horizon, method, rmse, 1.0, 0.4, 1.0, n)
        for horizon, n in (("1", 4), ("all", 4))
        for method, rmse in (("model_realised", 0.5), ("model_hindsight", 0.25), ("drift", 0.75))
    ]
    rows += [
        ("exports_to_japan", "Liaoning", False, True, horizon, method, rmse, "", 2 * rmse, 1.0, 2)
        for horizon in ("1", "all")
        for method, rmse in (("model_realised", 0.0625), ("random_walk", 0.125))
    ]
    for city, rmse in (("Dalian", 0.3), ("Shenyang", 0.5)):
        rows += [
            ("gdp_share", city, False, False, horizon, method, value, 1.0, value / 2, 0.5, 4)
            for horizon in ("1", "all")
            for method, value in (("model_frozen", rmse), ("random_walk", 0.4))
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("validation") / "one"
    place.mkdir()
    write_skill(card(), place / "skill.csv")
    write_csv(place / "facts.csv", facts_table.COLUMNS, FACTS)
    rows = [
        (f"{one.key} {one.study}", f"{one.outcome}, {one.unit}", one.published, one.low, one.high, 1.5, 1.25, 1.75,
         one.key != lost().key)
        for one in load_published().results
    ]  # fmt: skip
    write_csv(place / "published.csv", published.COLUMNS, rows)
    write_csv(place / "points.csv", POINT_COLUMNS, point_rows())
    write_csv(place / "ports.csv", PORT_COLUMNS, PORTS)
    write_csv(place / "accuracy_tests.csv", accuracy_table.COLUMNS, accuracy_rows())
    return place


def lost() -> published.Result:
    """Return a published result with a recorded reason, which fails here."""
    return next(one for one in load_published().results if one.why.strip())


@pytest.fixture(scope="module")
def english(folder: Path) -> str:
    return validation_report_html(folder)


@pytest.fixture(scope="module")
def chinese(folder: Path) -> str:
    return validation_report_html(folder, "zh")


def section(page: str, name: str) -> str:
    return Page(page.partition(f'<section id="{name}">')[2].partition("</section>")[0]).text


def copy_of(folder: Path, place: Path) -> Path:
    return Path(shutil.copytree(folder, place))


def test_it_begins_with_what_it_cannot_tell(english: str) -> None:
    first = english.partition('<aside class="warnings" role="note">')[2]
    assert first.startswith(
        "<p>The structure of this model was built by people who knew what happened in 2014–2017, and eight series of"
        " four years have little power"
    )
    assert english.index('class="warnings"') < english.index("<section")


def test_wins_and_losses_are_counted(english: str) -> None:
    text = section(english, "short")
    said = "3 of 6 comparisons won, 0 lost, 3 won by one measure only."
    assert f"Pure forecasts (drivers extrapolated at the origin): {said}" in text
    assert "With the drivers as they were: 12 of 12 comparisons won, 0 lost, 0 won by one measure only." in text


def test_every_comparison_shows_both_sides(english: str) -> None:
    text = section(english, "short")
    for number, title in enumerate(("GDP, 4th census", "Exports", "Imports"), 1):
        ours, walk, drift = (
            [plain(number * x) for x in FORECASTS[m]] for m in ("model_frozen", "random_walk", "drift")
        )
        assert f"{title} random walk {ours[0]} {walk[0]} {ours[1]} {walk[1]} wins by CRPS only" in text
        assert f"{title} random walk with drift {ours[0]} {drift[0]} {ours[1]} {drift[1]} wins " in text


def test_a_loss_is_called_one(folder: Path, tmp_path: Path) -> None:
    place = copy_of(folder, tmp_path / "lost")
    table = card(model_frozen=(0.3, 0.3))
    write_skill(table, place / "skill.csv")
    page = validation_report_html(place)
    assert "0 of 6 comparisons won, 6 lost" in section(page, "short")
    found = losses(table)
    assert "For this variable the model forecasts worse than a random walk" in found["gdp_restated"][0]
    for series, title in (("gdp_restated", "GDP, 4th census"), ("exports_usd", "Exports")):
        english, chinese = reasons()[series]
        assert f"{title} : {found[series][0]} Why: {english}" in section(page, "short")
        assert f"{found[series][1]} 原因：{chinese}" in section(validation_report_html(place, "zh"), "short")
    goals = re.findall(r'<td class="goal (?:win|loss)">(not reached|reached)</td>', page)
    assert goals == ["reached"] * 3 + ["not reached", "reached", "not reached"]


def test_the_goal_is_answered_line_by_line(english: str) -> None:
    text = section(english, "goal")
    assert re.findall(r"(not reached|reached)", text) == ["reached"] * 6
    assert "3 of 3 series won; RMSE over that of the random walk: GDP, 4th census 1.25, Exports 1.25" in text
    assert "75 % over the 3 of 3 series whose CRPS is below that of the random walk; 75 % over all series" in text
    assert "GDP, 4th census: with realised drivers below" in text and "model, realised drivers 0.0510" in text


def test_scores_stand_by_series_and_method_with_the_best_marked(english: str) -> None:
    part = english.partition('<section id="scores">')[2].partition("</section>")[0]
    figures = re.findall(r"<figure>.*?</figure>", part, re.DOTALL)
    assert len(figures) == 3, "neither padded series nor partners"
    for number, figure in enumerate(figures, 1):
        text = Page(figure).text
        for method, name in (("model_realised", "model, realised drivers"), ("arx", "regression on the same drivers")):
            rmse, crps = (plain(number * x) for x in FORECASTS[method])
            assert f"{name} {rmse} {plain(1.5 * number)} {crps} 75 4" in text
        best = re.findall(r'<td class="best">(.*?)</td>', figure)
        assert best == [plain(number * x) for x in FORECASTS["model_realised"]], "hindsight does not count"
    assert "GDP, first release" not in section(english, "short")


def test_coverage_that_does_not_count_says_why(folder: Path, tmp_path: Path) -> None:
    place = copy_of(folder, tmp_path / "covered")
    table = card(model_frozen=(0.3, 0.3))
    table.loc[table["series"] == "imports_usd", "coverage90"] = 1.0
    write_skill(table, place / "skill.csv")
    text = section(validation_report_html(place), "short")
    said = "Exports: held 75 % of what came, within 75 to 98 %"
    assert f"{said}, but the CRPS is not below that of the random walk" in text
    assert "Imports: held 100 % of what came, too many: the intervals are wide" in text
    assert f"{said} Imports" in text, "with realised drivers"


def test_pure_forecasts_are_drawn_beside_what_came(english: str) -> None:
    part = english.partition('<section id="charts">')[2].partition("</section>")[0]
    assert part.count("<svg") == 1, "scored series with a pure forecast only"
    text = Page(part).text
    assert "Exports 1 of 4 years inside the interval" in text
    assert part.count('class="observed"') == 8 and part.count('class="observed unfitted"') == 4
    assert "2014, bn USD (not fitted) observed: 30.0 simulated median: 41.0 simulated 90 % band: 20.0 to 50.0" in text


def test_accuracy_is_told_apart_from_luck(english: str) -> None:
    text = section(english, "tests")
    assert "1 of 2 comparisons differ at the 5 % level by one measure or both" in text
    assert "in 1.2 to 3.4 % of cases, not in 5 %" in text
    assert "Exports model, pure forecast random walk not better 0.40 – 5 20" in text
    assert "Exports model, pure forecast random walk with drift better 0.20 <0.01 5 20" in text
    assert "autoregression" not in text, "not among the headline comparisons"


def test_padded_series_are_explained_with_and_without_the_audit(english: str) -> None:
    text = section(english, "explained")
    assert "GDP, first release, bn yuan Year Observed model, without the scripted audit model, with it" in text
    assert "drift, restarted at the restated level no change" in text
    assert "2014 30.0 40.0 (20.0 to 50.0) 41.0 (20.0 to 50.0) 42.0 (20.0 to 50.0) 43.0 (20.0 to 50.0)" in text
    assert "RMSE 0.500 0.250 0.750 –" in text
    assert "lower than without it in 1 of 1 series; the restarted drift is closer than the model with the" in text
    assert "<td class=\"best\">0.250</td>" in english


def test_partners_are_held_against_no_change_only(english: str) -> None:
    text = section(english, "partners")
    assert "Later figures helped to set its start: held only against no change." in text
    assert "Exports to Japan, bn yuan Year Observed model, realised drivers no change 2015 30.0 40.0 (35.0 to" in text
    assert "RMSE 0.0625 0.125 CRPS 0.125 0.250" in text and "2017" not in text


def test_ports_stand_as_points(english: str) -> None:
    text = section(english, "ports")
    assert "Port of Dalian, throughput 2012Q1 Mt 92.7 93.0 (86.0 to 102) inside its share sets the start" in text
    assert "Port of Dalian, throughput 2016 Mt 355 460 (406 to 513) outside came after the fit" in text


def test_reasons_are_of_scored_series() -> None:
    assert {"exports_usd", "imports_usd", "gdp_restated", "population"} <= set(reasons())
    assert set(reasons()) <= {name for name, aim in targets().items() if aim.scored}
    assert all(text.endswith((".", "。")) and "\n" not in text for pair in reasons().values() for text in pair)


def test_cities_are_apart_and_counted(english: str) -> None:
    text = section(english, "cities")
    assert "City shares of GDP" in text
    assert "model, pure forecast 0.400 0.200 50 1" in text and "random walk 0.400 0.200 50 1" in text
    assert "In 1 of 2 cities the model forecasts this variable worse than a random walk." in section(english, "short")


def test_all_origins_are_shown_if_they_are_there(folder: Path, english: str, tmp_path: Path) -> None:
    assert 'id="rolling"' not in english
    place = copy_of(folder, tmp_path / "rolling")
    write_skill(card(drift=(0.021, 0.014)), place / "skill_rolling.csv")
    page = validation_report_html(place)
    part = page.partition('<section id="rolling">')[2].partition("</section>")[0]
    assert re.findall(r'<td class="best">(.*?)</td>', part)[:3] == [plain(n * 0.021) for n in (1, 2, 3)]


def test_facts_are_shown_with_bands_and_verdicts(english: str) -> None:
    text = section(english, "facts")
    assert "1 of 2 scored facts hold." in text
    assert "Trade with a, comma, % emerges −5 to 5 1.25 (−1.50 to 3.75) holds" in text
    assert "Growth <b>, % measurement below 0 2.50 (1.50 to 3.50) fails" in text
    assert "Share, % forcing – 40.5 (39.5 to 41.5) not scored" in text
    assert "Growth <b>" not in english, "escaped"


def test_a_published_result_that_fails_stands_with_its_reason(english: str) -> None:
    text = section(english, "published")
    count = len(load_published().results)
    assert f"{count - 1} of {count} are met" in text
    assert re.sub(r"\s+", " ", lost().why).strip() in text
    others = [one for one in load_published().results if one.why.strip() and one.key != lost().key]
    assert others and not [one.key for one in others if re.sub(r"\s+", " ", one.why).strip() in text]
    assert all(one.study in text for one in load_published().not_met)
    assert text.count(" holds") == count - 1


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_the_page_is_well_formed_and_takes_nothing_from_outside(name: str, request: pytest.FixtureRequest) -> None:
    check_page(request.getfixturevalue(name))


def test_chinese_page_is_chinese(chinese: str) -> None:
    page = Page(chinese)
    for part in ("胜与负", "地区生产总值（第四次经济普查修订）", "随机游走", "典型事实", "达到", "涌现", "不成立"):
        assert part in page.text, part
    for name in ("short", "goal", "charts", "scores", "tests", "explained", "partners", "ports", "cities"):
        left = set(re.findall(r"[A-Za-z]{2,}", section(chinese, name)))
        names = {"Harvey", "Leybourne", "Newbold", "accuracy", "tests", "csv"} if name == "tests" else set()
        assert left <= {"RMSE", "CRPS", "MASE", "ln", "AR"} | names, (name, left)


def test_the_report_is_written_beside_its_files(folder: Path, tmp_path: Path) -> None:
    place = copy_of(folder, tmp_path / "written")
    path = write_validation_report(place, "zh")
    assert path == place / "report.html"
    assert path.read_text("utf-8") == validation_report_html(folder, "zh")


@pytest.mark.parametrize(
    "name", ["skill.csv", "facts.csv", "published.csv", "points.csv", "ports.csv", "accuracy_tests.csv"]
)
def test_a_missing_file_is_named_and_nothing_is_written(folder: Path, tmp_path: Path, name: str) -> None:
    place = copy_of(folder, tmp_path / "gap")
    (place / name).unlink()
    with pytest.raises(InputError, match=re.escape(name)):
        write_validation_report(place)
    assert not (place / "report.html").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fact,class", "facts,class", "facts.csv: fact missing; the first line must be fact,class,low,high"),
        (",1.25,", ",x,", 'facts.csv, line 2, simulated_median: "x" is not a number'),
        (",True", ",maybe", 'facts.csv, line 2, pass: "maybe"; write true or false'),
        (",1.25,", ",", "facts.csv, line 2: 7 cells; there must be 8"),
    ],
)
def test_a_wrong_table_names_line_and_column(folder: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    place = copy_of(folder, tmp_path / "wrong")
    path = place / "facts.csv"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=re.escape(said)):
        validation_report_html(place)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("points.csv", "exports_usd", "exports_us", 'points.csv, line 2, series: "exports_us" is not a target'),
        ("points.csv", ",2014,", ",2014Q1,", 'points.csv, line 2, year: "2014Q1" is not a year'),
        ("ports.csv", "port_throughput_dalian", "port", 'ports.csv, line 2, target: "port" is not a target'),
        ("ports.csv", ",given,", ",used,", 'ports.csv, line 2, use: "used"; allowed: given, fitted, later, shown'),
        ("accuracy_tests.csv", ",0.4,", ",x,", 'accuracy_tests.csv, line 2, p_value_calibrated: "x" is not a number'),
    ],
)
def test_a_wrong_figure_is_named(folder: Path, tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    place = copy_of(folder, tmp_path / "wrong")
    path = place / name
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=re.escape(said)):
        validation_report_html(place)
