"""Sweeps: many runs of many scenarios over a design, kept in one folder that can be stopped, continued and queried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.sweep.views import Sweep, open_folder

__all__ = ["Sweep", "open_folder"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from simulator.sweep import views

    return getattr(views, name)
