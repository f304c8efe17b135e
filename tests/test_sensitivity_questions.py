"""Which effect is asked about, on what it leans, and the words for every answer."""

from __future__ import annotations

import re

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.results import Results
from simulator.sensitivity import NOTES, VERDICTS, effect_drivers, leans
from simulator.sensitivity_words import WORDS
from tests.effects import noise, uniform, world_of
from tests.fakes import fake_ensemble

pytestmark = pytest.mark.usefixtures("uncalibrated")  # qualities as judged in the table

# ---- Which effect


def test_a_base_that_is_not_positive_gives_absolute_differences() -> None:
    x = uniform(100)
    results = world_of(np.zeros(100), x)
    old, new = (results.ensemble(s).levels["province"] for s in results.scenarios)
    from tests.fakes import column

    place = column("province", "fiscal_balance")
    old[..., place] = 0.0
    new[..., place] = x[:, 1][:, None, None]
    found = effect_drivers(results, "reform", "fiscal_balance")
    assert found.measure == "absolute"
    assert [d.name for d in found.drivers] == ["tax_rate"]


def test_the_window_and_the_entity_are_those_asked_for() -> None:
    x = uniform(100)
    results = world_of(np.zeros(100), x)
    cities = results.ensemble("reform").levels["city"]
    from tests.fakes import column

    cities[:, 4:, 1, column("city", "gdp_real")] *= 1.0 + x[:, [2]]  # second city, second year
    ask = {"level": "city", "entity": "Dalian"}
    later = effect_drivers(results, "reform", "gdp_real", window="2007", **ask)  # type: ignore[arg-type]
    assert [d.name for d in later.drivers] == ["port_choice"]
    assert (later.period, later.level, later.entity) == ("2007", "city", "Dalian")
    assert effect_drivers(results, "reform", "gdp_real", window="2006", **ask).note == "no_effect"  # type: ignore[arg-type]
    assert effect_drivers(results, "reform", "gdp_real", level="city", entity="Shenyang").note == "no_effect"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenario": "refrom"}, 'no scenario "refrom".*did you mean "reform"'),
        ({"variable": "gdp_rea"}, 'level province has no variable "gdp_rea"; did you mean "gdp_real"'),
        ({"level": "town"}, 'no level "town"; levels are province, city'),
        ({"level": "city", "entity": "Dalia"}, 'has no entity "Dalia"; did you mean "Dalian"'),
        ({"window": "2007-2006"}, "write a year or first-last within 2006-2007"),
        ({"window": "2005-2007"}, "within 2006-2007"),
        ({"rate": 0.0}, "rate = 0.0 must lie between 0 and 1"),
    ],
)
def test_wrong_questions_are_refused(change: dict[str, object], message: str) -> None:
    asked = {"scenario": "reform", "variable": "gdp_real", **change}
    with pytest.raises(InputError, match=message):
        effect_drivers(world_of(np.zeros(40), uniform(40)), **asked)  # type: ignore[arg-type]


def test_a_run_shorter_than_a_year_is_refused() -> None:
    short = (fake_ensemble(quarters=3), fake_ensemble("reform", quarters=3))
    with pytest.raises(InputError, match="no full year"):
        effect_drivers(Results(short), "reform", "gdp_real")


# ---- Verdicts


@pytest.mark.parametrize(
    ("weights", "size", "spread", "verdict"),
    [
        ({1: 1.0, 4: 0.3}, 0.0, 0.1, "data"),  # tax_rate is identified, port_markup is not
        ({1: 0.3, 4: 1.0}, 0.0, 0.1, "assumptions"),
        ({3: 1.0}, 0.0, 0.1, "assumptions"),  # weakly identified counts as assumed
        ({1: 0.3, 4: 0.3}, 1.0, 0.1, "size"),
        ({1: 1.0}, 0.0, 0.9, "unexplained"),
    ],
)
def test_verdicts(weights: dict[int, float], size: float, spread: float, verdict: str) -> None:
    x, u = uniform(300), uniform(300, 1, seed=9)[:, 0]
    effect = sum(w * x[:, k] for k, w in weights.items()) + size * u + spread * noise(300)
    (found,) = leans(world_of(effect, x, sizes={"ntb_cut:Japan": u}), "reform", ["gdp_real"])
    assert found.verdict == verdict
    assert found.effect.note == "drivers"
    assumed = found.effect.by_quality["weak"] + found.effect.by_quality["none"]
    assert found.assumed == pytest.approx(assumed / found.effect.explained)
    assert (found.sizes > 0.5) == (verdict == "size")


def test_leans_answer_for_every_variable_asked() -> None:
    x = uniform(100)
    found = leans(world_of(x[:, 4], x), "reform")
    assert [f.effect.variable for f in found][:3] == ["gdp_real", "exports", "imports"]
    assert [f.verdict for f in found][:2] == ["assumptions", "no_effect"]
    assert np.isnan(found[1].assumed) and np.isnan(found[1].sizes)


def test_words_for_every_note_and_verdict_in_both_languages() -> None:
    assert set(WORDS) == {"en", "zh"}
    assert set(WORDS["en"]) == set(WORDS["zh"])
    for words in WORDS.values():
        assert {f"note_{n}" for n in NOTES} == {k for k in words if k.startswith("note_")}
        assert {f"verdict_{v}" for v in VERDICTS} == {k for k in words if k.startswith("verdict_")}
    for key, text in WORDS["en"].items():
        fields = re.findall(r"{(\w+)}", text)
        assert fields == re.findall(r"{(\w+)}", WORDS["zh"][key]) or sorted(fields) == sorted(
            re.findall(r"{(\w+)}", WORDS["zh"][key])
        ), key
        assert any("\u4e00" <= c <= "\u9fff" for c in WORDS["zh"][key]), key
