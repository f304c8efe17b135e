"""What is published: padding (E70), growth on the comparable basis (E72), errors of revision and survey (E71, E76)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.reporting import FDI, GDP, INVESTMENT, REVENUE, city_reports, next_padding, province_reports
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

C = records.N_CITIES


def test_padding_is_stored_in_the_order_of_the_records() -> None:
    assert tuple(records.PADDED[k] for k in (GDP, FDI, REVENUE, INVESTMENT)) == ("gdp", "fdi", "revenue", "investment")


# --- E70


def test_e70_a_missed_target_pads_less_under_audit_and_near_the_ceiling() -> None:
    # 0.5 x gap 0.04, half audited; a quarter of the way to the ceiling; decay 0.1 x 0.5 x 0.1.
    value = next_padding(0.1, 0.04, 0.5, 0.5, 0.4, 0.1)
    assert value == exactly(0.1 + 0.5 * 0.04 * 0.5 * 0.75 - 0.1 * 0.5 * 0.1)


def test_e70_a_target_that_is_met_adds_nothing_and_without_audit_nothing_wears_off() -> None:
    for gap in (0.0, -0.2):
        assert next_padding(0.1, gap, 0.0, 0.5, 0.4, 0.1) == exactly(0.1)
        assert next_padding(0.1, gap, 1.0, 0.5, 0.4, 0.1) == exactly(0.09)


def test_e70_a_full_audit_stops_padding() -> None:
    assert next_padding(0.0, 0.9, 1.0, 0.5, 0.4, 0.1) == 0.0


def test_e70_padding_stays_between_zero_and_its_ceiling() -> None:
    assert next_padding(0.1, 9.0, 0.0, 5.0, 0.4, 0.1) == exactly(0.4)
    assert next_padding(0.4, 9.0, 0.0, 5.0, 0.4, 0.1) == exactly(0.4)
    assert next_padding(0.1, 0.0, 1.0, 0.5, 0.4, 9.0) == 0.0
    value = 0.0
    for _ in range(400):  # a gap for a century, no audit
        value = next_padding(value, 0.3, 0.0, 4.0, 3.2, 0.1)
        assert 0.0 <= value <= 3.2
    assert value == pytest.approx(3.2, rel=1e-9)


def reporting(**values: float) -> Record:
    return builders.par(
        **{
            "padding_speed": 0.4,
            "padding_ceiling": 0.4,
            "padding_decay": 0.1,
            "padding_speed_investment": 0.8,
            "padding_ceiling_investment": 0.8,
            "padding_speed_revenue": 1.0,
            "padding_ceiling_revenue": 0.5,
            "padding_speed_fdi": 4.0,
            "padding_ceiling_fdi": 3.0,
            "growth_bias": 0.02,
            "growth_pass_through": 0.8,
            "revision_sd": 0.04,
            "survey_sd": 0.02,
            **values,
        }
    )


def reporter(growth: float = 0.05, padding: float = 0.2) -> Record:
    """Return a city that has grown by `growth` over four quarters and has a quarter of the province's FDI."""
    return builders.city(gdp_past=(2.0 + 2.0 * growth, 9.0, 9.0, 9.0, 2.0), padding=padding, fdi_share_0=0.25)


def test_e70_each_figure_is_padded_at_its_speed_below_its_ceiling() -> None:
    city = reporter()
    city_reports(city, builders.nation(growth_target=0.10), builders.policy(), reporting())
    gap = 0.05
    assert city["padding"][GDP] == exactly(0.2 + 0.4 * gap * (1 - 0.2 / 0.4))
    assert city["padding"][INVESTMENT] == exactly(0.2 + 0.8 * gap * (1 - 0.2 / 0.8))
    assert city["padding"][REVENUE] == exactly(0.2 + 1.0 * gap * (1 - 0.2 / 0.5))
    assert city["padding"][FDI] == exactly(0.2 + 0.75 * 4.0 * gap * (1 - 0.2 / 3.0))


