"""The page on trust: its figures are those of the shipped tables, losses are said in words, sources are complete."""

from __future__ import annotations

import csv
import io
import threading
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from importlib.resources import files
from urllib.parse import parse_qsl

import pytest
from markupsafe import Markup

from calibration.targets import targets
from simulator.identification import LITERATURE
from simulator.posterior import POSTERIORS, Posterior
from simulator.posterior import shipped as shipped_posterior
from tests.app.drawn import drawn
from viz.reports.contraction_chart import contraction_chart
from viz.trust import figures, tables
from viz.trust.markup import coded, fragment, standalone
from viz.wording import texts

SVG = "{http://www.w3.org/2000/svg}"
LANGS = ("en", "zh")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def skill_page(lang: str, part: str, variable: str = "") -> str:
    return fragment(
        "trust_skill.html", lang, v=figures.validation(lang), part=part, marked=figures.titles_of(variable, lang),
        first=0, unjudged="", fit=False, chart=0,
    )  # fmt: skip


def posterior_of(fit: str) -> Posterior:
    found = shipped_posterior(figures.FITS[fit][0])
    assert found is not None
    return found


# Fit


def test_outputs_lead_to_the_targets_that_judge_them() -> None:
    assert figures.targets_of("exports") == ("exports_usd",)
    assert figures.targets_of("gdp_real") == ("gdp_restated", "gdp_real")
    assert figures.targets_of("wage") == ("wage",)
    assert "household_consumption" in figures.targets_of("consumption")
    assert figures.targets_of("fiscal_revenue") == ("fiscal_revenue_published",)
    assert "investment_growth_published" in figures.targets_of("investment")
    assert figures.targets_of("public_consumption") == ()  # only a part of what an operator puts together
    assert figures.targets_of("congestion") == ()
    assert figures.targets_of("") == ()


@pytest.mark.parametrize("fit", figures.FITS)
def test_groups_hold_every_drawn_target_once(fit: str) -> None:
    names = [chart.name for group in figures.groups(fit) for chart in figures.charts(fit, group, "en")]
    drawn = [one.target.name for one in figures.fitted(fit) if one.target.role != "control"]
    assert len(names) > 50 and sorted(names) == sorted(drawn)


def test_marked_charts_are_those_asked_for() -> None:
    charts = figures.charts("all", figures.group_of("exports_usd"), "zh", ("exports_usd",))
    assert [chart.name for chart in charts if chart.marked] == ["exports_usd"]
    assert "出口" in next(chart.title for chart in charts if chart.marked)


def test_held_out_years_are_not_called_fitted() -> None:
    one = figures.fitted_target("held", "exports_usd")
    assert one is not None
    words = texts("en")
    said = {figure.period: figure.fitted for figure in figures.figures(one, "en")}
    assert said["2013"] == words["cal_is_fitted"]
    assert {said[year] for year in ("2014", "2015", "2016", "2017")} == {words["cal_not_fitted"]}


def test_counts_are_those_of_the_report() -> None:
    assert list(figures.counted("all", "en")) == figures.calibration("all", "en")["short"][:2]


def test_rows_of_a_fit_as_csv_are_those_of_its_table() -> None:
    given = [row for row in read(figures.fit_table("held", "fit.csv")) if row["target"] in ("wage", "population")]
    assert len(given) > 10
    assert read(figures.fit_csv("held", ["wage", "population"])) == given


def test_sources_of_a_target() -> None:
    said = figures.sources_of(targets()["exports_usd"])
    assert said and any("ADB TA-9036" in source for source in said)
    assert len(set(said)) == len(said)


def test_a_chart_that_leaves_the_page_is_whole() -> None:
    one = figures.fitted_target("all", "gdp_restated")
    assert one is not None
    root = ElementTree.fromstring(standalone(figures.fan(one, "zh"), "A & B"))
    assert root.tag == f"{SVG}svg" and [child.tag for child in root][:2] == [f"{SVG}style", f"{SVG}rect"]
    assert root[2].text == "A & B" and float(str(root[2].get("y"))) < 0
    assert len(root.findall(f"{SVG}circle")) == sum(f.observed == f.observed for f in one.figures)


