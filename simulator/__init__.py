"""Agent-based policy simulator for Liaoning and Northeast Asia.

``import simulator`` is cheap: the names below load their module when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from simulator.agents import SOE, City, ForeignInvestor, Port
    from simulator.ensemble import Ensemble, agent_history, simulate
    from simulator.errors import InputError
    from simulator.model import LiaoningModel
    from simulator.parameters import ParameterTable, draw_table, table_of
    from simulator.query import Query, open_results
    from simulator.query_tables import iamc, paired
    from simulator.results import Results
    from simulator.scenario import Scenario, list_scenarios, load_scenario
    from simulator.store import write_results
    from simulator.store_read import load_results
    from simulator.world import World, load_world

__version__ = "0.1.0"

MODEL_VERSION: Final = "2"
"""Changes whenever the same scenario, parameters and seed give other numbers."""

_HOME: Final = {
    "City": "agents",
    "Ensemble": "ensemble",
    "ForeignInvestor": "agents",
    "InputError": "errors",
    "LiaoningModel": "model",
    "ParameterTable": "parameters",
    "Port": "agents",
    "Query": "query",
    "Results": "results",
    "SOE": "agents",
    "Scenario": "scenario",
    "World": "world",
    "agent_history": "ensemble",
    "draw_table": "parameters",
    "iamc": "query_tables",
    "list_scenarios": "scenario",
    "load_results": "store_read",
    "load_scenario": "scenario",
    "load_world": "world",
    "open_results": "query",
    "paired": "query_tables",
    "simulate": "ensemble",
    "table_of": "parameters",
    "write_results": "store",
}
"""Public name -> the module of this package that defines it; never a name that is also a module's."""

__all__ = [
    "MODEL_VERSION",
    "SOE",
    "City",
    "Ensemble",
    "ForeignInvestor",
    "InputError",
    "LiaoningModel",
    "ParameterTable",
    "Port",
    "Query",
    "Results",
    "Scenario",
    "World",
    "__version__",
    "agent_history",
    "draw_table",
    "iamc",
    "list_scenarios",
    "load_results",
    "load_scenario",
    "load_world",
    "open_results",
    "paired",
    "simulate",
    "table_of",
    "write_results",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
