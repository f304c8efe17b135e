"""The page on trust: its figures are those of the shipped tables, losses are said in words, sources are complete."""

from __future__ import annotations

import csv
import io
import re
import threading
import time
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qsl

import pytest
from markupsafe import Markup

from calibration.targets import targets
from simulator.identification import LITERATURE
from simulator.parameter_words import meaning
from simulator.posterior import POSTERIORS, Posterior
from simulator.posterior import shipped as shipped_posterior
from tests.app.drawn import drawn
from viz.reports.contraction_chart import LEFT, contraction_chart
from viz.trust import figures, tables
from viz.trust.markup import fragment, standalone
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


def test_coverage_says_on_which_side_it_fails() -> None:
    words = texts("en")
    rows = [row for c in figures.validation("en")["comparisons"] for row in c["coverage"]]
    said = {int("".join(filter(str.isdigit, row["said"]))): row["counts"] for row in rows}
    assert {share: text for share, text in said.items() if share < 75} == dict.fromkeys(
        {share for share in said if share < 75}, words["val_counts_few"]
    )
    assert said[100] == words["val_counts_many"] and said[0] == words["val_counts_few"] and 75 in said
    assert said[75] in (words["val_counts_ok"], words["val_counts_crps"])


@pytest.mark.parametrize("lang", LANGS)
def test_scores_have_their_unit_and_are_explained(lang: str) -> None:
    words, page = texts(lang), skill_page(lang, "wins")
    assert {one["unit"] for one in figures.validation(lang)["series"]} == {"ln"}
    heads = {words[key] for key in ("val_model_rmse", "val_rival_rmse", "val_model_crps", "val_rival_crps")}
    for head in heads:
        assert page.count(f'<th scope="col">{head} (ln)</th>') > 0 == page.count(f'<th scope="col">{head}</th>')
    assert words["trust_scores_read"] in page


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


def test_facts_and_results_are_chinese_on_the_chinese_page() -> None:
    english, known = figures.validation("en"), figures.skill_in_chinese()
    rows, failed = english["published"]["rows"], english["published"]["failed"]
    assert set(known["facts"]) == {row["title"] for row in english["facts"]["rows"]}
    assert set(known["results"]) == {row["outcome"] for row in rows}
    assert set(known["published"]) == {row["said"] for row in rows if re.search("[a-z]", row["said"])}
    assert {row["why"] for row in (*failed, *english["not_met"])} <= set(known["reasons"])
    for part in known.values():
        for told, chinese in part.items():
            assert set(re.findall(r"\d\.\d+", told)) <= set(re.findall(r"\d\.\d+", chinese)), told
            assert set(re.findall(r"E\d+", told)) == set(re.findall(r"E\d+", chinese)), told
    for part in ("facts", "published"):
        page = re.sub("<strong.*?</strong>|<th.*?</th>" if part == "published" else "$^", " ", skill_page("zh", part))
        left = set(re.findall("[A-Za-z_]{3,}", re.sub(r"<[^>]*>|docs/\w+\.md", " ", page)))
        assert left <= {"GDP", "RCEP", "APEC", "TPP", "gateway_spread", "services_opening", "cjk_fta",
                        "talent_retention", "metro_integration"}, left  # fmt: skip


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
    found = figures.padding(lang)
    assert found is not None
    assert {chart["name"] for chart in found["charts"]} == {"gdp", "revenue", "fdi", "investment"}


def test_lower_bounds_of_padding_are_triangles() -> None:
    rows = read((POSTERIORS / "shipped" / "padding.csv").read_text(encoding="utf-8"))
    least = [row for row in rows if row["statement_kind"] == "at least"]
    found = figures.padding("en")
    assert found is not None and {row["series"] for row in least} == {"revenue"}
    for chart in found["charts"]:
        root = ElementTree.fromstring(chart["svg"])
        triangles = [part for part in root.iter(f"{SVG}polygon") if "least" in str(part.get("class")).split()]
        assert len(triangles) == (len(least) if chart["name"] == "revenue" else 0), chart["name"]
        assert (chart["name"] == "revenue") == ("at least 20.0" in chart["svg"])
        if chart["name"] == "revenue":
            assert not root.findall(f"{SVG}circle")
    legend = fragment("trust_padding.html", "en", padding=found, vintages=figures.calibration("all", "en")["vintages"],
                      chosen="gdp")  # fmt: skip
    assert '<span class="key least"></span>' + texts("en")["trust_padding_least"] in legend


def test_regions_beside_liaoning_are_named_in_chinese() -> None:
    assert figures.calibration("all", "zh")["vintages"]["regions"] == ["辽宁", "吉林", "黑龙江"]


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
    shown = [str(part.text) for part in root.iter(f"{SVG}text") if part.get("class") == "row"]
    assert shown[::2] == [meaning(row.name) for row in rows]  # whole
    assert all(5.8 * len(label) < LEFT for label in shown[::2])  # a letter is less than half as wide as high
    zeros = [said for said in shown[1::2] if "0 %" in said[:4] and said[0] in "0\N{MINUS SIGN}"]
    assert zeros and all(said.startswith("0 %") for said in zeros)  # never minus zero
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


def test_what_was_fitted_again_and_what_was_looked_for_is_counted() -> None:
    from viz.components.trust_topics import _stability

    class English:
        lang = type("Lang", (), {"value": "en"})

        def text(self, key: str, **values: object) -> str:
            return texts("en")[key].format(**values)

    found, told = figures.stability(), _stability(English())  # type: ignore[arg-type]
    assert found is not None and f"Of the {found.count} parameters" in told
    assert ("Not in agreement" in told) == bool(found.different)
    recovery = figures.recovery("en")
    rows = read((POSTERIORS / "recovery.csv").read_text(encoding="utf-8"))
    names = {row["parameter"] for row in rows}
    sizes = {name for name in names if name.startswith("discrepancy_")}
    assert recovery is not None and len(names) > len(sizes) > 0
    assert f"{len(names - sizes)} parameters and {len(sizes)} sizes" in recovery["each"]


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
