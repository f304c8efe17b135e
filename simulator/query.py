"""SQL over a folder: views of its files, and what a query of them gives; which views a results folder has.

The files are read by pyarrow as a query needs them, and DuckDB itself may open nothing. (Views of DuckDB's own
readers need the files among its ``allowed_paths``, and a ``COPY`` within a ``WITH`` may then write over them.)
"""

from __future__ import annotations

import csv
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeAlias, TypeVar

from simulator.errors import InputError, nearest
from simulator.headline_rows import HEADLINE_FILE, NUMBERS
from simulator.manifest import Manifest, load_manifest
from simulator.store_read import PARAMETERS, reading, series_path
from simulator.variables import LEVELS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds

Result = TypeVar("Result")
Source: TypeAlias = "Path | ds.Dataset | str"

BEGINNINGS: Final = ("SELECT", "WITH", "DESCRIBE")
MEMORY: Final = "2GB"
"""Most that DuckDB may take for sorting, joining and grouping."""
_SKIPPED: Final = re.compile(r"(\s|--[^\n]*(\n|$)|/\*.*?\*/|;)*", re.DOTALL)


class View(NamedTuple):
    """One table that a query can name."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """Name and SQL type of each column, in order."""


class Query:
    """Views of a folder, and SQL over them; see :func:`open_results`. Close it, or use it in a ``with``.

    Parameters
    ----------
    directory : Path
        The folder.
    sources : mapping of str to (Path, pyarrow dataset or str)
        View -> what is behind it: a file of the folder, several files that the caller has checked, or a ``SELECT``
        from views that stand before it. Views whose names begin with an underscore are not listed.

    Attributes
    ----------
    directory : Path
    """

    def __init__(self, directory: Path, sources: Mapping[str, Source]) -> None:
        import duckdb

        self.directory = directory
        self._files: list[Path] = []
        self._connection = duckdb.connect(":memory:")
        try:
            for name, source in sources.items():
                if isinstance(source, str):
                    self._connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS {source}")
                    continue
                found = _dataset(directory, source) if isinstance(source, Path) else source
                self._files += [Path(file) for file in found.files]
                self._connection.register(name, found)
            _shut(self._connection)
            self._views = tuple(View(name, self._columns(name)) for name in sources if not name.startswith("_"))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the query itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Let the files and the memory go."""
        self._connection.close()

    def views(self) -> tuple[View, ...]:
        """Return every view: its name, and name and SQL type of its columns."""
        return self._views

    def view(self, name: str) -> View:
        """Return one view; ``InputError`` if there is none of this name."""
        for view in self._views:
            if view.name == name:
                return view
        names = [v.name for v in self._views]
        raise InputError(f'{self.directory} has no view "{name}"{nearest(name, names)}; views: {", ".join(names)}')

    def rows(self, name: str) -> int:
        """Return the number of rows of a view."""
        return int(self.arrow(f"SELECT count(*) AS n FROM {quoted(self.view(name).name)}")["n"][0].as_py())

    def sql(self, text: str) -> pd.DataFrame:
        """Run one statement and return what it gives as a frame; see :meth:`arrow`."""
        frame: pd.DataFrame = self._compute(self._relation(text).df)
        return frame

    def arrow(self, text: str) -> pa.Table:
        """Run one statement and return what it gives.

        Parameters
        ----------
        text
            One ``SELECT``, ``WITH ... SELECT`` or ``DESCRIBE`` in the SQL of DuckDB.

        Raises
        ------
        InputError
            The statement is another one, or more than one, or wrong, or asks for a file or too much memory.
        """
        return self._compute(self._relation(text).to_arrow_table)

    def head(self, text: str, rows: int) -> tuple[pa.Table, int]:
        """Return the first rows of what a statement gives, and how many it gives; holds no more than that."""
        import pyarrow as pa

        relation = self._relation(text)

        def read() -> tuple[pa.Table, int]:
            kept: list[Any] = []
            total = 0
            reader = relation.to_arrow_reader()
            for batch in reader:
                if total < rows:
                    kept.append(batch.slice(0, rows - total))
                total += batch.num_rows
            return pa.Table.from_batches(kept, reader.schema), total

        return self._compute(read)

    def _columns(self, name: str) -> tuple[tuple[str, str], ...]:
        relation = self._connection.view(name)
        return tuple((column, str(kind)) for column, kind in zip(relation.columns, relation.types, strict=True))

    def _relation(self, text: str) -> duckdb.DuckDBPyRelation:
        """Return what a statement asks for, checked but not computed."""
        with self._errors():
            statements = self._connection.extract_statements(text)
        _check_statements(text, [str(statement.type) for statement in statements])
        with self._errors():
            return self._connection.sql(text)

    def _compute(self, work: Callable[[], Result]) -> Result:
        """Return what a computation of DuckDB gives; in a thread of its own, because it heeds no interrupt itself."""
        with self._errors(), ThreadPoolExecutor(1) as pool:
            future = pool.submit(work)
            try:
                return future.result()
            except KeyboardInterrupt:
                self._connection.interrupt()
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say what is wrong in one line, with the views that there are.

        Raises
        ------
        InputError
            In place of what DuckDB has to say; names the file if one turns out to be damaged.
        """
        import duckdb

        names = [view.name for view in getattr(self, "_views", ())]
        try:
            yield
        except duckdb.OutOfMemoryException:
            raise InputError(f"SQL: this needs more than {MEMORY} of memory; ask for fewer rows or columns") from None
        except duckdb.PermissionException:
            raise InputError(
                f"SQL: a query reads the views of {self.directory} and no file; views: {', '.join(names)}"
            ) from None
        except duckdb.Error as error:
            if "reading the stream" in str(error):
                self._check_files()
            raise InputError(f"SQL: {_reason(str(error), names)}; views: {', '.join(names)}") from None

    def _check_files(self) -> None:
        """Raise ``InputError`` if a file cannot be read to its end; some are only read when a query needs them."""
        import pyarrow.parquet as pq

        for path in self._files:
            if path.suffix == ".parquet":
                with reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
                    for group in range(file.num_row_groups):
                        file.read_row_group(group)


class ResultsQuery(Query):
    """Views of a folder written by ``liaosim run`` or ``compare``, and SQL over them.

    Attributes
    ----------
    directory : Path
        The folder.
    manifest : Manifest
        What the folder says of itself.
    """

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        super().__init__(directory, _files(directory))
        self.manifest = manifest


def open_results(directory: Path | str) -> ResultsQuery:
    """Open a folder written by ``liaosim run`` or ``compare`` for queries; its files are read when a query needs them.

    The views are ``summary``, ``differences``, ``headline``, ``parameters``, ``series_LEVEL`` for every level of
    ``simulator.variables.LEVELS``, ``agents_soe`` and ``agents_investor``, as far as the folder has them.

    Raises
    ------
    InputError
        The folder is not a results folder, or one of its files is missing, damaged, or a link that leads elsewhere.
    """
    folder = Path(directory)
    return ResultsQuery(folder, load_manifest(folder))


def _files(folder: Path) -> dict[str, Path]:
    """Return view -> file of a results folder."""
    files = {
        "summary": folder / "summary.csv",
        "differences": folder / "differences.csv",
        "headline": folder / HEADLINE_FILE,
        "parameters": folder / PARAMETERS,
        **{f"series_{level}": series_path(folder, level) for level in LEVELS},
        "agents_soe": folder / "agents" / "soe.parquet",
        "agents_investor": folder / "agents" / "investor.parquet",
    }
    needed = ("summary", "differences", "parameters")
    return {name: path for name, path in files.items() if name in needed or os.path.lexists(path)}


def _dataset(directory: Path, path: Path) -> Any:
    """Return a file as a dataset that is read as needed, texts as texts.

    Raises
    ------
    InputError
        The file is missing, damaged, not a regular file, or not in the folder but for a link.
    """
    import pyarrow as pa
    import pyarrow.csv as pacsv
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    with reading(path):
        inside = check_inside(directory, path)
        if path.suffix == ".parquet":
            fields = [
                pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
                for field in pq.read_schema(inside)
            ]
            return ds.dataset(str(inside), schema=pa.schema(fields), format="parquet", partitioning=None)
        columns = {name: pa.float64() if name in NUMBERS else pa.string() for name in _header(inside)}
        options = ds.CsvFileFormat(
            parse_options=pacsv.ParseOptions(quote_char=False),  # no text of these files needs quotes
            convert_options=pacsv.ConvertOptions(column_types=columns, null_values=[""], strings_can_be_null=True),
        )
        return ds.dataset(str(inside), schema=pa.schema(list(columns.items())), format=options, partitioning=None)


def check_inside(directory: Path, path: Path) -> Path:
    """Return the real place of a regular file of a folder.

    Raises
    ------
    InputError
        It is not a regular file, or not in the folder but for a link.
    FileNotFoundError
        It is missing.
    """
    inside = directory.resolve() / path.relative_to(directory)
    if not stat.S_ISREG(path.lstat().st_mode) or path.resolve() != inside:
        raise InputError(f"{path} is a link or no regular file; a query reads files of the folder itself only")
    return inside


def _header(path: Path) -> list[str]:
    """Return the names in the first line of a CSV file, with or without a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def condition(where: str | None) -> str:
    """Return a condition as part of a statement; a comment in it ends with it.

    Raises
    ------
    InputError
        It is no condition by itself, such as one with a bracket too many.
    """
    import duckdb

    if where is None:
        return "true"
    try:
        right = len(duckdb.extract_statements(f"SELECT 1 WHERE {where}\n")) == 1
    except duckdb.Error:
        right = False
    if not right:
        raise InputError(f"where: {where!r} is not one condition in SQL")
    return f"({where}\n)"


