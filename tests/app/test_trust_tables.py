"""Tables of the page on trust: every figure and parameter with its source, in words of the reader's language."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from importlib.resources import files

import pytest

from viz.trust import figures, tables
from viz.trust.markup import coded, fragment, typeset
from viz.wording import texts

LANGS = ("en", "zh")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


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
    fitted = {row.name: row for row in figures.posterior("all").table}
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


def test_every_variable_of_data_has_a_name_and_no_name_is_idle() -> None:
    told: set[str] = set()
    for name in tables.TABLES:
        titles = tables._titles("en") if name == tables.OBSERVED else {}
        told |= {row.variable for row in tables.table_of(name).rows} - set(titles)
    assert told == set(tables.names("en")) == set(tables.names("zh")) and len(told) > 80


def test_words_of_data_are_chinese_on_the_chinese_page() -> None:
    for name in tables.TABLES:
        for row in tables.data_rows(name, "zh"):
            said = f"{row.title} {row.unit} {row.places} {row.periods} {row.status}"
            assert set(re.findall("[A-Za-z]{2,}", said)) <= {"GDP", "RCEP"}, (name, said)
    for parameter in tables.parameter_rows("zh"):
        assert not re.search("[A-Za-z]{2,}", parameter.unit), parameter.name


def test_letters_of_evidence_are_explained() -> None:
    for lang in LANGS:
        used = {row.status for row in tables.parameter_rows(lang)}
        parts = re.split("[;；] ?", tables.evidence_key(lang))
        assert {re.split("[:：]", part)[0] for part in parts} == used
        with_key = fragment("trust_parameters.html", lang, rows=[], count="", marked="", statuses={},
                            evidence=tables.evidence_key(lang))  # fmt: skip
        assert with_key.index(tables.evidence_key(lang)) < with_key.index("<table")


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


def test_chinese_is_set_without_blanks() -> None:
    assert typeset("8.79 (6.74 至 15.6)，3 至 −4 %") == "8.79 (6.74至15.6)，3至−4%"
    assert typeset("中位数: 3.1") == "中位数：3.1" and typeset("甲 至 乙") == "甲 至 乙"
    page = fragment("trust_padding.html", "zh", padding=figures.padding("zh"), chosen="gdp",
                    vintages=figures.calibration("all", "zh")["vintages"])  # fmt: skip
    assert "至" in page and " 至" not in page and "至 " not in page


def test_every_box_that_scrolls_says_what_it_holds() -> None:
    folder = files("viz").joinpath("templates")
    names = [one.name for one in folder.iterdir() if one.name.startswith(("trust_", "structure_"))]
    found = [box for name in names for box in re.findall('<div class="wide"[^>]*>', folder.joinpath(name).read_text())]
    assert len(found) > 15 and all(re.search('data-label="{{.+}}"', box) for box in found)
