"""The report of a calibration: the figures of its files, offline, safe, in both languages, and clear about gaps."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from calibration.observed import last_year_of
from calibration.padding import COLUMNS as PADDING_COLUMNS
from calibration.targets import observed_data, targets
from simulator.errors import InputError
from simulator.numbers import plain
from simulator.posterior import read_posterior
from tests.posteriors import FITTED, write_posterior
from tests.test_report import Page
from viz.reports.calibration import EMULATOR_COLUMNS, calibration_report_html, posterior_mark, write_calibration_report
from viz.reports.calibration_fit import COLUMNS, read_fit
from viz.reports.calibration_padding import SERIES
from viz.reports.target_fan import TargetFigure, target_fan
from viz.wording import typographic

CONTRACTION = FITTED | {"transfer_clawback": -0.03}
SVG = "{http://www.w3.org/2000/svg}"


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def fit_rows(last_year: int) -> list[tuple[object, ...]]:
    """Return every compared figure with bands of fixed widths about it; every seventh misses the predictive one."""
    observed = {
        row: float(value)
        for role in ("fit", "compare", "explain")
        for data in [observed_data(role=role)]
        for row, value in zip(data.rows, data.values, strict=True)
    }
    rows: list[tuple[object, ...]] = []
    for aim in targets().values():
        for period in aim.periods if aim.role != "control" else ():
            value = observed.get((aim.name, period))
            middle = 10.0 if value is None else value
            size = abs(middle) * 0.1 + 0.01
            shift = 3.0 if len(rows) % 7 == 6 else 0.3
            median = middle + shift * size
            seen = last_year_of(period) <= last_year
            fitted = aim.role == "fit" and value is not None and seen
            ends = (median - 0.5 * size, median + 0.5 * size, median - size, median + size)
            rows.append((
                aim.name, period, aim.unit, aim.role, str(fitted).lower(), "" if value is None else f"{value:.6g}",
                *(f"{x:.6g}" for x in (median, *ends)),
            ))  # fmt: skip
    return rows


def write_tables(folder: Path) -> None:
    """Write the tables without which the page has fewer sections."""
    padding = [
        (name, year, (2.0 * k + year - 2006) / 100, (year - 2006) / 100, (3.0 * k + year - 2005) / 100,
         *((0.25, -0.025, 0.0125) if name == "gdp" else ("", "", "")),
         *((0.2, "at least") if (name, year) == ("revenue", 2014) else ("", "")))
        for k, name in enumerate(SERIES, 1)
        for year in range(2006, 2018)
    ]  # fmt: skip
    write_csv(folder / "padding.csv", PADDING_COLUMNS, padding)
    pairs = [("tax_rate", "import_elasticity", 0.41), ("rollover_a", "tax_rate", -0.873)]
    write_csv(folder / "pairs.csv", ("first", "second", "correlation"), pairs)
    columns = ("parameter", "prior_sd", "posterior_sd", "contraction", "expected", "profile_fall", "label")
    told = [
        ("tax_rate", 1.0, 0.15, 0.851234, 0.8, 12.3, "data-informed"),
        ("rollover_a", 1.0, 0.9, 0.15, 0.18, 0.4, "literature-driven"),
    ]
    write_csv(folder / "identifiability.csv", columns, told)
    emulator = [
        ("gdp_restated", "2010", 0.012, 0.31, 0.97, 1.02, 0.5, 0.93),
        ("gdp_restated", "2011", 0.0173, 0.22, 0.915, 0.81, 0.6, 0.91),
        ("growth_published", "2012", 0.24, 0.1, 0.88, 1.0, 0.2, 0.7),
    ]
    write_csv(folder / "emulator.csv", EMULATOR_COLUMNS, emulator)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with no more than the page needs."""
    folder = write_posterior(tmp_path_factory.mktemp("calibrations") / "bare", contraction=CONTRACTION)
    write_csv(folder / "fit.csv", COLUMNS, fit_rows(2017))
    return folder


@pytest.fixture(scope="module")
def full(bare: Path) -> Path:
    """Return a folder with every table, and the fit to 2013."""
    folder = Path(shutil.copytree(bare, bare.parent / "full"))
    write_tables(folder)
    held = write_posterior(folder / "validation", "validation", CONTRACTION)
    write_csv(held / "fit.csv", COLUMNS, fit_rows(2013))
    return folder


