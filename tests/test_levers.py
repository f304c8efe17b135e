from __future__ import annotations

import pytest

from simulator.levers import INSTRUMENTS, TARGETS, Instrument
from simulator.records import POLICY


def test_instruments_are_the_fields_of_the_policy_record_in_order() -> None:
    assert tuple(INSTRUMENTS) == POLICY.names


@pytest.mark.parametrize("spec", INSTRUMENTS.values(), ids=lambda spec: spec.name)
def test_instrument_fits_its_field(spec: Instrument) -> None:
    shape = POLICY[spec.name].shape
    assert shape == ((len(TARGETS[spec.target]),) if spec.target != "none" else ())
    assert spec.low <= 0.0 < spec.high, "size 0 must be allowed: it means no lever"
    assert all((spec.unit, spec.meaning, spec.label, spec.source))
    assert any("\u4e00" <= character <= "\u9fff" for character in spec.label_zh)
    assert not (spec.integer and spec.additive)


def test_only_agreements_and_public_spending_add_up() -> None:
    additive = {name for name, spec in INSTRUMENTS.items() if spec.additive}
    assert additive == {"tariff_schedule", "public_consumption", "public_investment"}


def test_only_switches_are_integers() -> None:
    assert {name for name, spec in INSTRUMENTS.items() if spec.integer} == {"port_merger", "free_trade_zone"}


def test_labels_are_unique() -> None:
    for attribute in ("label", "label_zh"):
        values = [getattr(spec, attribute) for spec in INSTRUMENTS.values()]
        assert len(set(values)) == len(values)


def test_the_budget_pays_for_six_instruments() -> None:
    # the terms of policy_cost in rules/government.py: talent, research, severance, explicit spending
    assert [name for name, spec in INSTRUMENTS.items() if spec.paid] == [
        "talent_subsidy", "rd_support", "zombie_exit", "capacity_cut", "public_consumption", "public_investment",
    ]  # fmt: skip


def test_what_no_budget_pays_says_so() -> None:
    for spec in INSTRUMENTS.values():
        assert spec.cost.startswith("No budget cost is modelled") is not spec.paid, spec.name
        assert spec.cost_zh.startswith("模型不计财政成本") is not spec.paid, spec.name
