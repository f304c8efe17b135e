"""Sweeps: many runs of many scenarios over a design, kept in one folder that can be stopped, continued and queried.

``import simulator.sweep`` is cheap: the names below load their module when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from simulator.sweep.file import parse_sweep, read_sweep
    from simulator.sweep.plan import Plan
    from simulator.sweep.planning import draws_of_spec, make_plan
    from simulator.sweep.runner import Progress, run_sweep
    from simulator.sweep.spec import SweepSpec
    from simulator.sweep.verify import verify_sweep
    from simulator.sweep.views import Sweep, open_folder

_HOME: Final = {
    "Plan": "plan",
    "Progress": "runner",
    "Sweep": "views",
    "SweepSpec": "spec",
    "draws_of_spec": "planning",
    "make_plan": "planning",
    "open_folder": "views",
    "parse_sweep": "file",
    "read_sweep": "file",
    "run_sweep": "runner",
    "verify_sweep": "verify",
}
"""Public name -> the module of this package that defines it."""

__all__ = [
    "Plan",
    "Progress",
    "Sweep",
    "SweepSpec",
    "draws_of_spec",
    "make_plan",
    "open_folder",
    "parse_sweep",
    "read_sweep",
    "run_sweep",
    "verify_sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
