"""What ``query`` does: ask the folder of results or of a sweep, and print the answer or write it to a file."""

from __future__ import annotations

import json
import math
import shlex
import stat
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TypeAlias

import typer

from simulator.cli_support import PIPE_WIDTH, print_json, print_table
from simulator.errors import InputError
from simulator.periods import years_of
from simulator.text_file import printable, replace_with

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.query import ResultsQuery
    from simulator.sweep.views import Sweep

Format: TypeAlias = Literal["table", "csv", "json", "parquet", "arrow"]

ROWS: Final = 40
"""Rows of a table in the terminal; the other formats are complete."""
LISTED: Final = 12
"""Columns of a view that the list names, if it has more than ``MANY``."""
MANY: Final = 80
SUFFIXES: Final[dict[str, Format]] = {
    ".csv": "csv", ".json": "json", ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow",
}  # fmt: skip


def ask(
    directory: Path, sql: str | None, form: Format | None, out: Path | None, overwrite: bool, iamc_layout: bool
) -> None:
    """Answer one question to a folder; without a question, say what can be asked.

    Parameters
    ----------
    directory
        A folder written by ``run``, ``compare`` or ``sweep``; it is only read.
    sql
        One statement that reads.
    form
        By default a table in the terminal, and in a file what its name ends with.
    out, overwrite
        The file to write, and whether it may replace one.
    iamc_layout
        Give the yearly medians of the province in the layout of the IAMC instead.

    Raises
    ------
    InputError
        The options do not go together, the file may not be written, the folder is none of these or the SQL is wrong.
    """
    from simulator.sweep.views import Sweep, open_folder

    if sql is not None and iamc_layout:
        raise InputError("give SQL or --iamc, not both")
    asked = sql is not None or iamc_layout
    if out is not None:
        _check_target(out, overwrite)
    shape = _format(form, out, asked, overwrite)
    with open_folder(directory) as query:
        if not asked:
            _list_views(query, shape == "json")
        elif out is not None:
            table = _plain(_answer(query, sql))
            replace_with(out, lambda file: _write(table, shape, file))
            typer.echo(f"{table.num_rows:,} rows: {out}")
        elif shape == "table":
            _print_rows(*(query.head(sql, ROWS) if sql is not None else _first(_answer(query, None))))
        else:
            sys.stdout.flush()
            _write(_plain(_answer(query, sql)), shape, sys.stdout.buffer)
            sys.stdout.flush()
        if isinstance(query, Sweep) and not query.complete:
            runs = f"{query.there:,} of {query.manifest.runs:,} runs are there"
            typer.echo(f"The sweep is not finished: {runs}.", err=True)


def _answer(query: Sweep | ResultsQuery, sql: str | None) -> pa.Table:
    """Return what a statement gives, or the layout of the IAMC without one."""
    import pyarrow as pa

    from simulator.query_tables import iamc
    from simulator.sweep.views import Sweep

    if sql is not None:
        return query.arrow(sql)
    frame = query.iamc() if isinstance(query, Sweep) else iamc(query)
    return pa.Table.from_pandas(frame, preserve_index=False)


def _first(table: pa.Table) -> tuple[pa.Table, int]:
    return table.slice(0, ROWS), table.num_rows


def _format(form: Format | None, out: Path | None, asked: bool, overwrite: bool) -> Format:
    """Return the format of the answer; ``InputError`` for options that do not go together."""
    if out is None:
        if overwrite:
            raise InputError("--overwrite goes with --out FILE")
        if form in ("parquet", "arrow"):
            raise InputError(f"--format {form} needs a file: --out FILE.{form}")
        if not asked and form == "csv":
            raise InputError("the list of views is a table or json; give SQL for csv")
        return form or "table"
    if not asked:
        raise InputError("--out needs SQL or --iamc")
    if form == "table":
        raise InputError("--format table is for the terminal; a file is csv, json, parquet or arrow")
    if form is None and out.suffix.lower() not in SUFFIXES:
        raise InputError(f"--out {out}: say what to write with --format, or end the name with {', '.join(SUFFIXES)}")
    return form or SUFFIXES[out.suffix.lower()]


