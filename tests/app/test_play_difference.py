"""The map of the difference: the figures of the run that is named, and whether all runs say the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.records import CITIES
from simulator.results import Results
from simulator.statistics import FloatArray
from tests.app.playing import QUARTERS, opened, scenario
from tests.fakes import FakeEnsemble, changed, column
from viz.play.difference import difference
from viz.play.names import DISTRESS
from viz.play.playback import Side

N = len(CITIES)
RUNS = 40


def apart(result: Any, run: int = 1, shade: str = "gdp_real", size: str = "fdi", lang: str = "en") -> dict[str, Any]:
    """Return the difference of cjk_fta and the baseline."""
    found = difference((Side(result, "baseline", run), Side(result, "cjk_fta", run)), shade, size, lang, [0, 1])
    assert found is not None
    return found


def by_city(flat: list[Any]) -> FloatArray:
    return np.array(flat, dtype=float).reshape(QUARTERS, N)


def scaled(name: str, factors: FloatArray) -> FakeEnsemble:
    """Return cjk_fta with a variable of the cities multiplied by a factor a run, the same in every quarter."""
    new = scenario(runs=len(factors))
    new.levels["city"][..., column("city", name)] *= factors[:, None, None]
    return new


def test_it_is_of_the_same_run_in_per_cent() -> None:
    new = scenario()
    changed(new, "city", "gdp_real", 1.1)
    changed(new, "city", "fdi", 3.0)
    found = apart(opened(new))
    assert found["unit"] == "%" and set(found["shade"]) == {10}
    assert found["size"][0] == 4.0  # 2 becomes 6, in the unit
    assert found["most"]["size"] == pytest.approx(2.0 * (2.0 + 5.1))
    assert set(found["ports"]) == {0} and len(found["lanes"]) == 2 * QUARTERS


def test_a_small_one_keeps_its_digits() -> None:
    new = scenario()
    changed(new, "city", "gdp_real", 1.0 + 1.2345e-6)
    assert apart(opened(new))["shade"][0] == pytest.approx(1.2345e-4, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "lang", "unit", "size"),
    [
        ("capacity_utilisation", "en", "percentage points", 50.0),
        ("capacity_utilisation", "zh", "个百分点", 50.0),
        ("policy_cost", "en", "bn yuan a quarter", 0.5),
    ],
)
def test_shares_differ_in_points_and_what_may_be_zero_in_its_unit(name: str, lang: str, unit: str, size: float) -> None:
    base, new = opened(), scenario()
    if name == "policy_cost":
        base.results.base.levels["city"][..., column("city", name)] = 0.0
    new.levels["city"][..., column("city", name)] = base.results.base.levels["city"][..., column("city", name)] + 0.5
    result = replace(opened(new), results=Results([base.results.base, new]))
    found = apart(result, shade=name, size="", lang=lang)
    assert found["unit"] == unit and set(found["shade"]) == {size} and found["size"] is None


def test_zombies_differ_in_points_of_their_share() -> None:
    base, new = opened(), scenario()
    for ensemble, zombies in ((base.results.base, 1.0), (new, 2.0)):
        ensemble.levels["city"][..., column("city", "zombies")] = zombies
        ensemble.levels["city"][..., column("city", "soe_number")] = 8.0
    found = apart(replace(opened(new), results=Results([base.results.base, new])), size=DISTRESS)
    assert set(found["size"]) == {12.5} and found["size_unit"] == "percentage points"
    assert found["unit"] == "%" and found["most"]["size"] == 12.5


def test_the_interval_is_over_all_runs_not_the_one_that_is_shown() -> None:
    """Run 39 gains most, the middle nothing: the interval holds zero although the map's own figure is far from it."""
    factors = 1.0 + np.linspace(-0.039, 0.039, RUNS)
    result = opened(scaled("gdp_real", factors), runs=RUNS)
    found = apart(result, run=39)
    assert set(found["shade"]) == {3.9}
    low, high = (by_city(found[end]) for end in ("low", "high"))
    want = np.quantile(100 * (factors - 1), [0.05, 0.95])
    np.testing.assert_allclose(low, want[0], rtol=2e-3)
    np.testing.assert_allclose(high, want[1], rtol=2e-3)
    assert found["runs"] == RUNS and found["few"] is False


def test_an_interval_without_zero_is_told_as_such() -> None:
    found = apart(opened(scaled("gdp_real", np.linspace(1.01, 1.02, RUNS)), runs=RUNS))
    assert by_city(found["low"]).min() > 1.0 and not found["few"]


def test_before_anything_differs_the_interval_is_zero() -> None:
    new = scenario(runs=RUNS)
    new.levels["city"][:, 20:, :, column("city", "gdp_real")] *= 1.1
    found = apart(opened(new, runs=RUNS))
    assert not by_city(found["low"])[:20].any() and not by_city(found["high"])[:20].any()
    assert by_city(found["low"])[20:].min() == pytest.approx(10.0)


def test_few_runs_are_said_to_be_few_and_runs_that_failed_are_left_out() -> None:
    new = scenario(failures=((0, "overflow"),))
    new.levels["city"][0] = 1e9
    found = apart(opened(new), run=1)
    assert found["few"] and found["runs"] == 3 and set(found["high"]) == {0}


def test_the_province_has_its_own_difference() -> None:
    new = scenario(runs=RUNS)
    new.levels["province"][..., column("province", "gdp_real")] *= np.linspace(0.99, 1.03, RUNS)[:, None, None]
    province = apart(opened(new, runs=RUNS), run=0)["province"]
    assert province["values"] == [-1] * QUARTERS and province["low"][0] < -0.7 < 2.5 < province["high"][0]
    assert apart(opened(new, runs=RUNS), shade="market_access")["province"] is None