def test_e70_each_audit_looks_at_its_two_figures() -> None:
    for audit, clean in (("gdp_investment", (GDP, INVESTMENT)), ("revenue_fdi", (REVENUE, FDI))):
        city = reporter(growth=0.2)  # the target is met: audited figures wear off, the others stay
        policy = builders.policy(**{f"audit_{audit}": 0.5})
        city_reports(city, builders.nation(growth_target=0.1), policy, reporting())
        expected = [0.2 * (1 - 0.1 * 0.5) if k in clean else 0.2 for k in range(4)]
        assert list(city["padding"]) == exactly(expected)


def test_e70_a_restatement_removes_its_share_at_once_of_its_two_figures() -> None:
    for what, clean in (("gdp_investment", (GDP, INVESTMENT)), ("revenue_fdi", (REVENUE, FDI))):
        city = reporter(growth=0.2)
        policy = builders.policy(**{f"restatement_{what}": 0.8})
        city_reports(city, builders.nation(growth_target=0.1), policy, reporting())
        assert list(city["padding"]) == exactly([0.2 * 0.2 if k in clean else 0.2 for k in range(4)])


# --- E72, E71, E76


def publishing(**values: object) -> tuple[Record, np.ndarray]:
    """Return a province that has grown by 6 %, and cities: half of nominal GDP padded by 0.5, the other half not."""
    cities = builders.cities(gdp_nominal=1.0)
    cities["padding"][: C // 2, GDP] = 0.5
    province = builders.province(
        **{"gdp_past": (1.06, 9.0, 9.0, 9.0, 1.0), "padding_level": math.log(1.25), **values}
    )
    return province, cities


def publish(province: Record, cities: np.ndarray, policy: Record | None = None, **values: float) -> None:
    policy = builders.policy() if policy is None else policy
    province_reports(province, cities, policy, reporting(**values), 0.0, 0.0)


def test_e72_published_growth_is_true_growth_with_a_bias_that_audit_removes() -> None:
    for audit, bias in ((0.0, 0.02), (0.5, 0.01), (1.0, 0.0)):
        province, cities = publishing()
        publish(province, cities, builders.policy(audit_gdp_investment=audit))
        assert province["reported_growth_a"] == exactly(0.06 + bias)


def test_e72_padding_is_weighted_with_nominal_gdp() -> None:
    province, cities = publishing()
    cities["gdp_nominal"][: C // 2] = 3.0
    publish(province, cities)
    assert province["padding_level"] == exactly(math.log(1.0 + 0.5 * 0.75))


def test_e72_a_change_of_padding_enters_growth_for_four_quarters() -> None:
    province, cities = publishing(padding_level=0.0)
    step = math.log(1.25)
    growth = []
    for _ in range(6):
        publish(province, cities)
        growth.append(float(province["reported_growth_a"]))
    assert growth == exactly([0.08 + 0.8 * step] * 4 + [0.08] * 2)


def test_e72_a_restatement_lowers_the_level_but_not_growth() -> None:
    province, cities = publishing()
    cities["padding"][:, GDP] = 0.05
    publish(province, cities, builders.policy(restatement_gdp_investment=0.8))
    assert province["padding_level"] == exactly(math.log(1.05))
    assert province["reported_growth_a"] == exactly(0.08)
    cities["padding"][:, GDP] = 0.06  # padding that starts again counts again
    publish(province, cities)
    assert province["reported_growth_a"] == exactly(0.08 + 0.8 * math.log(1.06 / 1.05))


def test_e72_a_restatement_keeps_earlier_padding_in_the_growth_of_the_year() -> None:
    province, cities = publishing(padding_level=0.0)
    publish(province, cities)
    cities["padding"][:, GDP] = 0.0
    publish(province, cities, builders.policy(restatement_gdp_investment=1.0))
    assert province["reported_growth_a"] == exactly(0.08 + 0.8 * math.log(1.25))


def test_e71_e76_errors_of_revision_and_survey() -> None:
    province, cities = publishing()
    province_reports(province, cities, builders.policy(), reporting(), 1.5, -0.5)
    assert province["revision_error"] == exactly(math.exp(0.06))
    assert province["survey_error"] == exactly(-0.01)
    publish(province, cities)
    assert (province["revision_error"], province["survey_error"]) == (1.0, 0.0)
