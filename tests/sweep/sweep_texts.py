# ruff: noqa: E501
"""Parts of sweep files, and what they are read as."""
from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.sweep.file import parse_sweep
from simulator.sweep.spec import LeverDimension, ParameterDimension, SweepSpec
from simulator.variables import variables

HEAD = '[sweep]\nname = "x"\nscenarios = ["baseline", "cjk_fta"]\n'
SOBOL = '[design]\nmethod = "sobol"\nn = 64\n'
GRID = '[design]\nmethod = "grid"\n'
GRID_3 = GRID + "n = 3\n"
NTB = '[[design.levers]]\ninstrument = "ntb_cut"\npartners = ["Japan"]\nstart = "2026Q1"\nsize = {low = 0.0, high = 0.05}\n'
OWN = '[[design.levers]]\ninstrument = "ntb_cut"\nsize = {low = 0.0, high = 0.05}\n'
ZONE = '[[design.levers]]\ninstrument = "free_trade_zone"\ncities = ["Dandong"]\nstart = "2026Q1"\nsize = [0, 1]\n'
SHARE = "[design.parameters]\ncapital_share = {low = 0.45, high = 0.5}\n"
CORE = tuple(v.name for v in variables()["province"] if v.core)


def parse(text: str) -> SweepSpec:
    return parse_sweep(text, "s.toml", None)


def message(text: str, folder: Path | None = None) -> str:
    with pytest.raises(InputError) as error:
        parse_sweep(text, "s.toml", folder)
    return str(error.value)


def axis(text: str) -> LeverDimension | ParameterDimension:
    """Return the only axis of a design."""
    design = parse(HEAD + text).design
    assert design is not None
    (only,) = design.dimensions
    return only
