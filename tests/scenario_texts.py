"""The text of a valid scenario file, and the message with which a wrong one is refused."""

from __future__ import annotations

import pytest

from simulator.errors import InputError
from simulator.scenario_file import parse

HEAD = """[scenario]
name = "x"
title = "T"
summary = "S"
sources = ["A"]
extends = "baseline"
"""
NTB = """instrument = "ntb_cut"
partners = ["Japan"]
start = "2026Q1"
size = 0.04
"""
VALID = f"{HEAD}\n[[lever]]\n{NTB}"
LEVER_KEYS = "instrument, start, size, end, phase_in, partners, cities, ports, sectors"


def message(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse(text, "f.toml")
    return str(error.value)
