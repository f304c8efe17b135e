"""The page on calibration: its blocks are what the shipped tables give, and each block says what its tables say."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from calibration import accuracy_table, document_checks, facts_table, published
from calibration.document import (
    BLOCKS,
    COMPARED,
    DECLARED,
    DOCS,
    MARK,
    PAGE,
    RECOVERED,
    block_list,
    current,
    figures,
    main,
    stray_figures,
    update,
)
from calibration.document_checks import recovery, stability, write_recovery, write_stability
from calibration.document_pictures import CONTRACTION, FANS, PADDING, PICTURES, pictures
from calibration.document_pictures import FORECASTS as FORECAST_PICTURE
from calibration.document_source import CALIBRATE, VALIDATE, Source, folders, repository
from calibration.document_targets import errors_of, families, title_of_family, years
from calibration.padding import JILIN, vintages
from calibration.published_file import load_published
from calibration.recovery import coverage_table, summary_of
from calibration.skill import write_skill
from calibration.skill_words import reasons
from calibration.targets import observed_data, rows, target, targets
from calibration.validation_points import POINT_COLUMNS, PORT_COLUMNS
from simulator.errors import InputError
from simulator.numbers import plain
from simulator.parameters import parameters
from simulator.posterior import read_posterior
from tests.calibration.linear import emulator_of
from tests.posteriors import FITTED, write_posterior
from tests.test_calibration_report import COLUMNS, fit_rows, write_csv, write_tables
from tests.test_calibration_report import CONTRACTION as NARROWED
from tests.test_validation_report import FACTS, FORECASTS, PORTS, accuracy_rows, card, lost, point_rows

SVG = "{http://www.w3.org/2000/svg}"
NOTHING = "Nothing has been shipped yet"
CHAINS = {
    "figures": 236, "simulated_runs": 28_672, "ensembles": 4, "walkers": 150, "steps": 1_500,
    "autocorrelation_time": 26.5, "acceptance": 0.412, "seed": 1,
}  # fmt: skip


def write_card(place: Path) -> Path:
    """Write the folder of a validation with every table."""
    place.mkdir()
    write_skill(card(), place / "skill.csv")
    write_skill(card(drift=(0.011, 0.144)), place / "skill_rolling.csv")
    write_csv(place / "facts.csv", facts_table.COLUMNS, FACTS)
    found = [
        (f"{one.key} {one.study}", f"{one.outcome}, {one.unit}", one.published, one.low, one.high, 1.5, 1.25, 1.75,
         one.key != lost().key)
        for one in load_published().results
    ]  # fmt: skip
    write_csv(place / "published.csv", published.COLUMNS, found)
    write_csv(place / "points.csv", POINT_COLUMNS, point_rows())
    write_csv(place / "ports.csv", PORT_COLUMNS, PORTS)
    write_csv(place / "accuracy_tests.csv", accuracy_table.COLUMNS, accuracy_rows())
    return place


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Return every table, all made up."""
    root = tmp_path_factory.mktemp("document")
    place = write_posterior(root / "calibration", contraction=NARROWED)
    held = write_posterior(place / "validation", "validation", {**FITTED, "tax_rate": 0.4}, seed=9)
    for folder, last in ((place, 2017), (held, 2013)):
        write_csv(folder / "fit.csv", COLUMNS, fit_rows(last))
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | CHAINS), encoding="utf-8")
    write_tables(place)
    write_ranks(root / "recovery.csv")
    other = write_posterior(root / "other", contraction=NARROWED, seed=6)
    write_stability(place, other, root / "stability.csv")
    return folders(place, write_card(root / "card"), root / "recovery.csv", root / "stability.csv")


