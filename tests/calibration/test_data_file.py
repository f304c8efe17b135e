"""Files of data to fit to: what is written is read back to the bit, and what is wrong is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from calibration.data_file import read_data, write_data
from calibration.observed import last_year_of
from calibration.targets import TargetData, observed_data, rows, target
from simulator.errors import InputError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of the observed figures."""
    path = tmp_path / "data.csv"
    write_data(path, observed_data())
    return path


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def rewrite(path: Path, change: Callable[[list[str]], object]) -> None:
    """Change the lines of a file in place."""
    lines = lines_of(path)
    change(lines)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def refused(path: Path, last_year: int = 2017) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read_data(path, last_year)
    message = str(caught.value)
    assert message.startswith(str(path)) and "\n" not in message and len(message) < 700
    return message


def test_written_is_read(file: Path) -> None:
    data, back = observed_data(), read_data(file)
    assert back.rows == data.rows and back.source == str(file)
    np.testing.assert_array_equal(back.values, data.values)
    np.testing.assert_array_equal(back.vector, data.vector)


def test_all_digits_are_kept(tmp_path: Path) -> None:
    chosen = rows()
    values = np.exp(np.random.default_rng(1).normal(size=len(chosen)))
    write_data(tmp_path / "data.csv", TargetData(chosen, values, "made"))
    np.testing.assert_array_equal(read_data(tmp_path / "data.csv").values, values)


def test_the_file_reads_as_said(file: Path) -> None:
    lines = lines_of(file)
    assert lines[0] == "target,period,value,unit"
    assert "exports_usd,2009,33.44,bn USD" in lines
    assert "utilisation_survey,2016-2017,72.5,%" in lines
    assert len(lines) == 1 + len(rows())


def test_the_order_of_lines_and_empty_lines_do_not_matter(file: Path) -> None:
    def shuffle(lines: list[str]) -> None:
        lines[1:] = ["", *reversed(lines[1:]), ""]

    rewrite(file, shuffle)
    np.testing.assert_array_equal(read_data(file).values, observed_data().values)


def test_later_lines_cannot_reach_an_earlier_fit(file: Path) -> None:
    def plant(lines: list[str]) -> None:
        for k, line in enumerate(lines[1:], start=1):
            name, period, _, unit = line.split(",")
            if last_year_of(period) > 2013:
                lines[k] = f"{name},{period},123456.789,{unit}"

    rewrite(file, plant)
    back = read_data(file, 2013)
    assert back.rows == rows(2013)
    np.testing.assert_array_equal(back.values, observed_data(2013).values)
    assert (read_data(file).values == 123456.789).sum() == len(rows()) - len(rows(2013))


def test_later_lines_may_be_missing(file: Path) -> None:
    def drop(lines: list[str]) -> None:
        lines[1:] = [line for line in lines[1:] if last_year_of(line.split(",")[1]) <= 2013]

    rewrite(file, drop)
    np.testing.assert_array_equal(read_data(file, 2013).values, observed_data(2013).values)
    assert "every fitted figure up to 2017 is needed" in refused(file)