@pytest.fixture(scope="module")
def english(full: Path) -> str:
    return calibration_report_html(full)


@pytest.fixture(scope="module")
def chinese(full: Path) -> str:
    return calibration_report_html(full, "zh")


# One chart


def figures(*changes: TargetFigure) -> tuple[TargetFigure, ...]:
    made = [TargetFigure(str(year), year < 2010, 10.0, 11.0, 10.5, 11.5, 9.0, 13.0) for year in range(2008, 2012)]
    return (*made, *changes)


def elements(drawing: str, tag: str, kind: str) -> list[ElementTree.Element]:
    found = ElementTree.fromstring(drawing).iter(SVG + tag)
    return [e for e in found if kind in e.get("class", "").split()]


def height_of(drawing: str, value: float) -> float:
    """Return where a value lies, read off the grid: the chart's own scale."""
    root = ElementTree.fromstring(drawing)
    ticks = [(float((e.text or "").replace(",", "")), float(e.get("y", "")) - 3.5)
             for e in root.iter(SVG + "text") if e.get("text-anchor") == "end"]  # fmt: skip
    (a, y), (b, z) = ticks[0], ticks[-1]
    return y + (value - a) / (b - a) * (z - y)


def test_bands_median_and_points_lie_where_the_grid_says() -> None:
    drawing = target_fan("GDP", "bn yuan", figures())
    (wide,), (narrow,) = elements(drawing, "polygon", "predictive"), elements(drawing, "polygon", "simulated")
    (median,) = elements(drawing, "polyline", "median")
    for element, high, low in ((wide, 13.0, 9.0), (narrow, 11.5, 10.5), (median, 11.0, 11.0)):
        heights = [float(pair.split(",")[1]) for pair in element.get("points", "").split()]
        assert min(heights) == pytest.approx(height_of(drawing, high), abs=0.11)
        assert max(heights) == pytest.approx(height_of(drawing, low), abs=0.11)
    points = elements(drawing, "circle", "observed")
    assert len(points) == 4
    for point in points:
        assert float(point.get("cy", "")) == pytest.approx(height_of(drawing, 10.0), abs=0.11)


def test_years_that_were_not_fitted_are_shaded_as_one_and_their_points_are_hollow() -> None:
    drawing = target_fan("GDP", "bn yuan", figures())
    (shade,) = elements(drawing, "rect", "history")
    points = {e.get("cx"): "unfitted" in e.get("class", "") for e in elements(drawing, "circle", "observed")}
    assert list(points.values()) == [False, False, True, True]
    left, width = float(shade.get("x", "")), float(shade.get("width", ""))
    inside = [left < float(x or "") < left + width for x in points]
    assert inside == [False, False, True, True]


def test_a_quarter_and_years_together_are_bars_over_their_time() -> None:
    single = [TargetFigure(period, True, 5.0, 5.0, 4.0, 6.0, 3.0, 7.0) for period in ("2012Q1", "2013-2016")]
    drawing = target_fan("Ports", "Mt", single)
    bars = elements(drawing, "rect", "simulated")
    assert len(bars) == 2 and not elements(drawing, "polygon", "band")
    short, long = (float(bar.get("width", "")) for bar in bars)
    assert long > 4.0 * short > 0.0


def test_figures_that_nothing_is_known_of_leave_no_mark() -> None:
    gap = float("nan")
    drawing = target_fan("GDP", "bn yuan", figures(TargetFigure("2012", False, gap, gap, gap, gap, gap, gap)))
    assert "nan" not in drawing
    assert len(elements(drawing, "circle", "observed")) == 4
    assert target_fan("GDP", "bn yuan", figures()).count("<title>") == 4


def test_the_tooltip_holds_every_figure() -> None:
    drawing = target_fan("A & B <c>", "bn yuan", figures())
    tips = [e.text or "" for e in ElementTree.fromstring(drawing).iter(SVG + "title")]
    assert tips[0].split("\n") == [
        "2008, bn yuan (fitted)", "observed: 10.0", "simulated median: 11.0", "simulated 90 % band: 10.5 to 11.5",
        "predictive 90 % band: 9.00 to 13.0",
    ]  # fmt: skip
    assert tips[3].startswith("2011, bn yuan (not fitted)")