def _check_target(out: Path, overwrite: bool) -> None:
    """Raise ``InputError`` unless a file may be written there."""
    from simulator.manifest import enclosing

    if out.is_dir():
        raise InputError(f"--out {out} is a folder; name a file")
    if not out.parent.is_dir():
        raise InputError(f"--out {out}: there is no folder {out.parent}")
    folder = enclosing(out.parent.resolve())
    if folder is not None:
        raise InputError(f"--out {out} is inside the results folder {folder}; name a file elsewhere")
    try:
        mode = out.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise InputError(f"--out {out} exists and is no regular file; name another file")
    if not overwrite:
        raise InputError(f"--out {out} exists; add --overwrite to replace it, or name another file")


def _plain(table: pa.Table) -> pa.Table:
    """Return a table whose columns have distinct names and no decimals: whole numbers and floats instead.

    Raises
    ------
    InputError
        Two columns have the same name.
    """
    import pyarrow as pa

    names = table.column_names
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise InputError(f'SQL: two columns are called "{twice[0]}"; give one another name with AS')
    for j, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            try:
                values = table.column(j).cast(pa.int64() if field.type.scale == 0 else pa.float64())
            except pa.ArrowInvalid:  # larger than whole numbers of 64 bits
                values = table.column(j).cast(pa.float64())
            table = table.set_column(j, field.name, values)
    return table


def _write(table: pa.Table, shape: Format, file: IO[bytes]) -> None:
    """Write a whole table in one of the formats of files."""
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    if shape == "arrow":
        feather.write_feather(table, file, compression="zstd")
    elif shape == "parquet":
        pq.write_table(table, file, compression="zstd")
    elif shape == "csv":
        _write_csv(table, file)
    else:
        file.write(b"[")
        for i, row in enumerate(_rows(table)):
            text = json.dumps(_json(row), ensure_ascii=False, allow_nan=False)
            file.write((",\n " if i else "\n ").encode() + text.encode("utf-8", "backslashreplace"))
        file.write(b"\n]\n" if table.num_rows else b"]\n")