LINE = "exports_usd,2009,33.44,bn USD"
WRONG = {
    "unknown target": ("exports_usb,2009,33.44,bn USD", ['no target "exports_usb"', 'did you mean "exports_usd"']),
    "nothing like a target": ("=HYPERLINK(1),2009,33.44,bn USD", ['"=HYPERLINK(1)"', "allowed are gdp_restated"]),
    "unfitted target": ("trade_usd,2009,62.92,bn USD", ["trade_usd is not fitted", "compare"]),
    "control": ("control_restated_jilin,2009,543.48,bn yuan", ["not fitted", "control"]),
    "wrong unit": ("exports_usd,2009,228.4,bn yuan", ['exports_usd in "bn yuan"', 'its unit is "bn USD"']),
    "no unit": ("exports_usd,2009,33.44,", ['exports_usd in ""']),
    "given period": ("exports_usd,2006,28.32,bn USD", ['not fitted in "2006"', "the model starts from that one"]),
    "later period": ("exports_usd,2018,48.8,bn USD", ['not fitted in "2018"', "2007, 2008"]),
    "not a period": ("exports_usd,twenty,48.8,bn USD", ['not fitted in "twenty"']),
    "text": ("exports_usd,2009,thirty,bn USD", ['"thirty" is not a number']),
    "separators": ('exports_usd,2009,"1,033",bn USD', ['"1,033" is not a number', "no separators"]),
    "formula": ("exports_usd,2009,=1+1,bn USD", ['"=1+1" is not a number']),
    "code": ("exports_usd,2009,__import__('os').getcwd(),bn USD", ["is not a number"]),
    "nan": ("exports_usd,2009,nan,bn USD", ['"nan" is not a number']),
    "infinite": ("exports_usd,2009,1e999,bn USD", ['"1e999" is not a number']),
    "empty": ("exports_usd,2009,,bn USD", ['"" is not a number']),
    "zero": ("exports_usd,2009,0,bn USD", ["0 must be above zero (bn USD)"]),
    "below zero": ("exports_usd,2009,-33.44,bn USD", ["-33.44 must be above zero"]),
    "twice": (f"{LINE}\n{LINE}", ["exports_usd, 2009 stands on line", "already"]),
    "too few columns": ("exports_usd,2009,33.44", ["3 columns; needed are 4"]),
    "too many columns": (f"{LINE},data", ["5 columns; needed are 4"]),
    "open quote": ('exports_usd,2009,"33.44,bn USD', ["line "]),
    "control characters": ("exports\x07usd,2009,33.44,bn USD", ["no target", "\N{REPLACEMENT CHARACTER}"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_line_is_refused(file: Path, case: str) -> None:
    line, parts = WRONG[case]
    at = lines_of(file).index(LINE)
    rewrite(file, lambda lines: lines.__setitem__(at, line))
    message = refused(file)
    assert all(part in message for part in parts), message
    where = at + 2 if case == "twice" else at + 1
    assert f"line {where}" in message or case == "open quote"


def test_points_may_be_below_zero(file: Path) -> None:
    at = next(k for k, line in enumerate(lines_of(file)) if line.startswith("growth_published,2016"))
    rewrite(file, lambda lines: lines.__setitem__(at, "growth_published,2016,-7.5,% a year"))
    data = read_data(file)
    assert data.values[data.rows.index(("growth_published", "2016"))] == -7.5


def test_missing_years_are_named(file: Path) -> None:
    gone = ("exports_usd,2009", "exports_usd,2011", "wage,2017")
    rewrite(file, lambda lines: lines.__setitem__(slice(None), [x for x in lines if not x.startswith(gone)]))
    assert "missing exports_usd in 2009, 2011; wage in 2017; every fitted figure" in refused(file)
    rewrite(file, lambda lines: lines.__delitem__(slice(1, None)))
    names = {name for name, _ in rows()}
    assert f"and of {len(names) - 3} more targets" in refused(file)


def test_a_wrong_header_is_refused(file: Path) -> None:
    rewrite(file, lambda lines: lines.__setitem__(0, "target,year,value,unit"))
    assert 'line 1: header "target,year,value,unit"; needed: "target,period,value,unit"' in refused(file)
    file.write_text("", encoding="utf-8")
    assert 'header ""' in refused(file)


def test_what_is_no_file_of_text_is_refused(file: Path, tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "nowhere.csv")
    assert "a folder" in refused(tmp_path)
    file.write_bytes(b"\xff\xfe\x00rubbish")
    assert "not UTF-8" in refused(file)


def test_a_failed_write_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("simulator.text_file.os.replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_data(file, observed_data(2013))
    assert file.read_bytes() == before and [p.name for p in file.parent.iterdir()] == [file.name]


def test_units_in_the_file_are_those_of_the_targets(file: Path) -> None:
    for line in lines_of(file)[1:]:
        name, _, _, unit = line.split(",")
        assert unit == target(name).unit
