"""The folder of a sweep as tables: views for SQL, frames, paired differences and the layout of the IAMC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from simulator.errors import InputError
from simulator.manifest import MANIFEST, is_sweep
from simulator.parameters import names as parameter_names
from simulator.periods import count_until, labels, years_of
from simulator.query import Query, ResultsQuery, Source, condition, literal, literals, open_results, quoted
from simulator.query_tables import STATISTICS, Statistic, check_name, chosen_names, chosen_years, iamc_layout
from simulator.sweep.folder import DESIGN, FAILURES, PARAMETERS
from simulator.sweep.manifest import SweepManifest, load_sweep_manifest
from simulator.sweep.outcomes import open_outcomes, view_of
from simulator.sweep.spec import Freq
from simulator.variables import ENTITIES, variable

if TYPE_CHECKING:
    import pandas as pd

_SHARES: Final = {"median": 0.5, "p05": 0.05, "p95": 0.95}
_BATCH: Final = 8_000_000
"""Figures that are worked on at a time, where a question can be cut into several."""
_RUN: Final = ("scenario", "point", "draw", "replication", "run")


class Sweep(Query):
    """The folder of a sweep, finished or running, for questions; its shards are read when a question needs them.

    Views for SQL: ``design`` (one row a point), ``outcomes`` (all shards; see ``docs/sweeps.md``), ``failures`` (one
    row a failed run) and ``parameters`` (one row a draw, without what the design varies, with sampled sizes of levers).
    In ``outcomes``, ``run`` is the draw where each run has its own draw and luck, and otherwise draw x replications +
    replication.

    >>> with Sweep.open("results/fta_terms") as sweep:  # doctest: +SKIP
    ...     sweep.frame(["gdp_real"], years=[2035])

    Attributes
    ----------
    directory : Path
    manifest : SweepManifest
        What the folder says of itself.
    there : int
        Runs that are there, failed ones included; ``manifest.runs`` once the sweep is finished.
    """

    def __init__(self, directory: Path, manifest: SweepManifest) -> None:
        outcomes = open_outcomes(directory, manifest)
        self.manifest = manifest
        self.there = outcomes.units
        self._rows = outcomes.rows
        tables, view = view_of(manifest)
        sources: dict[str, Source] = {tables[part]: dataset for part, dataset in outcomes.parts.items()}
        varied = [quoted(name) for name in manifest.axes if name in parameter_names()]
        unvaried = f"* EXCLUDE ({', '.join(varied)})" if varied else "*"
        super().__init__(
            directory,
            {
                **sources,
                "design": directory / DESIGN,
                "outcomes": view,
                "failures": directory / FAILURES,
                "_parameters": directory / PARAMETERS,
                "parameters": f"SELECT {unvaried} FROM _parameters",
            },
        )

    @classmethod
    def open(cls, directory: Path | str) -> Self:
        """Open the folder of a sweep; close it, or use it in a ``with``.

        Raises
        ------
        InputError
            The folder holds no sweep, or one of its files is missing, damaged, or a link that leads elsewhere.
        """
        folder = Path(directory)
        return cls(folder, load_sweep_manifest(folder))

    def rows(self, name: str) -> int:
        """Return the number of rows of a view."""
        return sum(self._rows.values()) if name == "outcomes" else super().rows(name)

    def batch(self, level: str, freq: str) -> float:
        """Return how often all rows of a level fit into the memory that a question should take."""
        return _BATCH / max(self._rows[level, freq], 1)

    @property
    def complete(self) -> bool:
        """Whether every run is there, or has failed."""
        return self.there >= self.manifest.runs

    @cached_property
    def design(self) -> pd.DataFrame:
        """Points of the design: ``point``, ``number`` and the value on every axis; no rows without a design."""
        return self.sql("SELECT * FROM design ORDER BY number")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Failed runs, with the stage and the message; of a sweep that is running, those of its start."""
        return self.sql("SELECT * FROM failures")

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Parameters of every draw that the design does not vary, and its sampled sizes of levers."""
        return self.sql("SELECT * FROM parameters ORDER BY draw")

    def frame(
        self,
        variables: str | Sequence[str] | None = None,
        *,
        level: str = "province",
        entity: str | Sequence[str] | None = None,
        scenarios: str | Sequence[str] | None = None,
        years: Iterable[int | str] | None = None,
        freq: Freq = "A",
        where: str | None = None,
        wide: bool = False,
    ) -> pd.DataFrame:
        """Return outcomes of single runs, with the design beside them.

        Parameters
        ----------
        variables
            Kept variables of the level, by default all.
        level, freq
            What is kept of a level: years (``A``) or quarters (``Q``).
        entity, scenarios
            By default all.
        years
            Full calendar years, also of quarters; by default all.
        where
            A condition in SQL over the columns of the result without `wide`, such as ``"draw < 100 AND subsidy >
            0.01"``; or one that looks into other views:
            ``"draw IN (SELECT draw FROM parameters WHERE capital_share > 0.5)"``.
        wide
            One column a period, and one row a run, entity and variable.

        Returns
        -------
        One row a run, entity and period, ordered so: ``scenario``, ``point`` (missing where the design changes nothing
        of the scenario), ``draw``, ``replication``, ``run``, ``entity``, ``period``, the variables, and with a design
        its ``number`` and axes.

        Raises
        ------
        InputError
            A name or year is unknown, not kept, or the condition is wrong.
        """
        names = self.kept(level, freq, variables)
        periods = self.periods(freq, years)
        columns = [*_RUN, "entity", "period", *names]
        query = f"WITH found AS ({self.rows_of(columns, level, freq, entity, scenarios, periods)})"
        axes = [] if self.design.empty else list(self.design.columns[1:])
        joined = f"SELECT * FROM found{' LEFT JOIN design USING (point)' if axes else ''}"
        query += f", asked AS (SELECT * FROM ({joined}) WHERE {condition(where)})"
        keys = [*_RUN, "entity"]
        order = [
            _place(self._scenarios(scenarios), "scenario"), *(["number NULLS FIRST"] if axes else []), "draw",
            "replication", _place(ENTITIES[level], "entity"),
        ]  # fmt: skip
        if not wide:
            return self.sql(f"{query} SELECT * FROM asked ORDER BY {', '.join([*order, 'period'])}")
        beside = [*keys, *axes]
        cells = ", ".join(f"any_value(v) FILTER (period = {literal(p)}) AS {quoted(p)}" for p in periods)
        parts = [
            f"SELECT {i} AS i, {literal(name)} AS variable, {quoted(name)} AS v, period, {_names(beside)} FROM asked"
            for i, name in enumerate(names)
        ]
        query += f", long AS ({' UNION ALL '.join(parts)})"
        after = f", {_names(axes)}" if axes else ""
        return self.sql(
            f"{query} SELECT {_names(keys)}, variable, {cells}{after} FROM long "
            f"GROUP BY i, variable, {_names(beside)} ORDER BY {', '.join([*order, 'i'])}"
        )

    def iamc(
        self,
        scenarios: str | Sequence[str] | None = None,
        level: str = "province",
        statistic: Statistic = "median",
    ) -> pd.DataFrame:
        """Return yearly figures in the layout of the IAMC; see ``simulator.iamc``.

        Each point of a design is a scenario of its own, ``cjk_fta [0123456789ab]``, because the layout has no column
        for it. Scenarios that the design does not change keep their name. The table of points, which tools like pyam
        take as metadata of scenarios, is :attr:`design`.

        Parameters
        ----------
        scenarios
            Names of scenarios, by default all; each with all its points.
        level
            A level that is kept yearly.
        statistic
            Over runs (draws and replications): ``median``, ``p05`` or ``p95``.

        Raises
        ------
        InputError
            A name is unknown, or nothing of the level is kept yearly.
        """
        import pandas as pd

        check_name("statistic", statistic, STATISTICS)
        names = self.kept(level, "A", None)
        chosen = self._scenarios(scenarios)
        step = max(1, int(self.batch(level, "A")))
        blocks = [names[first : first + step] for first in range(0, len(names), step)]
        found = pd.concat([self._quantiles(block, chosen, level, _SHARES[statistic]) for block in blocks])
        order = {name: place for place, name in enumerate(dict.fromkeys(found["scenario"]))}
        found = found.sort_values("scenario", kind="stable", key=lambda column: column.map(order))
        return iamc_layout(found, level, f"liaosim {self.manifest.version}")

    def _quantiles(self, names: Sequence[str], scenarios: Sequence[str], level: str, share: float) -> pd.DataFrame:
        """Return a quantile over runs of some variables, in the rows of the IAMC."""
        rows = self.rows_of(["scenario", "point", "entity", "period", *names], level, "A", None, scenarios)
        figures = ", ".join(
            f"quantile_cont({quoted(n)}, {share}) FILTER (isfinite({quoted(n)})) AS {quoted(n)}" for n in names
        )
        found = self.sql(
            f"WITH found AS ({rows}), figures AS (SELECT scenario, point, entity, period, {figures} FROM found "
            "GROUP BY ALL) "
            "SELECT CASE WHEN point IS NULL THEN scenario ELSE scenario || ' [' || point || ']' END AS scenario, "
            f"entity, period, {_names(names)} FROM figures LEFT JOIN design USING (point) ORDER BY "
            f"{_place(scenarios, 'figures.scenario')}, number NULLS FIRST, {_place(ENTITIES[level], 'entity')}, period"
        )
        long = found.melt(["scenario", "entity", "period"], list(names), "variable")
        return long.assign(unit=long["variable"].map({name: variable(level, name).unit for name in names}))

    def paired(
        self,
        scenario: str,
        base: str,
        level: str,
        variable: str,
        entity: str | Sequence[str] | None = None,
        years: Iterable[int | str] | None = None,
        where: str | None = None,
        by: str | Sequence[str] = (),
        *,
        freq: Freq = "A",
    ) -> pd.DataFrame:
        """Return differences between two scenarios under the same draw and luck; see ``simulator.sweep.paired``."""
        from simulator.sweep.paired import paired

        return paired(self, scenario, base, level, variable, entity, years, where, by, freq=freq)

    def kept(self, level: str, freq: str, variables: str | Sequence[str] | None) -> list[str]:
        """Return variables that are kept of a level, all or those asked for.

        Raises
        ------
        InputError
            They are not kept.
        """
        kept = {(keep.level, keep.freq): keep.variables for keep in self.manifest.keep}
        if (level, freq) not in kept:
            found = ", ".join(f"{a} ({b})" for a, b in kept)
            raise InputError(f"{self.directory} keeps no {level} ({freq}); kept are, A yearly and Q quarterly: {found}")
        asked = [variables] if isinstance(variables, str) else variables
        return chosen_names(f"variable kept of {level} ({freq})", asked, kept[level, freq])

    def periods(self, freq: str, years: Iterable[int | str] | None) -> list[str]:
        """Return the periods of some years, by default all; ``InputError`` for a year that was not simulated."""
        quarters = count_until(self.manifest.until)
        every = years_of(quarters) if freq == "A" else labels(quarters)
        if years is None:
            return list(every)
        asked = chosen_years(self.directory, quarters, years)
        return [period for period in every if period[:4] in asked]

    def rows_of(
        self,
        columns: Sequence[str],
        level: str,
        freq: str,
        entity: str | Sequence[str] | None = None,
        scenarios: str | Sequence[str] | None = None,
        periods: Sequence[str] | None = None,
    ) -> str:
        """Return the statement for columns of some outcomes.

        Raises
        ------
        InputError
            A scenario or an entity is unknown.
        """
        tests = [f"level = {literal(level)}", f"freq = {literal(freq)}"]
        if scenarios is not None:
            tests.append(f"scenario IN ({literals(self._scenarios(scenarios))})")
        asked = [entity] if isinstance(entity, str) else entity
        entities = chosen_names(f"entity of {level}", asked, ENTITIES[level])
        if len(entities) < len(ENTITIES[level]):  # a test that all rows pass takes time
            tests.append(f"entity IN ({literals(entities)})")
        if periods is not None and len(periods) < len(self.periods(freq, None)):
            tests.append(f"period IN ({literals(periods)})")
        return f"SELECT {_names(columns)} FROM outcomes WHERE {' AND '.join(tests)}"

    def _scenarios(self, scenarios: str | Sequence[str] | None) -> list[str]:
        asked = [scenarios] if isinstance(scenarios, str) else scenarios
        known = [entry.name for entry in self.manifest.scenarios]
        return chosen_names(f"scenario of {self.directory}", asked, known)


def open_folder(directory: Path | str) -> Sweep | ResultsQuery:
    """Open a folder written by ``liaosim run``, ``compare`` or ``sweep`` for queries.

    Raises
    ------
    InputError
        It is none of these, or one of its files is missing, damaged, or a link that leads elsewhere.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; name one written by liaosim run, compare or sweep")
    if not (folder / MANIFEST).exists():
        raise InputError(f"{folder} holds no {MANIFEST}; name a folder written by liaosim run, compare or sweep")
    return Sweep.open(folder) if is_sweep(folder) else open_results(folder)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(quoted(column) for column in columns)


def _place(values: Sequence[str], column: str) -> str:
    """Return the SQL of the place of a text in a list."""
    return f"list_position([{literals(values)}], {column})"