@pytest.mark.parametrize("period", ["", "06", "2012Q5", "2012-13"])
def test_a_period_of_another_kind_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match="neither a year"):
        target_fan("GDP", "bn yuan", figures(TargetFigure(period, True, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)))


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure"):
        target_fan("GDP", "bn yuan", ())


# The numbers are those of the files


def test_every_target_has_a_fan_and_every_figure_its_numbers(bare: Path) -> None:
    page = calibration_report_html(bare)
    rows = fit_rows(2017)
    assert page.count('class="target"') == len({row[0] for row in rows}) == 80
    shown = page.replace("&amp;", "&")
    drawings = dict(re.findall(r'<svg class="target"[^>]*aria-label="([^"]*)"[^>]*>(.*?)</svg>', shown, re.DOTALL))
    for name, period, unit, _, _, observed, median, low, high, below, above in rows:
        drawing = drawings[f"{targets()[str(name)].title} ({unit})"]
        tip = next(t for t in re.findall(r"<title>(.*?)</title>", drawing, re.DOTALL) if t.startswith(f"{period}, "))
        said = tip.split("\n")[1:]
        wanted = [] if observed == "" else [f"observed: {plain(float(str(observed)))}"]
        wanted.append(f"simulated median: {plain(float(str(median)))}")
        for word, a, b in (("simulated", low, high), ("predictive", below, above)):
            wanted.append(f"{word} 90 % band: {plain(float(str(a)))} to {plain(float(str(b)))}")
        assert said == [typographic(line) for line in wanted], (name, period)


def test_figures_inside_the_band_are_counted(full: Path, english: str) -> None:
    counts = {True: [0, 0], False: [0, 0]}
    for *_, fitted, observed, _, _, _, below, above in fit_rows(2017):
        if observed != "":
            counts[fitted == "true"][0] += float(str(below)) <= float(str(observed)) <= float(str(above))
            counts[fitted == "true"][1] += 1
    text = Page(english).text
    assert all(0 < part < whole for part, whole in counts.values())
    for said, was in (("Fitted figures inside the predictive 90 % band", True),
                      ("Figures that were not fitted inside it", False)):  # fmt: skip
        part, whole = counts[was]
        assert f"{said} {part} of {whole} ({100 * part / whole:.0f} %)" in text


def test_parameters_are_those_of_the_table_sorted_and_labelled(full: Path, english: str) -> None:
    table = sorted(read_posterior(full).table, key=lambda row: -row.contraction)
    part = english.partition('<section id="parameters">')[2].partition("</section>")[0]
    assert re.findall(r"<code>(\w+)</code>", part) == [row.name for row in table]
    rows = re.findall(r"<tr.*?</tr>", part, re.DOTALL)[1:]
    for row, shown in zip(table, rows, strict=True):
        text = Page(f"<table>{shown}</table>").text
        assert f" {plain(row.prior_low)} to {plain(row.prior_high)} {plain(row.median)} " in text
        assert f" {plain(row.p05)} to {plain(row.p95)} " in text
        assert typographic(f" {100 * row.contraction:.0f} ") in text
        assert text.rstrip().endswith(f"{row.rhat:.3f} {row.ess:,.0f}")
        assert ("literature-driven" in text) == (row.contraction < 0.2)
    assert sum("literature-driven" in row for row in rows) == 2


def test_the_mark_of_a_parameter_lies_in_its_prior(full: Path) -> None:
    row = next(row for row in read_posterior(full).table if row.name == "tax_rate")
    root = ElementTree.fromstring(posterior_mark(row))
    prior, posterior = [(float(e.get("x1", "")), float(e.get("x2", ""))) for e in root.iter(SVG + "line")]
    share = (row.p05 - row.prior_low) / (row.prior_high - row.prior_low)
    assert posterior[0] == pytest.approx(prior[0] + share * (prior[1] - prior[0]), abs=0.11)
    assert prior[0] < posterior[0] < posterior[1] < prior[1]


def test_pairs_come_with_the_closest_first(english: str) -> None:
    text = Page(english).text
    assert text.index("−0.87") < text.index("+0.41")


