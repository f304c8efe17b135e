"""The blocks of the page on calibration: each says what its tables say."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

from calibration.document import BLOCKS, block_list
from calibration.document_source import Source, folders, repository
from calibration.document_targets import errors_of, families, title_of_family, years
from calibration.padding import JILIN, vintages
from calibration.published_file import load_published
from calibration.skill import write_skill
from calibration.skill_words import reasons
from calibration.targets import observed_data, rows, target, targets
from simulator.numbers import plain
from simulator.parameters import parameters
from tests.calibration.documents import NOTHING, block, cells
from tests.posteriors import write_posterior
from tests.test_calibration_report import CONTRACTION as NARROWED
from tests.test_calibration_report import fit_rows
from tests.test_validation_report import FORECASTS, card, lost

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


def test_fits_of_the_made_tables_are_the_real_targets() -> None:
    """The tables above would prove little if they held few figures."""
    assert len(fit_rows(2017)) > len(observed_data().rows) > 200


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