def test_only_a_drawing_leaves_the_page_as_one() -> None:
    with pytest.raises(ValueError, match="not an SVG element"):
        standalone("<p>no</p>", "Title")


# Skill card


@pytest.mark.parametrize("lang", LANGS)
def test_the_card_opens_with_what_its_builders_knew(lang: str) -> None:
    page = skill_page(lang, "wins")
    assert texts(lang)["val_known"] in page
    assert page.index(texts(lang)["val_known"]) < page.index("<table")


@pytest.mark.parametrize("lang", LANGS)
def test_losses_are_marked_in_words(lang: str) -> None:
    words = texts(lang)
    rows = [row for c in figures.validation(lang)["comparisons"] for row in c["rows"]]
    lost = sum(row["kind"] == "loss" for row in rows)
    page = skill_page(lang, "wins")
    assert lost > 0
    assert page.count(f'<td class="text trust-loss">✗ {words["val_loses"]}</td>') == lost
    assert page.count(f'<td class="text trust-win">✓ {words["val_wins"]}</td>') == sum(r["kind"] == "win" for r in rows)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("part", figures.PARTS)
def test_every_part_of_the_card_can_be_shown(part: str, lang: str) -> None:
    page = skill_page(lang, part)
    assert "<table" in page or "<svg" in page


def test_rows_of_the_variable_a_user_came_for_are_marked() -> None:
    rows = [row for c in figures.validation("en")["comparisons"] for row in c["rows"] if row["series"] == "Exports"]
    page = skill_page("en", "wins", "exports")
    assert len(rows) > 2
    assert page.count('<tr class="is-marked"') == len(rows)
    assert page.count("data-scroll") == 0 or 'data-scroll="center"' in page
    assert "is-marked" not in skill_page("en", "wins", "congestion")


def test_which_variables_have_scores() -> None:
    for lang in LANGS:
        assert figures.scored("exports", lang) and figures.scored("gdp_real", lang)
        assert not figures.scored("fdi", lang) and not figures.scored("", lang)
    assert figures.label_of("fdi", "zh") != "fdi" and figures.label_of("no_output", "zh") == "no_output"


def test_what_an_address_holds_is_escaped() -> None:
    page = fragment("trust_skill.html", "en", v=figures.validation("en"), part="wins", marked=(), first=-1,
                    unjudged="<script>alert(1)</script>", fit=True, chart=0)  # fmt: skip
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_failed_facts_and_results_stand_apart() -> None:
    found = figures.validation("en")
    for part, key in (("facts", "facts"), ("published", "published")):
        page = skill_page("en", part)
        failed = found[key]["failed"]
        assert page.count('class="text trust-loss">✗') == len(failed)
        if failed:
            assert page.index("trust-losses") < page.index("<table")


# Padding and what is known


@pytest.mark.parametrize("lang", LANGS)
def test_charts_of_padding_are_named_by_series(lang: str) -> None:
    found = figures.named_padding(figures.calibration("all", lang)["padding"], lang)
    assert found is not None
    assert {chart["name"] for chart in found["charts"]} == {"gdp", "revenue", "fdi", "investment"}
    assert figures.named_padding(None, lang) is None


def test_bars_of_contraction() -> None:
    rows = figures.by_contraction("all")
    assert [row.contraction for row in rows] == sorted((row.contraction for row in rows), reverse=True)
    root = ElementTree.fromstring(contraction_chart("Title <b>", rows, "en", texts("en")))
    bars = [bar for bar in root.iter(f"{SVG}rect") if "bar" in str(bar.get("class")).split()]
    hollow = [bar for bar in bars if "literature" in str(bar.get("class"))]
    assert root.get("aria-label") == "Title <b>"
    assert len(bars) == len(rows) == len(posterior_of("all").names)
    assert len(hollow) == sum(row.contraction < LITERATURE for row in rows) > 0
    said = ["".join(group.itertext()) for group in root.iter(f"{SVG}g")]
    assert sum("literature-driven" in text for text in said) == len(hollow)  # not by colour alone
    first, last = (float(str(bar.get("width"))) for bar in (bars[0], hollow[0]))
    assert first / last == pytest.approx(rows[0].contraction / rows[len(bars) - len(hollow)].contraction, rel=0.02)


