"""The dearest rule of the compiled loop, ``soe_decides``, against the same rule written in C by hand.

The C text is ``hottest.c`` beside this file; it is compiled here with the system's compiler. Both sides start from the
same records in mid-run, at the moment when the enterprises decide, and must leave the same records behind.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from time import thread_time_ns
from typing import Any, Final, TypeAlias

import numba
import numpy as np

from benchmarks.engine import schedule
from benchmarks.measure import Section
from simulator.agents import SOE
from simulator.model import LiaoningModel
from simulator.parameters import draw_table
from simulator.periods import to_label
from simulator.rules.soe import soe_decides
from simulator.run import Records, advance, draws_of, new_outputs, policies_of, prepare
from simulator.world import load_world

SOURCE: Final = Path(__file__).with_name("hottest.c")
COMPILERS: Final = ("cc", "gcc", "clang")
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {"C -O3": ("-O3",), "C -O3 -march=native": ("-O3", "-march=native")}
QUARTER: Final = 60
TOLERANCE: Final = 1e-12
"""Largest relative difference of a field, if the C library has another logarithm than the one Numba calls."""
COLUMNS: Final = ("By", "agents", "ns an agent", "Numba over it", "largest relative difference")

Sides: TypeAlias = dict[str, Callable[..., object]]


class _UndecidedError(Exception):
    """The quarter has come to the decisions of the enterprises."""


class _Waiting(SOE):
    """An enterprise at which the quarter stops before it decides."""

    def decide(self) -> None:
        raise _UndecidedError


def moment(run: int = 0) -> dict[str, Records]:
    """Return the records of a run of the prior right before the enterprises decide in quarter `QUARTER`."""
    world, quarters = load_world(), QUARTER + 1
    draws, policies = draws_of(world, 1, run, quarters), policies_of(schedule("2035Q4"), quarters, 1, run)
    outputs = new_outputs(quarters)
    state = prepare(world, draw_table("prior", run + 1, 1).records()[run:], draws)
    advance(state, policies, draws, 0, QUARTER, outputs)
    model = LiaoningModel.from_state(state, policies, draws, outputs, QUARTER, {"SOE": _Waiting})
    with suppress(_UndecidedError):
        model.step()
    return {"soes": state.soes, "cities": state.cities, "policy": policies[QUARTER:], "par": state.parameters,
            "u": draws.soe[QUARTER].copy()}  # fmt: skip


@numba.njit
def soes_decide(soes: Any, cities: Any, policy: Any, par: Any, u: Any) -> None:
    """Let all enterprises decide, as in ``loop.py``."""
    for j in range(len(soes)):
        if soes[j].alive == 1:
            soe_decides(soes[j], cities[soes[j].city], policy[0], par[0], u[j])


def structs(records: Mapping[str, Records]) -> str:
    """Return C declarations of the records, and an array a record with its size and the offsets of its fields."""
    lines = ["#include <stddef.h>", "#include <stdint.h>"]
    for name, values in records.items():
        places = [f"sizeof(struct {name})"]
        lines.append(f"struct {name} {{")
        for field, (kind, *_) in (values.dtype.fields or {}).items():
            number = "int64_t" if kind.base.kind == "i" else "double"
            lines.append(f"    {number} {field}{''.join(f'[{n}]' for n in kind.shape)};")
            places.append(f"offsetof(struct {name}, {field})")
        lines += ["};", f"const size_t layout_{name}[] = {{{', '.join(places)}}};"]
    return "\n".join(lines) + "\n"


def check_layout(library: ctypes.CDLL, records: Mapping[str, Records]) -> None:
    """Assert that the compiler laid the structs out as NumPy lays out the records."""
    for name, values in records.items():
        expected = [values.dtype.itemsize, *(place for _, place, *_ in (values.dtype.fields or {}).values())]
        found = list((ctypes.c_size_t * len(expected)).in_dll(library, f"layout_{name}"))
        if found != expected:
            raise AssertionError(f"struct {name} is not laid out as the record")


@contextmanager
def sides(compiler: str, start: Mapping[str, Any]) -> Iterator[Sides]:
    """Give the rule by Numba and by C, each to be called with the arrays of `moment`."""
    records = {"soe": start["soes"], "city": start["cities"], "policy": start["policy"], "par": start["par"]}

    def by_c(library: ctypes.CDLL) -> Callable[..., object]:
        function = library.soes_decide
        function.argtypes = [ctypes.c_void_p, ctypes.c_int64, *[ctypes.c_void_p] * 4]
        function.restype = None
        return lambda soes, *others: function(soes.ctypes.data, len(soes), *(a.ctypes.data for a in others))

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "records.h").write_text(structs(records), encoding="utf-8")
        found: Sides = {"Numba": soes_decide}
        for number, (label, options) in enumerate(OPTIONS.items()):
            path = f"{folder}/hottest{number}.so"
            fixed = ("-std=c11", "-ffp-contract=off", "-fPIC", "-shared", f"-I{folder}")
            subprocess.run([compiler, *options, *fixed, "-o", path, str(SOURCE), "-lm"], check=True)
            library = ctypes.CDLL(path)
            check_layout(library, records)
            found[label] = by_c(library)
        yield found


def largest_difference(a: Records, b: Records) -> float:
    """Return the largest relative difference between two arrays of records, 0 if all bits are the same."""
    if a.tobytes() == b.tobytes():
        return 0.0
    pairs = [(np.asarray(a[name], float), np.asarray(b[name], float)) for name in a.dtype.names or ()]
    return max(float(np.max(np.abs(x - y) / np.maximum(1e-12, np.abs(x)), initial=0.0)) for x, y in pairs)


def hottest(repeats: int) -> Section:
    title = "The dearest rule against C"
    compiler = next((name for name in COMPILERS if shutil.which(name)), None)
    if compiler is None:
        return Section("hottest", title, "Left out: there is no C compiler here.", COLUMNS, (("no C compiler",),))
    start = moment()
    agents = float((start["soes"]["alive"] == 1).sum())
    with sides(compiler, start) as every:
        left = {label: _after(side, start) for label, side in every.items()}
        apart = {label: max(largest_difference(*pair) for pair in zip(left["Numba"], found, strict=True))
                 for label, found in left.items()}  # fmt: skip
        if max(apart.values()) > TOLERANCE:
            raise AssertionError(f"Numba and C differ: {apart}")
        times = _times(every, start, repeats)
    numba_time = times["Numba"]
    rows = [(label, agents, t / agents, numba_time / t, apart[label]) for label, t in times.items()]
    what = (
        f"soe_decides for all enterprises in business, {to_label(QUARTER)} of a run of the prior: compiled by Numba, "
        f"and hottest.c by {compiler}. Same records before, the same after; processor time, median of {repeats} turns."
    )
    return Section("hottest", title, what, COLUMNS, tuple(rows))


def _after(side: Callable[..., object], start: Mapping[str, Any]) -> tuple[Records, Records]:
    soes, cities = start["soes"].copy(), start["cities"].copy()
    side(soes, cities, start["policy"], start["par"], start["u"])
    return soes, cities


def _times(every: Sides, start: Mapping[str, Any], repeats: int) -> dict[str, float]:
    """Return the median nanoseconds of each side; every call starts from the same records, freshly copied."""
    spent: dict[str, list[int]] = {label: [] for label in every}
    soes, cities = start["soes"].copy(), start["cities"].copy()
    for _ in range(repeats):
        for label, side in every.items():
            soes[...], cities[...] = start["soes"], start["cities"]
            before = thread_time_ns()
            side(soes, cities, start["policy"], start["par"], start["u"])
            spent[label].append(thread_time_ns() - before)
    return {label: median(times) for label, times in spent.items()}
