"""A workbook for tests, read as the XML that it is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}

Value = str | float | None


class Book:
    """What a workbook holds: per sheet the cells of every row, and the XML."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        shared = ElementTree.fromstring(self.parts["xl/sharedStrings.xml"])
        texts = ["".join(t.text or "" for t in item.iter(f"{{{SPACE['m']}}}t")) for item in shared]
        sheets = ElementTree.fromstring(self.parts["xl/workbook.xml"]).findall("m:sheets/m:sheet", SPACE)
        self.names = [sheet.attrib["name"] for sheet in sheets]
        self.xml = {name: self.parts[f"xl/worksheets/sheet{i}.xml"] for i, name in enumerate(self.names, start=1)}
        self.cells = {name: _cells(xml, texts) for name, xml in self.xml.items()}

    def table(self, name: str) -> list[dict[str, Value]]:
        """Return the rows between the headings and the first empty row, by (heading, number of its repetition)."""
        cells = self.cells[name]
        headings = cells[1]
        keys = [f"{h}#{list(headings[:j]).count(h)}" if h in headings[:j] else str(h) for j, h in enumerate(headings)]
        rows = []
        for row in cells[2:]:
            if not any(cell is not None for cell in row):
                break
            rows.append(dict(zip(keys, [*row, *[None] * (len(keys) - len(row))], strict=True)))
        return rows


def _cells(xml: str, texts: Sequence[str]) -> list[list[Value]]:
    rows: dict[int, list[Value]] = {}
    for cell in ElementTree.fromstring(xml).iter(f"{{{SPACE['m']}}}c"):
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", cell.attrib["r"]).groups()  # type: ignore[union-attr]
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - 64
        content = cell.find("m:v", SPACE)
        value: Value = None
        if content is not None and content.text is not None:
            value = texts[int(content.text)] if cell.attrib.get("t") == "s" else float(content.text)
        row = rows.setdefault(int(number), [])
        row.extend([None] * (column - len(row)))
        row[column - 1] = value
    return [rows.get(number, []) for number in range(1, max(rows) + 1)]
