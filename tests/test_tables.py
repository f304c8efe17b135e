"""The loader refuses every broken table, and says where and how to mend it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.table_needs import Need
from simulator.tables import DataError, load_table, markdown

NEEDS = (
    Need(("Dalian", "Shenyang"), ("latitude", "population")),
    Need(("Dalian",), ("mix_steel", "wage"), ("2006", "2007")),
    Need(("Dalian",), ("ships",), ("2012Q1", "2008-2014")),
)
HEADER = "entity,variable,period,value,unit,status,source"
GOOD = (
    "Dalian,latitude,,38.9,degrees,data,Map",
    "Shenyang,latitude,,41.8,degrees,data,Map",
    "Dalian,population,,5720.8,thousand persons,modelled,rule: registered x 1.02",
    'Shenyang,population,,7035.6,thousand persons,modelled,"rule: registered, x 1.02"',
    "Dalian,mix_steel,2006,0.05,share,assumption,assumption: specialisation",
    "Dalian,mix_steel,2007,0.06,share,assumption,assumption: specialisation",
    "Dalian,wage,2006,24227,yuan per year,data,Yearbook",
    "Dalian,wage,2007,27000,yuan per year,derived,Yearbook x 2",
    "Dalian,ships,2012Q1,90,count,data,Port",
    "Dalian,ships,2008-2014,746,count,data,Port",
)


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "small.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def load(path: Path):
    return load_table("small", path=path, needs=NEEDS)


def test_good_table_gives_its_figures(tmp_path: Path) -> None:
    table = load(write(tmp_path, *GOOD))
    assert len(table.rows) == 10
    assert table.value("Dalian", "latitude") == 38.9
    assert table.value("Dalian", "wage", "2006") == 24227.0
    assert table.series("Dalian", "mix_steel") == {"2006": 0.05, "2007": 0.06}
    assert table.row("Shenyang", "population").source == "rule: registered, x 1.02"
    assert table.row("Shenyang", "population").line == 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("index", "row", "message"),
    [
        (0, "Dalain,latitude,,38.9,degrees,data,Map", r'line 2, column entity: "Dalain".*did you mean "Dalian"'),
        (0, "Dalian,lattitude,,38.9,degrees,data,Map", r'column variable: "lattitude".*did you mean "latitude"'),
        (4, "Dalian,mix_steel,06,0.05,share,data,A", r'line 6, column period: "06"; allowed: empty, 2006, 2006Q1'),
        (4, "Dalian,mix_steel,2006Q5,0.05,share,data,A", r'column period: "2006Q5"'),
        (4, "Dalian,mix_steel,2008,0.05,share,data,A", r'column period: "2008"; allowed: "2006", "2007"'),
        (0, "Dalian,latitude,2006,38.9,degrees,data,Map", r'column period: "2006"; allowed: "empty"'),
        (4, "Shenyang,mix_steel,2006,0.05,share,data,A", r"Shenyang takes no mix_steel"),
        (0, "Dalian,latitude,,,degrees,data,Map", r'line 2, column value: ""; allowed: a finite number'),
        (0, "Dalian,latitude,,n/a,degrees,data,Map", r'column value: "n/a"; allowed: a finite number'),
        (0, "Dalian,latitude,,nan,degrees,data,Map", r'column value: "nan"'),
        (0, "Dalian,latitude,,inf,degrees,data,Map", r'column value: "inf"'),
        (0, "Dalian,latitude,,1e999,degrees,data,Map", r'column value: "1e999"; allowed: a finite number'),
        (2, 'Dalian,population,,"5,720",thousand persons,data,A', r'column value: "5,720".*no separators'),
        (2, "Dalian,population,,5_720,thousand persons,data,A", r'column value: "5_720"'),
        (0, "Dalian,latitude,,88.9,degrees,data,Map", r'column value: "88.9"; allowed: from 38 to 44 \(latitude'),
        (4, "Dalian,mix_steel,2006,5,share,data,A", r'column value: "5"; allowed: from 0 to 1 \(mix_steel, share\)'),
        (4, "Dalian,mix_steel,2006,-0.1,share,data,A", r'column value: "-0.1"; allowed: from 0 to 1'),
        (2, "Dalian,population,,-5,thousand persons,data,A", r'column value: "-5"; allowed: from 1'),
        (8, "Dalian,ships,2012Q1,90.5,count,data,Port", r'column value: "90.5"; allowed: a whole number'),
        (0, "Dalian,latitude,,38.9,degree,data,Map", r'column unit: "degree".*did you mean "degrees"'),
        (0, "Dalian,latitude,,38.9,,data,Map", r'column unit: ""; allowed:'),
        (1, "Shenyang,latitude,,41.8,ratio,data,Map", r'line 3, column unit: "ratio"; allowed: "degrees" as on line 2'),
        (0, "Dalian,latitude,,38.9,degrees,dato,Map", r'column status: "dato".*did you mean "data"'),
        (0, "Dalian,latitude,,38.9,degrees,Data,Map", r'column status: "Data"'),
        (0, "Dalian,latitude,,38.9,degrees,data,", r'column source: ""; allowed: the source'),
        (0, " Dalian,latitude,,38.9,degrees,data,Map", r'column entity: " Dalian"; allowed: no blanks'),
        (0, "Dalian,latitude,,38.9,degrees,data", r"line 2: 6 columns; allowed: 7"),
        (0, "Dalian,latitude,,38.9,degrees,data,Map,more", r"line 2: 8 columns; allowed: 7"),
        (1, GOOD[0], r"line 3: duplicate of Dalian, latitude, first on line 2"),
        (0, 'Dalian,latitude,,38.9,degrees,data,"Map" more', r"line 2: .*expected after"),
        (0, "", r"line 2: 0 columns"),
    ],
)
def test_broken_row_is_refused(tmp_path: Path, index: int, row: str, message: str) -> None:
    rows = list(GOOD)
    rows[index] = row
    path = write(tmp_path, *rows)
    with pytest.raises(DataError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_errors_are_input_errors() -> None:
    assert issubclass(DataError, InputError)


def test_missing_rows_are_named_and_counted(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing Dalian, wage, 2006 and 1 more"):
        load(write(tmp_path, *(row for row in GOOD if "wage" not in row)))
    with pytest.raises(DataError, match=r"missing Dalian, latitude$"):
        load(write(tmp_path, *GOOD[1:]))


@pytest.mark.parametrize("header", ["", "entity,variable,year,value,unit,status,source", "\ufeff" + HEADER])
def test_wrong_header_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(DataError, match="line 1: header"):
        load(write(tmp_path, *GOOD, header=header))


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.csv: cannot be read"):
        load(tmp_path / "absent.csv")
    (tmp_path / "latin.csv").write_bytes("Dalian,caf\xe9".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8 text"):
        load(tmp_path / "latin.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(DataError, match="line 1: header"):
        load(tmp_path / "empty.csv")


def test_unknown_names_get_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='no table "city"; did you mean "cities"'):
        load_table("city")
    table = load(write(tmp_path, *GOOD))
    with pytest.raises(DataError, match='no entity "Shengyang"; did you mean "Shenyang"'):
        table.value("Shengyang", "latitude")
    with pytest.raises(DataError, match='Dalian has no variable "wages"; did you mean "wage"'):
        table.series("Dalian", "wages")
    with pytest.raises(DataError, match='no period "2009" for Dalian, wage; has "2006", "2007"'):
        table.value("Dalian", "wage", "2009")


def test_markdown_has_one_line_for_each_variable(tmp_path: Path) -> None:
    lines = markdown(load(write(tmp_path, *GOOD))).splitlines()
    assert len(lines) == 2 + 5
    assert lines[2] == "| `latitude` | Dalian, Shenyang | constant | degrees | 2 data | Map |"
    assert "| 2006–2007 | yuan per year | 1 data, 1 derived |" in lines[5]
