"""Keys that are called as the alternatives of a value: they are named like any other."""

from __future__ import annotations

import pytest

from tests.scenario_texts import HEAD, VALID, message


@pytest.mark.parametrize("key", ["number", "range", "word", "list", "<list>", ""])
def test_a_key_that_is_called_like_an_alternative(key: str) -> None:
    assert message(f'"{key}" = 1\n{HEAD}') == f'f.toml: unknown key "{key}"; allowed: scenario, lever'


def test_such_a_key_in_a_lever() -> None:
    assert message(f"{VALID}number = 1\n").startswith('f.toml: lever 1 (ntb_cut): unknown key "number"; allowed: instr')