def _write_csv(table: pa.Table, file: IO[bytes]) -> None:
    """Write UTF-8, nothing for a missing number, quotes only if some text needs them."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    needed = any(mark in name for name in table.column_names for mark in ',"\r\n')
    for j, field in enumerate(table.schema):
        column, kind = table.column(j), field.type
        if pa.types.is_floating(kind):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
        elif not (pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_temporal(kind)):
            texts = [None if value is None else str(value) for value in column.to_pylist()]
            column = pa.chunked_array([pa.array(texts, pa.string())])
            needed = needed or bool(pc.any(pc.match_substring_regex(column, '[,"\r\n]')).as_py())
        table = table.set_column(j, field.name, column)
    options = csv.WriteOptions(quoting_style="needed" if needed else "none", include_header=False)
    names = [f'"{name.replace(chr(34), chr(34) * 2)}"' if needed else name for name in table.column_names]
    file.write((",".join(names) + "\n").encode())
    csv.write_csv(table, file, options)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _json(value: Any) -> Any:
    """Return a value as JSON knows it: null for a number that is not finite, text for what is neither."""
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _print_rows(table: pa.Table, total: int) -> None:
    """Print the first rows, of the columns that fit, and say how much there is."""
    from rich.cells import cell_len
    from rich.console import Console

    width = Console().width if sys.stdout.isatty() else PIPE_WIDTH
    shown: list[list[str]] = []
    used = 0
    for name, column in zip(table.column_names, table.columns, strict=True):
        cells = [printable(name), *(_cell(value) for value in column.to_pylist())]
        used += max(cell_len(cell) for cell in cells) + 3  # and its padding
        if shown and used > width:
            break
        shown.append(cells)
    print_table([cells[0] for cells in shown], list(zip(*(cells[1:] for cells in shown), strict=True)))
    columns = table.num_columns
    if total > table.num_rows or columns > len(shown):
        rows = f"{table.num_rows} of {total:,} rows"
        more = f", {len(shown)} of {columns} columns" if columns > len(shown) else ""
        typer.echo(f"{rows}{more}. All of it: --format csv, or --out FILE")
    else:
        typer.echo(f"{total} {'row' if total == 1 else 'rows'}")


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else printable(str(value))


def _list_views(query: Sweep | ResultsQuery, as_json: bool) -> None:
    """Say which views there are, with columns, types and rows, and how to ask."""
    from simulator.sweep.views import Sweep

    examples = _sweep_examples(query) if isinstance(query, Sweep) else _examples(query)
    if as_json:
        views = [
            {"name": v.name, "rows": query.rows(v.name), "columns": [{"name": n, "type": t} for n, t in v.columns]}
            for v in query.views()
        ]
        print_json({"views": views, "examples": examples})
        return
    rows = [(v.name, f"{query.rows(v.name):,}", _columns(v.name, v.columns)) for v in query.views()]
    print_table(("View", "Rows", "Columns"), rows)
    typer.echo("Periods are text: '2030' or '2030Q1'. Units of the series: docs/variables.md. Examples:")
    for example in examples:
        shown = example.replace('"', '\\"')
        typer.echo(f'  liaosim query {shlex.quote(str(query.directory))} "{shown}"')


def _columns(view: str, columns: tuple[tuple[str, str], ...]) -> str:
    """Return the names of columns, the type after the last of each run of one type."""
    shown = columns if len(columns) <= MANY else columns[:LISTED]
    words: list[str] = []
    for i, (name, kind) in enumerate(shown):
        ends = i + 1 == len(shown) or shown[i + 1][1] != kind
        words.append(f"{printable(name)} {kind}" if ends else printable(name))
    rest = f", and {len(columns) - len(shown)} more (DESCRIBE {view})" if len(shown) < len(columns) else ""
    return ", ".join(words) + rest


def _examples(query: ResultsQuery) -> list[str]:
    """Return three statements that give something for this folder."""
    manifest = query.manifest
    years = years_of(manifest.quarters)
    period = f"period = '{years[-1] if years else manifest.until}'"
    province = "level = 'province'"
    summary = f"SELECT scenario, median, p05, p95, unit FROM summary WHERE {province} AND variable = 'gdp_real'"
    second = f"SELECT variable, median, unit FROM summary WHERE {province} AND {period}"
    if len(manifest.scenarios) > 1:
        change = "SELECT scenario, variable, median, p05, p95, prob_positive FROM differences"
        second = f"{change} WHERE {province} AND measure = 'percent' AND {period}"
    cities = f"SELECT scenario, entity, avg(wage) AS wage FROM series_city WHERE period = '{manifest.until}'"
    return [f"{summary} AND {period}", second, f"{cities} GROUP BY ALL ORDER BY wage DESC"]


def _sweep_examples(sweep: Sweep) -> list[str]:
    """Return three statements that fit a sweep: a mean with its interval, a relation, and what failed."""
    from simulator.query import quoted

    keep = min(sweep.manifest.keep, key=lambda keep: (keep.freq != "A", keep.level != "province"))
    name = "gdp_real" if "gdp_real" in keep.variables else keep.variables[0]
    if keep.freq == "A" and (years := sweep.periods("A", None)):
        period = years[-1]
    else:
        period = sweep.manifest.until
    rows = f"level = '{keep.level}' AND freq = '{keep.freq}' AND period = '{period}'"
    place = "scenario" if keep.level == "province" else "scenario, entity"
    figures = f"avg({name}) AS mean, quantile_cont({name}, 0.05) AS p05, quantile_cont({name}, 0.95) AS p95"
    if sweep.manifest.axes:
        axis = sweep.manifest.axes[0]
        axis = axis if axis.isidentifier() else quoted(axis)
        second = f"SELECT {place}, {axis}, avg({name}) AS mean FROM outcomes JOIN design USING (point)"
    else:
        parameter = sweep.view("parameters").columns[1][0]
        second = f"SELECT {place}, corr({name}, {parameter}) AS r FROM outcomes JOIN parameters USING (draw)"
    return [
        f"SELECT {place}, {figures} FROM outcomes WHERE {rows} GROUP BY ALL ORDER BY ALL",
        f"{second} WHERE {rows} GROUP BY ALL ORDER BY ALL",
        "SELECT scenario, stage, message, count(*) AS runs FROM failures GROUP BY ALL",
    ]