def test_the_emulator_shows_the_worst_figure_of_each_target(english: str) -> None:
    text = Page(english).text
    assert "GDP, 4th census 2 1.73 % (log) 0.31 0.92 0.81 0.60 0.91" in text.replace("0.915", "0.92")
    assert "Growth as published 1 0.240 % a year 0.10 0.88 1.00 0.20 0.70" in text


def test_padding_stands_by_year_beside_the_controls(english: str) -> None:
    text = Page(english).text
    assert (
        "2014 10.0 (8.00 to 12.0) 12.0 (8.00 to 15.0) said by a source: at least 20.0 14.0 (8.00 to 18.0)"
        " 16.0 (8.00 to 21.0) 25.0 −2.50 to +1.25"
    ) in text
    part = english.partition('<section id="padding">')[2]
    drawings = re.findall('<svg class="target".*?</svg>', part, re.DOTALL)
    assert [len(elements(drawing, "circle", "observed")) for drawing in drawings] == [12, 1, 0, 0]
    assert "from the vintages: 25.0" in drawings[0] and "said by a source: 20.0" in drawings[1]
    assert "2014 1.43 " in text, "first release over restated GDP of Liaoning"
    assert "inflated by at least 20 %" in text and "Jilin" in text and "Heilongjiang" in text


def test_what_the_data_can_tell_is_shown(english: str) -> None:
    part = Page(english.partition('<section id="identifiability">')[2].partition("</section>")[0]).text
    assert "tax_rate 85 80 12.3 data-informed" in part
    assert "rollover_a 15 18 0.400 literature-driven" in part


# What it is, and what it cannot tell


def test_it_begins_with_what_it_cannot_tell(english: str) -> None:
    first = english.partition('<aside class="warnings" role="note">')[2]
    assert first.startswith("<p>The structure of this model was built by people who knew what happened in 2014–2017.")
    assert english.index('class="warnings"') < english.index("<section")


def test_years_that_the_earlier_fit_did_not_see_are_said(full: Path, english: str) -> None:
    assert "The fit to 2006–2013, held against later years" in Page(english).text
    held = calibration_report_html(full / "validation")
    assert "This is the fit to 2006–2013; figures of later years are shown and were not used." in Page(held).text
    assert "This is the fit to" not in english
    assert 'id="held"' not in held


def test_chains_that_disagree_are_said(bare: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bare, tmp_path / "apart"))
    path = folder / "parameters.csv"
    path.write_text(path.read_text("utf-8").replace(",1.01,", ",1.31,", 1), "utf-8")
    assert "Not converged: R-hat is above 1.05 for tax_rate." in Page(calibration_report_html(folder)).text
    manifest = json.loads((bare / "manifest.json").read_text("utf-8"))
    other = Path(shutil.copytree(bare, tmp_path / "sizes"))
    (other / "manifest.json").write_text(json.dumps(manifest | {"max_rhat": 1.2}), "utf-8")
    said = "Not converged: R-hat is above 1.05 for sizes of discrepancy."
    assert said in Page(calibration_report_html(other)).text
    assert "R-hat is below 1.05 for all 5 fitted parameters." in Page(calibration_report_html(bare)).text


def test_sections_without_a_table_are_left_out(bare: Path, english: str) -> None:
    page = calibration_report_html(bare)
    for section in ("held", "identifiability", "pairs", "emulator"):
        assert f'id="{section}"' in english and f'id="{section}"' not in page
        assert f'href="#{section}"' not in page
    assert "Jilin" in Page(page).text, "the vintages are data"


def test_no_pair_is_said(full: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(full, tmp_path / "none"))
    (folder / "pairs.csv").write_text("first,second,correlation\n", "utf-8")
    assert "No pair is listed." in Page(calibration_report_html(folder)).text


# The page


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_the_page_is_well_formed_and_takes_nothing_from_outside(name: str, request: pytest.FixtureRequest) -> None:
    text: str = request.getfixturevalue(name)
    check_page(text)
    assert len(re.findall("<svg", text)) > 100