def literal(value: str) -> str:
    """Return a text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[str]) -> str:
    """Return texts as SQL has them, with commas between them."""
    return ", ".join(literal(value) for value in values)


def _shut(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave a connection nothing but its views: no file, no network, no extension, no variable of Python."""
    for setting in (
        f"memory_limit='{MEMORY}'",
        "temp_directory=''",
        "enable_progress_bar=false",  # it would be drawn into the answer
        "python_enable_replacements=false",
        "autoinstall_known_extensions=false",
        "autoload_known_extensions=false",
        "enable_external_access=false",
        "lock_configuration=true",
    ):
        connection.execute(f"SET {setting}")


def _check_statements(text: str, kinds: list[str]) -> None:
    """Raise ``InputError`` unless a text is one statement of those that only read.

    Both how it begins and what DuckDB takes it for must be right, whatever comments stand before it.
    """
    allowed = f"allowed is one {', '.join(BEGINNINGS[:-1])} or {BEGINNINGS[-1]}"
    if not kinds:
        raise InputError(f"SQL: there is no statement; {allowed}")
    if len(kinds) > 1:
        raise InputError(f"SQL: {len(kinds)} statements; {allowed}")
    skipped = _SKIPPED.match(text)
    word = re.match(r"\w*", text[skipped.end() if skipped else 0 :])
    first = word.group().upper() if word else ""
    if first not in BEGINNINGS or not kinds[0].endswith("SELECT"):
        kind = first if first and first not in BEGINNINGS else kinds[0].rpartition(".")[2]
        raise InputError(f"SQL: a query that begins or acts as {kind} is refused; {allowed}")


def _reason(message: str, names: list[str]) -> str:
    """Return the sentence of an error of DuckDB with its hint, without its picture of the place."""
    text = " ".join(re.split(r"\n\s*LINE \d+:", message)[0].split())
    missing = re.match(r"Catalog Error: Table with name (.+?) does not exist", text)
    if missing:  # DuckDB's own hint names tables of its inside
        return f'there is no view "{missing.group(1)}"{nearest(missing.group(1), names)}'
    return re.sub(r"^[A-Z]\w+( \w+)* Error: ", "", text)