def test_no_bars_without_parameters() -> None:
    with pytest.raises(ValueError, match="no parameter"):
        contraction_chart("Title", [], "en", texts("en"))


def test_what_data_tell_names_no_pair_only_if_there_is_none() -> None:
    pairs = read((POSTERIORS / "shipped" / "pairs.csv").read_text(encoding="utf-8"))
    page = fragment("trust_known.html", "en", c=figures.calibration("all", "en"), chart=Markup(""), recovery=None,
                    expected={}, stability="")  # fmt: skip
    assert (texts("en")["cal_pairs_none"] in page) == (not pairs)


def test_stability_counts_its_table() -> None:
    found = figures.stability()
    rows = read((POSTERIORS / "stability.csv").read_text(encoding="utf-8"))
    assert found is not None
    assert (found.count, found.same) == (len(rows), sum(row["same"] == "True" for row in rows))
    assert len(found.different) == found.count - found.same and found.added >= 0.0


def test_a_result_is_computed_once_by_many_threads() -> None:
    calls = []

    def slow(key: str) -> str:
        calls.append(key)
        time.sleep(0.05)
        return key

    once = figures._once(slow)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(once("a"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (calls, found) == (["a"], ["a"] * 6)


# Parameters and data


def test_every_parameter_is_listed_with_its_declaration() -> None:
    declared = tomllib.loads(files("simulator").joinpath("parameters.toml").read_text(encoding="utf-8"))
    rows = read(tables.parameters_csv([row.name for row in tables.parameter_rows("zh")], "zh"))
    assert len(rows) == len(declared) == len(tables.parameter_rows("en"))
    for row in rows:
        one = declared[row["name"]]
        assert [float(row[key]) for key in ("low", "point", "high")] == [one[key] for key in ("low", "point", "high")]
        assert (row["status"], row["source"], row["unit"]) == (one["status"], one["source"], one["unit"])


def test_fitted_parameters_say_what_the_fit_made_of_them() -> None:
    fitted = {row.name: row for row in posterior_of("all").table}
    shown = {row.name: row for row in tables.parameter_rows("en") if row.fitted != "–"}
    assert set(shown) == set(fitted)
    for name, row in shown.items():
        assert row.contraction.replace("−", "-") == f"{100 * fitted[name].contraction:.0f}"


def test_search_takes_all_words_anywhere() -> None:
    rows = tables.parameter_rows("en")
    found = tables.chosen(rows, "  WAGE nation ")
    assert "wage_on_nation" in {row.name for row in found if isinstance(row, tables.ParameterRow)}
    assert 0 < len(found) < len(tables.chosen(rows, "wage")) < len(rows)
    assert tables.chosen(rows, "") == list(rows) and tables.chosen(rows, "no such word") == []


@pytest.mark.parametrize("name", tables.TABLES)
def test_rows_of_data_hold_every_figure_with_its_source(name: str) -> None:
    rows = tables.data_rows(name, "zh")
    whole = tables.table_of(name).rows
    assert sum(row.count for row in rows) == len(whole) == sum(tables.status_counts(name).values())
    assert all(row.source and row.places and row.periods for row in rows)
    assert len(read(tables.data_csv(name, rows))) == len(whole)


def test_figures_of_chosen_rows_only() -> None:
    rows = [row for row in tables.data_rows("observed", "en") if row.variable == "growth_published"]
    given = read(tables.data_csv("observed", rows))
    assert {row["variable"] for row in given} == {"growth_published"}
    assert len(given) == sum(row.count for row in rows) > 1


# Words


def test_topics_fits_and_parts_have_words_in_both_languages() -> None:
    keys = [key for pair in figures.TOPICS.values() for key in pair]
    keys += [key for _, key in figures.FITS.values()] + list(figures.PARTS.values())
    keys += [*tables.TABLES.values(), *tables.STATUS_WORDS.values(), *tables.EVIDENCE_WORDS.values()]
    for lang in LANGS:
        assert all(texts(lang)[key] for key in keys)


def test_backticks_become_code_and_markup_stays_text() -> None:
    assert coded("``a < b`` and `c`") == "<code>a &lt; b</code> and <code>c</code>"
    assert coded("<i>") == "&lt;i&gt;"


# The page


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("topic", figures.TOPICS)
def test_every_topic_is_drawn(topic: str, lang: str) -> None:
    from viz.pages.trust import TrustPage

    with drawn(TrustPage, f"/trust?topic={topic}", lang) as page:
        assert len(page.html) > 2000


def test_nonsense_in_the_address_shows_the_first_of_each() -> None:
    from viz.pages.trust import TrustPage

    with drawn(TrustPage, "/trust") as page:
        usual = page.html
    asked = "topic=x&fit=x&group=x&target=%3Cb%3E&variable=%3Cb%3E&part=x&table=x&series=x&status=x"
    with drawn(TrustPage, f"/trust?{asked}") as page:
        assert page.html == usual
    for topic in figures.TOPICS:
        with drawn(TrustPage, f"/trust?{asked.replace('topic=x', f'topic={topic}')}") as page:
            assert "<b>" not in page.html and len(page.html) > 2000


def test_a_chosen_chart_is_in_the_address_with_what_was_chosen_before() -> None:
    from viz.pages.trust import TrustPage

    with drawn(TrustPage, "/trust?fit=held&variable=exports&result=demo", "zh") as page:
        assert 'class="trust-fan is-marked" data-target="exports_usd"' in page.html
        page.choose("exports_usd")
        (address,) = page.went_to
    assert dict(parse_qsl(address.partition("?")[2])) == {
        "topic": "fit", "fit": "held", "group": figures.group_of("exports_usd"), "target": "exports_usd",
        "result": "demo",
    }  # fmt: skip
    with drawn(TrustPage, address, "zh") as page:
        assert page.html.count("trust-detail-body") == 1 and "44.9" in page.html


def test_a_variable_without_a_score_leads_to_the_data() -> None:
    from viz.pages.trust import TrustPage

    with drawn(TrustPage, "/trust?topic=skill&variable=fdi") as page:
        assert texts("en")["trust_see_fit"] in page.html
        page.choose("fit")
        assert page.went_to == ["/trust?topic=fit&variable=fdi"]
    with drawn(TrustPage, "/trust?topic=skill&variable=emissions") as page:
        assert "No series of observed figures judges" in page.html and texts("en")["trust_see_fit"] not in page.html
    with drawn(TrustPage, "/trust?topic=skill&variable=exports") as page:
        assert 'role="note"' not in page.html and "is-marked" in page.html


def test_a_chosen_forecast_is_in_the_address() -> None:
    from viz.pages.trust import TrustPage

    with drawn(TrustPage, "/trust?topic=skill&part=charts&chart=99") as page:
        assert page.html.count('aria-pressed="true"') == 1
        page.choose("chart:2")
        assert page.went_to == ["/trust?topic=skill&part=charts&chart=2"]


def test_search_of_the_address_finds_parameters() -> None:
    from viz.pages.trust import TrustPage

    with drawn(TrustPage, "/trust?topic=parameters&find=wage_on_nation") as page:
        assert page.html.count("data-parameter=") == 1
    with drawn(TrustPage, f"/trust?topic=parameters&parameter={tables.parameter_rows('en')[-1].name}") as page:
        assert page.html.count("data-parameter=") == len(tables.parameter_rows("en"))  # else it would not be there
        assert page.html.count("data-scroll") == 1