def check_page(text: str) -> None:
    """Check what holds for every page: whole, offline, no script, links that lead somewhere."""
    page = Page(text)
    assert not page.wrong
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    for drawing in drawings:
        ElementTree.fromstring(drawing)
    assert not re.search(r'="[^"]*(?<![A-Za-z])(nan|inf|None)(?![A-Za-z])[^"]*"', " ".join(drawings))
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "default-src 'none'" in text and "@import" not in text and "url(" not in text
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key in ("src", "srcset", "action") or key.startswith("on")], tag
        assert tag != "a" or (attributes["href"] or "").removeprefix("#") in ids


def test_chinese_page_is_chinese(chinese: str) -> None:
    page = Page(chinese)
    for part in ("拟合与数据对照", "地区生产总值（第四次经济普查修订）", "十亿元", "由文献决定", "吉林", "收缩率"):
        assert part in page.text, part
    left = set(re.findall(r"[A-Za-z]{4,}", " ".join(t for t in page.words if re.search(r"[\u4e00-\u9fff]", t))))
    assert not left & {"fitted", "median", "band", "observed", "Output", "share", "from", "over", "error"}, left
    tips = re.findall(r"<title>(.*?)</title>", chinese, re.DOTALL)[1:]
    assert tips and not [tip for tip in tips if re.search(r"[A-Za-z]{2,}", tip)]
    units = re.findall(r'</code></th><td class="text">(.*?)</td>', chinese)
    assert len(units) >= 5 and not [unit for unit in units if re.search("[A-Za-z]{2,}", unit)]
    named = re.findall(r"<figcaption>(.*?)</figcaption>", chinese)
    assert len(named) > 80 and all(re.search(r"[\u4e00-\u9fff]", name) for name in named)


def test_the_report_is_written_beside_its_files(bare: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bare, tmp_path / "written"))
    path = write_calibration_report(folder, "zh")
    assert path == folder / "report.html"
    assert path.read_text("utf-8") == calibration_report_html(bare, "zh")


# Bad input


@pytest.mark.parametrize("name", ["fit.csv", "parameters.csv", "draws.parquet", "manifest.json"])
def test_a_missing_file_is_named_and_nothing_is_written(bare: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(bare, tmp_path / "gap"))
    (folder / name).unlink()
    with pytest.raises(InputError, match=re.escape(name)):
        write_calibration_report(folder)
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gdp_restated,2007,", "gdp_restatd,2007,", 'target: "gdp_restatd" is not a target of this version'),
        ("gdp_restated,2007,bn yuan", "gdp_restated,2007,m yuan", 'unit: "m yuan"; gdp_restated is in bn yuan'),
        ("gdp_restated,2007,", "gdp_restated,2008,", "gdp_restated 2008 is there twice"),
        ("gdp_restated,2007,", "gdp_restated,200,", "200 is neither a year"),
        ("target,period,unit", "target,period,units", "unit missing; the first line must be target,period,unit,role"),
        (",true,", ",yes,", 'fitted: "yes"; write true or false'),
        ("fit,true,1", "fit,true,x1", "observed: "),
    ],
)
def test_a_wrong_table_of_the_fit_names_its_line(bare: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = Path(shutil.copytree(bare, tmp_path / "wrong"))
    path = folder / "fit.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=re.escape(said)) as found:
        read_fit(folder)
    assert "fit.csv" in str(found.value) and ("line" in str(found.value) or "first line" in said)


def test_bands_that_cross_are_refused(bare: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bare, tmp_path / "cross"))
    rows = [list(row) for row in fit_rows(2017)]
    rows[3][7], rows[3][8] = rows[3][8], rows[3][7]
    write_csv(folder / "fit.csv", COLUMNS, rows)
    with pytest.raises(InputError, match=r"fit.csv, line 5: need p05 <= median <= p95"):
        read_fit(folder)


def test_a_table_that_is_cut_is_refused(full: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(full, tmp_path / "cut"))
    text = (folder / "padding.csv").read_text("utf-8")
    (folder / "padding.csv").write_text(text.replace(",p05,p95,", ",", 1), "utf-8")
    with pytest.raises(InputError, match=r"padding.csv: p05, p95 missing; the first line must be"):
        calibration_report_html(folder)
    (folder / "padding.csv").write_text(text.partition("\n")[0] + "\ngdp,2010,1\n", "utf-8")
    with pytest.raises(InputError, match=r"padding.csv, line 2: 3 cells; there must be 10"):
        calibration_report_html(folder)