def write_ranks(path: Path) -> pd.DataFrame:
    """Write ranks of 50 replications: uniform for one parameter, always in the middle for another."""
    ranks = {"tax_rate": np.arange(50) * 2, "discrepancy_wage": np.full(50, 50)}
    found = pd.concat(
        pd.DataFrame({"replication": np.arange(50), "parameter": name, "truth": 0.1, "rank": rank,
                      "covered90": (rank >= 5) & (rank <= 94)})
        for name, rank in ranks.items()
    )  # fmt: skip
    found.to_csv(path, index=False)
    return found


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Return a copy of the page."""
    place = tmp_path / "docs"
    place.mkdir()
    shutil.copy(DOCS / PAGE, place)
    return place


def cells(text: str) -> dict[str, list[str]]:
    """Return first cell -> the others, of the rows of the tables of a block."""
    found = [[c.strip() for c in line[2:-2].split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return {row[0].strip("`*"): row[1:] for row in found}


def block(name: str, source: Source) -> str:
    return BLOCKS[name].write(source)


# The committed page


def test_the_page_is_what_the_shipped_tables_give() -> None:
    """With nothing shipped every block says so; the same command brings both up to date."""
    text = (DOCS / PAGE).read_text(encoding="utf-8")
    assert [match[1] for match in MARK.finditer(text)] != []
    assert update(repository(), check=True) == [], "run: python -m calibration.document"


def test_the_text_holds_no_figure_of_its_own() -> None:
    assert stray_figures((DOCS / PAGE).read_text(encoding="utf-8")) == []


def test_what_is_shipped_is_shown_and_what_is_not_is_said() -> None:
    """Once a calibration is shipped, all of its tables must be there, and the card of its validation."""
    found = {match[1]: match[2] for match in MARK.finditer((DOCS / PAGE).read_text(encoding="utf-8"))}
    there = repository()
    stands = {
        CALIBRATE: there.shipped is not None, VALIDATE: there.shipped is not None, DECLARED: True,
        RECOVERED: there.recovery is not None, COMPARED: there.stability is not None,
    }  # fmt: skip
    for name, one in BLOCKS.items():
        assert (NOTHING in found[name]) != stands[one.made_by], name


def test_pictures_of_the_page_are_small() -> None:
    assert sum(path.stat().st_size for path in DOCS.glob("calibration*.svg")) < 400_000


# Marks and figures


def page(names: Callable[[str], str] = lambda name: f"<!-- begin {name} -->\n<!-- end {name} -->\n") -> str:
    return "".join(map(names, BLOCKS))


def test_text_between_blocks_is_left_alone(source: Source) -> None:
    text = page().replace("<!-- begin pairs", "before\n<!-- begin pairs") + "after\n"
    new, stale = current(text, source)
    assert stale == list(BLOCKS)
    assert new.endswith("<!-- end blocks -->\nafter\n") and new.count("before\n") == 1
    assert MARK.sub("", new) == MARK.sub("", text)
    assert current(new, source) == (new, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (page().replace("<!-- end pairs -->\n", ""), "the block pairs does not end with <!-- end pairs -->"),
        (page().replace("pairs -->", "pears -->"), "no block is called pears"),
        (page() + "<!-- begin pairs -->\n<!-- end pairs -->\n", "the block pairs stands 2 times"),
        (page().replace("<!-- begin pairs -->\n<!-- end pairs -->\n", ""), "the block pairs stands 0 times"),
    ],
)
def test_a_wrong_mark_is_refused(source: Source, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        current(text, source)


def test_figures_of_a_text() -> None:
    text = "In 2014–2017 the 4th census, E71 and `x_1 = 3` [9](9.md) moved 1,024 of 2.50 % to 7.\n```\n11\n```\n"
    assert figures(text) == ["2014", "2017", "9", "1,024", "2.50", "7"]


def test_a_figure_that_no_block_holds_is_seen() -> None:
    text = "In 2013 it is 12.5, not 37 or 1.05.\n<!-- begin pairs -->\n| 12.5 |\n<!-- end pairs -->\n"
    assert stray_figures(text) == ["37", "1.05"]


# The command


def test_the_command_writes_page_and_pictures_and_finds_nothing_more(source: Source, docs: Path) -> None:
    assert source.shipped and source.card and source.recovery and source.stability
    words = [str(source.shipped), str(source.card), "--recovery", str(source.recovery), "--stability",
             str(source.stability), "--docs", str(docs)]  # fmt: skip
    before = (docs / PAGE).read_bytes()
    assert main([*words, "--check"]) == 1
    assert [path.name for path in docs.iterdir()] == [PAGE] and (docs / PAGE).read_bytes() == before
    assert main(words) == 0
    assert {path.name for path in docs.iterdir()} == {PAGE, *PICTURES}
    assert NOTHING not in (docs / PAGE).read_text(encoding="utf-8")
    assert main([*words, "--check"]) == 0


def test_a_picture_that_nothing_stands_behind_is_removed(source: Source, docs: Path, tmp_path: Path) -> None:
    update(source, docs)
    found = update(repository(tmp_path / "nowhere"), docs)
    assert {*PICTURES, f"{PAGE}: contraction"} <= set(found)
    assert [path.name for path in docs.iterdir()] == [PAGE]


def test_a_figure_in_the_text_fails_the_command(
    source: Source, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = docs / PAGE
    path.write_text(path.read_text(encoding="utf-8") + "It is 12,345.6 or so.\n", encoding="utf-8")
    assert main([str(source.shipped), "--docs", str(docs)]) == 1
    assert "the text holds 12,345.6, which stands in no block" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("emulator.csv", "0.0173", "much", 'line 3, error_near: "much" is not a number'),
        ("padding.csv", "median", "middle", "median missing"),
        ("manifest.json", "liaosim posterior", "something", '"format" is not "liaosim posterior"'),
    ],
)
def test_a_damaged_table_stops_the_command(
    source: Source, docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    file: str, old: str, new: str, message: str,
) -> None:  # fmt: skip
    assert source.shipped
    place = Path(shutil.copytree(source.shipped, tmp_path / "damaged"))
    text = (place / file).read_text(encoding="utf-8")
    assert old in text
    (place / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    before = (docs / PAGE).read_bytes()
    assert main([str(place), "--docs", str(docs)]) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in docs.iterdir()] == [PAGE] and (docs / PAGE).read_bytes() == before


def test_a_folder_that_is_not_there_is_named(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere_at_all", "--docs", str(docs)]) == 2
    assert "nowhere_at_all does not exist" in capsys.readouterr().err


def test_shipped_tables_lie_where_shipping_puts_them(source: Source, tmp_path: Path) -> None:
    from calibration.ship import ship

    assert source.shipped and source.card
    ship(source.shipped, source.card, tmp_path, recovery=source.recovery, stability=source.stability)
    shipped = repository(tmp_path)
    assert {name: block(name, shipped) for name in BLOCKS} == {name: block(name, source) for name in BLOCKS}
    assert pictures(shipped) == pictures(source)


# Blocks about declarations


def test_targets_count_what_the_fits_load() -> None:
    found = cells(block("targets", repository(Path("nowhere"))))
    assert found["All"][2:5] == [f"**{n}**" for n in (len(rows(2013)), len(rows(2017)), len(rows()) - len(rows(2013)))]
    text = block("targets", repository(Path("nowhere")))
    assert "| Output | GDP, 4th census | fit | 7 | 11 | 4 |  | 4 %; 8 % in 2010 | 3 % |" in text
    assert "| Partners | Exports to Japan, Korea, Russia | fit |  | 6 | 6 |  | 4 % | 15 % |" in text
    assert sum(len(members) for members in families()) == len(targets())


def test_errors_and_titles_of_targets() -> None:
    assert errors_of(target("fdi_published")) == "15 %; 40 % in 2007–2014"
    assert errors_of(target("growth_published")) == "1 point; 0.3 points in 2009, 2014–2017"
    assert years(("2009", "2012Q1", "2014", "2015", "2016-2017")) == "2009, 2012Q1, 2014–2015, 2016–2017"
    titles = [title_of_family(members) for members in families()]
    assert "Share of each of 11 cities in GDP of the cities" in titles and len(set(titles)) == len(titles)


def test_every_equation_of_the_reporting_layer_is_there() -> None:
    lines = block("reporting", repository(Path("nowhere"))).splitlines()[2:]
    assert {line.split()[1] for line in lines} == {f"E7{k}" for k in range(7)}
    assert not any(re.search(r"E7\d", line.partition("|")[2].partition("|")[2]) for line in lines)


def test_vintages_show_the_hump_of_liaoning() -> None:
    found = cells(block("vintages", repository(Path("nowhere"))))
    assert found["2014"] == ["1.43", "1.38", "1.24"] and found["2016"][0] == "1.09"


def test_every_block_is_listed_with_its_command() -> None:
    listed = {name.strip() for line in block_list().splitlines()[2:] for name in line.split("|")[2].split(",")}
    assert listed == set(BLOCKS)


# Blocks about the fits


def test_status_and_diagnostics_say_what_manifests_say(source: Source) -> None:
    found = cells(block("status", source))
    for (_, p), years_ in zip(source.fits(), ("2006–2017", "2006–2013"), strict=True):
        assert found[p.name][0] == years_ and found[p.name][1] == "236"
        assert found[p.name][2].startswith(f"{len(p.names)} of ") and found[p.name][4] == f"`{p.hash[:12]}`"
    told = cells(block("diagnostics", source))
    assert told["Steps over it"] == ["57", "57"]
    assert told["Runs that the emulator learnt from"] == ["28,672"] * 2
    assert told["Largest R-hat"] == ["1.020"] * 2
    assert told["Effective draws after reweighting"] == ["700"] * 2


def test_a_posterior_of_another_model_is_announced(source: Source, tmp_path: Path) -> None:
    old = write_posterior(tmp_path / "old", model_version="0")
    assert 'fitted with model version 0' in block("status", folders(old))
    assert "model version 0" not in block("status", source)


def test_the_worst_figure_of_each_series_stands_for_it(source: Source) -> None:
    found = cells(block("emulator", source))
    assert found["GDP, 4th census"] == ["2", "1.73 %", "0.31", "0.92", "0.81", "0.60", "0.91"]
    assert found["Growth as published"] == ["1", "0.240 points", "0.10", "0.88", "1.00", "0.20", "0.70"]


def test_points_that_do_not_differ_leave_nothing_to_explain(source: Source, tmp_path: Path) -> None:
    """As for a share that is the same at all points near the posterior: luck hides how they differ."""
    assert source.shipped
    place = Path(shutil.copytree(source.shipped, tmp_path / "flat"))
    text = (place / "emulator.csv").read_text(encoding="utf-8")
    (place / "emulator.csv").write_text(text.replace("0.88", ""), encoding="utf-8")
    assert "| Growth as published | 1 | 0.240 points | 0.10 | – | 1.00 |" in block("emulator", folders(place))


def test_figures_in_their_bands_are_counted(source: Source) -> None:
    """Counted here from the file itself."""
    assert source.shipped and source.validation
    kinds = []
    for place in (source.shipped, source.validation):
        with (place / "fit.csv").open(encoding="utf-8", newline="") as file:
            table = [row for row in csv.DictReader(file) if row["observed"]]
        inside = [float(r["predictive_p05"]) <= float(r["observed"]) <= float(r["predictive_p95"]) for r in table]
        fitted = [r["fitted"] == "true" for r in table]
        late = [r["role"] == "fit" and not f for r, f in zip(table, fitted, strict=True)]
        kinds.append([
            (sum(i for i, k in zip(inside, chosen, strict=True) if k), sum(chosen))
            for chosen in (fitted, late, [r["role"] != "fit" for r in table])
        ])  # fmt: skip
    all_years, early = kinds
    assert all_years[1] == (0, 0) and early[1][1] == len(rows()) - len(rows(2013))
    wanted = [all_years[0], all_years[2], *early]
    found = cells(block("coverage", source))["All"]
    assert found == [f"**{a} of {b} ({100 * a / b:.0f} %)**" for a, b in wanted]


def test_parameters_stand_by_contraction_with_their_labels(source: Source) -> None:
    text = block("contraction", source)
    assert re.findall(r"^\| `(\w+)`", text, flags=re.M) == sorted(NARROWED, key=lambda name: -NARROWED[name])
    found, fitted = cells(text), {row.name: row for row in source.fits()[0][1].table}
    tax = fitted["tax_rate"]
    assert found["tax_rate"][2:] == [
        f"{plain(tax.prior_low)} to {plain(tax.prior_high)}", plain(tax.median),
        f"{plain(tax.p05)} to {plain(tax.p95)}", "85 %", "80 %", "40 %", "12.3", "data-informed",
    ]  # fmt: skip
    assert found["transfer_clawback"][5:] == ["−3 %", "–", "–", "–", "literature-driven"]


def test_literature_driven_parameters_are_named(source: Source) -> None:
    whole, early = block("literature", source).splitlines()
    count = len(parameters())
    assert f"of {count} declared parameters 5 were fitted; 3 of them are data-informed, 2 literature-driven" in whole
    assert "`trade_elasticity_long_run`, `transfer_clawback`. The " in whole
    assert f"The {count - 3} parameters that the data do not inform" in whole
    assert early.startswith("- **2006–2013**: ") and "4 were fitted" in early


def test_the_closest_pair_comes_first(source: Source, tmp_path: Path) -> None:
    lines = block("pairs", source).splitlines()[2:]
    assert lines == ["| `rollover_a` | `tax_rate` | −0.87 |", "| `tax_rate` | `import_elasticity` | +0.41 |"]
    alone = write_posterior(tmp_path / "alone")
    (alone / "pairs.csv").write_text("first,second,correlation\n", encoding="utf-8")
    assert block("pairs", folders(alone)).startswith("No pair")
    assert NOTHING in block("emulator", folders(alone))


def test_padding_stands_beside_what_is_known(source: Source) -> None:
    found = cells(block("padding", source))
    assert len(found) == 14
    assert found["2014"] == [
        "10.0 (8.00 to 12.0)", "12.0 (8.00 to 15.0)", "14.0 (8.00 to 18.0)", "16.0 (8.00 to 21.0)", "25.0",
        "−2.50 to +1.25", "Fiscal revenue: at least 20.0",
    ]  # fmt: skip
    assert found["2013"][-1] == ""


def test_jilins_trend_takes_from_the_padding_of_gdp(source: Source) -> None:
    text = block("revision", source)
    trend = float(vintages(JILIN)[8] / vintages(JILIN)[0])
    moved = [plain(100.0 * ((1.0 + share) / trend - 1.0)) for share in (0.10, 0.08, 0.12, 0.25)]
    constant, jilin, ratio = cells(text)["2014"][1:]
    assert (constant, jilin) == ("10.0 (8.00 to 12.0)", f"{moved[0]} ({moved[1]} to {moved[2]})")
    assert ratio == moved[3]
    assert "`census_coverage`, the constant revision, was not fitted." in text


# Blocks about the validation


def test_wins_and_losses_are_those_of_the_card(source: Source) -> None:
    text = block("wins", source)
    assert "`model_frozen`): 3 of 6 comparisons won by RMSE and CRPS, 0 lost by both, 3 won by one of the two" in text
    assert "`model_realised`): 12 of 12 comparisons won by RMSE and CRPS, 0 lost by both, 0 won by" in text
    ours, walk = FORECASTS["model_frozen"], FORECASTS["random_walk"]
    figures_ = " | ".join(map(plain, (ours[0], walk[0], ours[1], walk[1])))
    assert f"| GDP, 4th census | `random_walk` | {figures_} | wins by CRPS only |" in text


def test_a_lost_comparison_says_so(source: Source, tmp_path: Path) -> None:
    write_skill(card(model_frozen=(0.9, 0.9)), tmp_path / "skill.csv")
    beaten = Source(None, None, tmp_path, None, None)
    assert "0 of 6 comparisons won by RMSE and CRPS, 6 lost by both" in block("wins", beaten)
    assert block("wins", beaten).count("**loses**") == 6
    assert "- **Exports.** For this variable the model forecasts worse than a random walk, a random walk with" in block(
        "losses", beaten
    )
    assert f"*Why:* {reasons()['exports_usd'][0]}" in block("losses", beaten)
    assert NOTHING in block("rolling", beaten) and NOTHING in block("facts", beaten)


def test_scores_mark_the_best_without_hindsight(source: Source) -> None:
    head, _, first, *_ = block("scores", source).splitlines()
    assert head.split(" | ")[1:4] == ["`model_realised`", "`model_frozen`", "`model_hindsight`"]
    assert first.split(" | ")[:4] == ["| GDP, 4th census", "**0.0510**", "0.154", "0.0110"]
    assert "| Exports | 75 % |" in block("scores", source)
    assert "GDP, first release" not in block("scores", source)
    assert "**0.0110**" in block("rolling", source), "drift is best over rolling origins"
    assert block("rolling", source).startswith("Origins 2009 to 2013, up to four years ahead: 4 forecasts")


def test_aims_have_verdicts(source: Source) -> None:
    text = block("goals", source)
    assert text.count("| reached |") + text.count("| **not reached** |") == 6
    assert "3 of 3 series won; RMSE over that of the random walk: GDP, 4th census 1.25, Exports 1.25" in text
    assert "75 % where it counts (3 of 3 series), 75 % over all" in text


def test_cities_and_padded_series_stand_apart(source: Source) -> None:
    assert "| City shares of GDP | `model_frozen` | 0.400 | 0.200 | 50 % | 1 |" in block("cities", source)
    text = block("apart", source)
    assert text.startswith("With the scripted audit the RMSE of the model is lower than without it in 1 of 1 series")
    assert "| GDP, first release | padded, explained | `drift` | 0.750 | 0.400 | 100 % | 4 |" in text
    assert "| Exports to Japan | one partner, start known | `random_walk` | 0.125 | 0.250 | 100 % | 2 |" in text
    assert "| Exports |" not in text


def test_ports_stand_as_points(source: Source) -> None:
    text = block("ports", source)
    assert "| 2012Q1 | Mt | its share sets the start | 92.7 | 93.0 (86.0 to 102) | inside |" in text
    assert "| 2016 | Mt | came after the fit | 355 | 460 (406 to 513) | **outside** |" in text


def test_tests_of_accuracy_are_shown(source: Source) -> None:
    text = block("accuracy", source)
    assert "| Exports | `model_frozen` | `random_walk` | not better | 0.40 | – | 5 | 20 |" in text
    assert "| Exports | `model_frozen` | `drift` | better | 0.20 | **<0.01** | 5 | 20 |" in text
    assert "1 of 2 comparisons differ at the 5 % level" in text


def test_facts_that_fail_stay_in(source: Source) -> None:
    text = block("facts", source)
    assert text.startswith("Of the scored facts 1 of 2 (50 %) hold.")
    found = cells(text)
    assert found["Trade with a, comma, %"] == ["emerges from the rules", "−5 to 5", "1.25 (−1.50 to 3.75)", "holds"]
    assert found["Growth <b>, %"][1:] == ["below 0", "2.50 (1.50 to 3.50)", "**fails**"]
    assert found["Share, %"][1:] == ["–", "40.5 (39.5 to 41.5)", "shown"]


def test_published_results_that_fail_have_their_reason(source: Source) -> None:
    every = load_published()
    count = len(every.results)
    assert block("published", source).startswith(f"Of the scored outcomes {count - 1} of {count} ")
    failed, _, not_asked = block("failures", source).partition("Not asked")
    assert failed.count("\n- ") + failed.startswith("- ") == 1
    assert f"- **{lost().key} {lost().study}**, {lost().outcome}" in failed and " ".join(lost().why.split()) in failed
    assert not_asked.count("- **") == len(every.not_met)


# The two long checks


def test_recovery_is_told_by_kind_with_its_doubts(source: Source) -> None:
    assert source.recovery
    text, found = recovery(source), pd.read_csv(source.recovery)
    assert text.startswith(summary_of(found).sentence)
    rows_ = cells(text)
    covered = int(found[found["parameter"] == "tax_rate"]["covered90"].sum())
    assert rows_["Parameters"][:2] == ["1", f"{2 * covered} %"]
    assert rows_["Parameters"][2] == " ".join(["10"] * 10)
    assert rows_["Sizes of discrepancy"] == ["1", "100 %", "0 0 0 0 0 100 0 0 0 0"]
    p = coverage_table(found).set_index("parameter").loc["discrepancy_wage", "p_coverage"]
    assert f"`discrepancy_wage` (100 %, p = {p:.3f}; ranks p = 0.000)" in text and "`tax_rate` (" not in text


def test_stability_is_told_with_what_moved_most(source: Source, tmp_path: Path) -> None:
    assert source.stability
    found = pd.read_csv(source.stability)
    text = stability(source)
    assert text.startswith(f"{int(found['same'].sum())} of {len(NARROWED)} parameters that both fits have")
    worst = found.loc[found["median_difference"].abs().idxmax(), "parameter"]
    assert re.findall(r"^\| `(\w+)`", text, flags=re.M)[0] == worst
    found.loc[found["parameter"] == "tax_rate", ["median_difference", "same"]] = [1.5, False]
    found.to_csv(tmp_path / "moved.csv", index=False)
    moved = stability(Source(None, None, None, None, tmp_path / "moved.csv"))
    assert cells(moved)["tax_rate"][0] == "+1.50" and cells(moved)["tax_rate"][-1] == "no"


def test_a_wrong_table_of_a_check_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for check in (recovery, stability):
        with pytest.raises(InputError, match="the first line must be"):
            check(Source(None, None, None, tmp_path / "x.csv", tmp_path / "x.csv"))


def test_the_same_draws_are_stable(tmp_path: Path) -> None:
    one = write_posterior(tmp_path / "one")
    other = write_posterior(tmp_path / "other", contraction={**FITTED, "fdi_wage": 0.3})
    assert document_checks.main(["stability", str(one), str(other), "--out", str(tmp_path / "s.csv")]) == 0
    found = pd.read_csv(tmp_path / "s.csv")
    assert set(found["parameter"]) == set(FITTED)
    assert found["same"].all() and (found["median_difference"] == 0.0).all()
    # 700.5 effective draws after weighting in both: fewer than the 800 of the chains.
    np.testing.assert_allclose(found["sd_error"], np.sqrt(0.5 * 2.0 / 700.5), rtol=1e-4)


def test_posteriors_without_a_common_parameter_are_refused(tmp_path: Path) -> None:
    one = write_posterior(tmp_path / "one", contraction={"tax_rate": 0.3})
    other = write_posterior(tmp_path / "other", contraction={"fdi_wage": 0.3})
    assert document_checks.main(["stability", str(one), str(other), "--out", str(tmp_path / "s.csv")]) == 2
    assert not (tmp_path / "s.csv").exists()


def test_recovery_takes_the_emulator_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(("gdp_restated", str(year)) for year in range(2007, 2013))
    emulator = emulator_of(np.full((2, 6), 0.2), np.zeros(6), np.full(6, 0.05))
    asked: list[Path] = []

    def load(path: Path) -> object:
        asked.append(path)
        return emulator, few

    def simulator(*_: object) -> Callable[[np.ndarray], np.ndarray]:
        return lambda values: np.zeros((len(values), 6))

    monkeypatch.setattr(document_checks, "load_emulator", load)
    monkeypatch.setattr(document_checks, "simulated_by", simulator)
    monkeypatch.setattr(document_checks, "load_world", lambda: None)
    monkeypatch.setattr(document_checks, "STEPS", 100)
    found = write_recovery(tmp_path, tmp_path / "r.csv", 3, 1, 1)
    assert asked == [tmp_path / "work" / "emulator.npz"]
    kept = pd.read_csv(tmp_path / "r.csv")
    assert kept["rank"].tolist() == found["rank"].tolist() and len(kept) == 3 * 3
    assert recovery(Source(None, None, None, tmp_path / "r.csv", None)).startswith("In 3 replications")


def test_recovery_without_an_emulator_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document_checks.main(["recovery", str(tmp_path), "--out", str(tmp_path / "r.csv")]) == 2
    assert "there is no emulator" in capsys.readouterr().err
    assert not (tmp_path / "r.csv").exists()


# Pictures


def drawn(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def with_class(root: ElementTree.Element, tag: str, kind: str) -> list[ElementTree.Element]:
    return [e for e in root.iter(SVG + tag) if kind in e.get("class", "").split()]


def test_fans_shade_held_out_years_only(source: Source) -> None:
    root = drawn(pictures(source)[FANS])
    titles = [e.text for e in with_class(root, "text", "head")]
    assert titles[:2] == ["GDP, 4th census, fitted to 2017", "GDP, 4th census, fitted to 2013"]
    charts = [e for e in root.iter(SVG + "svg") if e is not root]
    assert len(charts) == len(titles) == 8
    shaded = [len(with_class(chart, "rect", "history")) for chart in charts]
    assert shaded == [0, 1] * 4
    hollow = [len(with_class(chart, "circle", "unfitted")) for chart in charts]
    assert hollow == [0, 4] * 4
    assert with_class(root, "rect", "hit") == []


def test_pieces_of_a_picture_lie_inside_it(source: Source) -> None:
    for name, text in pictures(source).items():
        root = drawn(text)
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        assert root.get("aria-label") == PICTURES[name]
        for e in (*root.findall(SVG + "svg"), *root.findall(SVG + "rect")):
            if not e.get("width", "").endswith("%"):
                assert 0.0 <= float(e.get("x", "0")) <= width - float(e.get("width", "0")), name
                assert 0.0 <= float(e.get("y", "0")) <= height - float(e.get("height", "0")), name
        for e in root.findall(SVG + "text"):
            start, length = float(e.get("x", "0")), 6.0 * len(e.text or "")
            left = start - length * {"end": 1.0, "middle": 0.5}.get(_anchor(e), 0.0)
            assert left >= 0.0 and left + length <= width, (name, e.text)


def _anchor(e: ElementTree.Element) -> str:
    return "end" if e.get("class") == "name" else e.get("text-anchor", "start")


def test_bars_are_as_long_as_contractions(source: Source) -> None:
    root = drawn(pictures(source)[CONTRACTION])
    names = [e.text for e in with_class(root, "text", "name")]
    assert names == sorted(NARROWED, key=lambda name: -NARROWED[name])
    blue = with_class(root, "rect", "informed")[:3]
    grey = with_class(root, "rect", "literature")[:2]
    lengths = [float(e.get("width", "0")) for e in (*blue, *grey)]
    shares = [abs(NARROWED[name]) for name in names if name is not None]
    np.testing.assert_allclose(np.array(lengths) / lengths[0], np.array(shares) / shares[0], atol=0.002)


def test_padding_has_a_chart_a_series(source: Source) -> None:
    root = drawn(pictures(source)[PADDING])
    assert [e.text for e in with_class(root, "text", "head")] == [
        "GDP, %", "Fiscal revenue, %", "Foreign investment, %", "Fixed investment, %",
    ]  # fmt: skip


def test_forecasts_stand_beside_what_came(source: Source) -> None:
    root = drawn(pictures(source)[FORECAST_PICTURE])
    assert [e.text for e in with_class(root, "text", "head")] == ["Exports: 1 of 4 years inside"]
    (chart,) = [e for e in root.iter(SVG + "svg") if e is not root]
    assert len(with_class(chart, "circle", "unfitted")) == 4


def test_pictures_of_a_whole_calibration_are_small(source: Source, tmp_path: Path) -> None:
    """As many fitted parameters as there can be, and names as long as they are."""
    some: Mapping[str, float] = {p.name: 0.5 for p in sorted(parameters(), key=lambda p: -len(p.name))[:48]}
    place = write_posterior(tmp_path / "whole", contraction=some)
    whole = Source(place, source.validation, source.card, None, None)
    assert len(read_posterior(place).names) == 48
    texts = [*pictures(source).values(), *pictures(whole).values()]
    assert sum(len(text.encode()) for text in texts) < 400_000
    test_pieces_of_a_picture_lie_inside_it(whole)


def test_fits_of_the_made_tables_are_the_real_targets() -> None:
    """The tables above would prove little if they held few figures."""
    assert len(fit_rows(2017)) > len(observed_data().rows) > 200
