from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.periods import to_index
from simulator.records import CITIES, PARTNERS, POLICY
from simulator.schedule import (
    LAST_INDEX,
    Entry,
    Layer,
    Lever,
    Range,
    Schedule,
    build,
    changed_instruments,
    first_difference,
    resolve,
)

JAPAN, KOREA = PARTNERS.index("Japan"), PARTNERS.index("Korea")


def lever(
    instrument: str = "ntb_cut",
    targets: tuple[str, ...] = ("Japan",),
    start: str = "2026Q1",
    end: str = "2035Q4",
    size: float | Range = 0.04,
    phase_in: int = 0,
    number: int = 1,
) -> Lever:
    return Lever(number, instrument, targets, to_index(start), to_index(end), phase_in, size)


def layers(*files: tuple[Lever, ...]) -> list[Layer]:
    """Return a chain of files a, b, c ... of which each extends the one before."""
    names = "abcdef"[: len(files)]
    return [Layer(names[i], frozenset(names[:i]), levers) for i, levers in enumerate(files)]


def schedule(*files: tuple[Lever, ...], until: str = "2035Q4") -> Schedule:
    return build(resolve(layers(*files)), until)


def path(plan: Schedule, instrument: str, *index: int, **sizes: float) -> np.ndarray:
    drawn = {key.replace("__", ":"): value for key, value in sizes.items()}
    values = plan.policy(120, drawn)[instrument]
    return values[:, index[0]] if index else values


def test_no_levers_is_all_zero() -> None:
    policy = schedule(()).policy(120, {})
    assert policy.dtype == POLICY and policy.shape == (120,)
    assert policy.tobytes() == np.zeros(120, POLICY).tobytes()


def test_a_lever_holds_from_start_to_end_on_its_target_only() -> None:
    plan = schedule((lever(start="2026Q1", end="2026Q2"),))
    values = plan.policy(120, {})["ntb_cut"]
    assert values[79:83, JAPAN].tolist() == [0.0, 0.04, 0.04, 0.0]
    assert values.sum() == 0.08


def test_phase_in_by_hand() -> None:
    values = path(schedule((lever(size=0.1, phase_in=4),)), "ntb_cut", JAPAN)
    assert values[79:86].tolist() == [0.0, 0.1 * 0.25, 0.1 * 0.5, 0.1 * 0.75, 0.1, 0.1, 0.1]


def test_phase_in_of_one_quarter_equals_none() -> None:
    one, none = schedule((lever(phase_in=1),)), schedule((lever(phase_in=0),))
    assert one.hash == none.hash
    assert one.policy(120, {}).tobytes() == none.policy(120, {}).tobytes()


def test_an_end_can_come_before_the_full_size() -> None:
    values = path(schedule((lever(size=0.1, phase_in=10, end="2026Q3"),)), "ntb_cut", JAPAN)
    assert values[80:84].tolist() == pytest.approx([0.01, 0.02, 0.03, 0.0])


def test_instrument_without_target() -> None:
    values = path(schedule((lever("rail_corridor", ("",), size=4.0, phase_in=2),)), "rail_corridor")
    assert values[79:83].tolist() == [0.0, 2.0, 4.0, 4.0]


def test_child_replaces_parent_where_both_hold_and_parent_goes_on_outside() -> None:
    parent = lever(size=0.1, start="2026Q1", end="2027Q4", phase_in=8)
    child = lever(size=0.01, start="2026Q3", end="2026Q4")
    values = path(schedule((parent,), (child,)), "ntb_cut", JAPAN)
    ramp = [0.1 * k / 8 for k in range(1, 9)]
    assert values[80:88].tolist() == pytest.approx([ramp[0], ramp[1], 0.01, 0.01, *ramp[4:]])


def test_child_starts_its_own_phase_in() -> None:
    values = path(schedule((lever(size=0.1),), (lever(size=0.08, start="2027Q1", phase_in=2),)), "ntb_cut", JAPAN)
    assert values[83:87].tolist() == [0.1, 0.04, 0.08, 0.08]


def test_replacement_is_by_target() -> None:
    plan = schedule((lever(targets=("Japan", "Korea")),), (lever(targets=("Korea",), size=0.0),))
    assert path(plan, "ntb_cut", JAPAN)[80] == 0.04
    assert path(plan, "ntb_cut", KOREA)[80] == 0.0


def test_the_youngest_of_three_generations_wins() -> None:
    plan = schedule((lever(size=0.01),), (lever(size=0.02, start="2027Q1"),), (lever(size=0.03, start="2028Q1"),))
    assert path(plan, "ntb_cut", JAPAN)[[80, 84, 88]].tolist() == [0.01, 0.02, 0.03]


def test_a_child_replaces_additive_levers_of_its_parent_too() -> None:
    spending = lever("public_consumption", ("",), size=2.0)
    plan = schedule((spending,), (lever("public_consumption", ("",), size=-1.0, start="2027Q1"),))
    assert path(plan, "public_consumption")[[80, 84]].tolist() == [2.0, -1.0]


def test_additive_levers_of_one_file_add_up() -> None:
    first = lever("public_investment", ("",), size=2.0)
    second = lever("public_investment", ("",), size=3.0, start="2027Q1", phase_in=2, number=2)
    values = path(schedule((first, second)), "public_investment")
    assert values[[80, 84, 85]].tolist() == [2.0, 3.5, 5.0]


def test_a_sum_outside_the_range_is_refused() -> None:
    levers = tuple(lever("public_investment", ("",), size=15.0, number=n) for n in (1, 2))
    with pytest.raises(InputError) as error:
        resolve(layers(levers))
    assert str(error.value) == (
        "a (lever 1) and a (lever 2) add up to 30 for public_investment in 2026Q1 to 2035Q4;"
        " allowed: 0 to 20 (bn yuan 2010 per quarter)"
    )


def test_strangers_must_not_set_the_same() -> None:
    pair = [Layer("p", frozenset({"base"}), (lever(),)), Layer("q", frozenset({"base"}), (lever(start="2030Q1"),))]
    with pytest.raises(InputError) as error:
        resolve(pair)
    assert str(error.value) == (
        "p (lever 1) and q (lever 1) both set ntb_cut for Japan in 2030Q1 to 2035Q4;"
        " only levers on additive instruments can be combined there"
    )


def test_strangers_may_set_the_same_at_different_times() -> None:
    pair = [
        Layer("p", frozenset(), (lever(end="2029Q4"),)),
        Layer("q", frozenset(), (lever(start="2030Q1", size=0.05),)),
    ]
    values = path(build(resolve(pair), "2035Q4"), "ntb_cut", JAPAN)
    assert values[[95, 96]].tolist() == [0.04, 0.05]


def test_two_ranges_for_one_draw_are_refused() -> None:
    first, second = Range(0.0, 0.01, 0.02), Range(0.0, 0.02, 0.04)
    with pytest.raises(InputError) as error:
        resolve(layers((lever(size=first),), (lever(size=second, start="2030Q1"),)))
    assert str(error.value) == (
        "a (lever 1) and b (lever 1) sample ntb_cut for Japan from two ranges;"
        " give both the same range, or one a number"
    )


def test_size_zero_equals_no_lever_to_the_bit() -> None:
    with_zero = schedule((lever(size=0.0, phase_in=3), lever("talent_subsidy", CITIES, size=-0.0)))
    without = schedule(())
    assert with_zero.entries == () and with_zero.hash == without.hash
    assert with_zero.policy(120, {}).tobytes() == without.policy(120, {}).tobytes()
    assert first_difference(with_zero, without, 120) is None


def test_a_sampled_size_drawn_as_zero_equals_no_lever_to_the_bit() -> None:
    plan = schedule((lever(size=Range(0.0, 0.01, 0.02), phase_in=3),))
    assert plan.policy(120, {"ntb_cut:Japan": 0.0}).tobytes() == np.zeros(120, POLICY).tobytes()


def test_sampled_sizes_are_filled_in_by_key() -> None:
    plan = schedule((lever(targets=("Japan", "Korea"), size=Range(0.02, 0.04, 0.06), phase_in=2),))
    assert plan.ranges() == {"ntb_cut:Japan": Range(0.02, 0.04, 0.06), "ntb_cut:Korea": Range(0.02, 0.04, 0.06)}
    values = plan.policy(120, {"ntb_cut:Japan": 0.02, "ntb_cut:Korea": 0.06})["ntb_cut"]
    assert values[80, [JAPAN, KOREA]].tolist() == [0.01, 0.03]


@pytest.mark.parametrize("size", [0.019, 0.061, float("nan")])
def test_a_draw_outside_its_range_is_refused(size: float) -> None:
    plan = schedule((lever(size=Range(0.02, 0.04, 0.06)),))
    with pytest.raises(ValueError, match="of ntb_cut:Japan is outside 0.02 to 0.06"):
        plan.policy(120, {"ntb_cut:Japan": size})


def test_a_missing_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="no size is given for the sampled lever ntb_cut:Japan"):
        schedule((lever(size=Range(0.02, 0.04, 0.06)),)).policy(120, {})


def test_a_short_policy_is_the_beginning_of_a_long_one() -> None:
    plan = schedule((lever(phase_in=9),))
    assert plan.policy(84, {}).tobytes() == plan.policy(120, {})[:84].tobytes()


def test_the_schedule_does_not_answer_beyond_its_end() -> None:
    plan = schedule((lever(),), until="2026Q2")
    assert plan.quarters == 82 and plan.policy(82, {})["ntb_cut"][81, JAPAN] == 0.04
    with pytest.raises(ValueError, match="the schedule covers 82 quarters, not 83"):
        plan.policy(83, {})


def test_levers_after_the_end_are_inert_with_one_notice() -> None:
    levers = tuple(lever(start=f"203{n}Q1", end=f"203{n}Q1", number=n + 1) for n in range(5))
    plan = build(resolve(layers(levers)), "2030Q4", [("a", one) for one in levers])
    assert [entry.lever for entry in plan.entries] == [1]
    assert plan.notices == (
        "without effect, because the run ends with 2030Q4: a lever 2 (ntb_cut, from 2031Q1),"
        " a lever 3 (ntb_cut, from 2032Q1), a lever 4 (ntb_cut, from 2033Q1), and 1 more",
    )


def test_an_inert_sampled_lever_is_not_drawn() -> None:
    assert schedule((lever(size=Range(0.02, 0.04, 0.06)),), until="2025Q4").ranges() == {}


def test_hash_is_stable() -> None:
    plan = schedule((lever(phase_in=4), lever("talent_subsidy", ("Dalian",), size=Range(0.05, 0.1, 0.2), number=2)))
    assert plan.hash == "987ac80c4fcaf16f22d6db47f9a8e5c1196e898a358f080edac7efb863cb0d62"


def test_hash_forgets_where_a_lever_stands() -> None:
    a, b = lever(number=1), lever("rail_corridor", ("",), size=2.0, number=2)
    assert schedule((a, b)).hash == schedule((b,), (a,)).hash


@pytest.mark.parametrize(
    "other",
    [lever(size=0.05), lever(start="2026Q2"), lever(end="2030Q1"), lever(phase_in=2), lever(targets=("Korea",))],
)
def test_hash_sees_every_change(other: Lever) -> None:
    assert schedule((other,)).hash != schedule((lever(),)).hash


def test_first_difference() -> None:
    base = schedule((lever(start="2016Q1"),))
    assert first_difference(base, schedule((lever(start="2016Q1"),)), 120) is None
    assert first_difference(base, schedule((lever(start="2016Q1"),), (lever(size=0.05, start="2026Q1"),)), 120) == 80
    assert first_difference(base, schedule(()), 120) == 40
    assert first_difference(base, schedule(()), 40) is None


def test_first_difference_sees_through_the_way_a_path_is_written() -> None:
    whole = schedule((lever(phase_in=2),))
    pieces = schedule((lever(size=0.02, end="2026Q1"), lever(start="2026Q2", number=2)))
    assert first_difference(whole, pieces, 120) is None


def test_first_difference_compares_ranges_by_symbol() -> None:
    same, wider = Range(0.02, 0.04, 0.06), Range(0.02, 0.04, 0.08)
    base = schedule((lever(size=same, phase_in=4),))
    assert first_difference(base, schedule((lever(size=same, phase_in=4),)), 120) is None
    assert first_difference(base, schedule((lever(size=wider, phase_in=4),)), 120) == 80
    assert first_difference(base, schedule((lever(size=same, phase_in=5),)), 120) == 80
    assert first_difference(base, schedule((lever(size=same, phase_in=4, end="2030Q4"),)), 120) == 100


def _levers() -> st.SearchStrategy[Lever]:
    return st.builds(
        lambda start, length, phase_in, size, targets: Lever(
            1, "ntb_cut", targets, start, min(start + length, LAST_INDEX), phase_in, size
        ),
        st.integers(0, LAST_INDEX),
        st.integers(0, 40),
        st.integers(0, 20),
        st.floats(0.0, 0.15),
        st.sampled_from([("Japan",), ("Korea",), ("Japan", "Korea")]),
    )


@given(st.lists(_levers(), max_size=5))
def test_the_youngest_lever_in_force_sets_every_quarter(chain: list[Lever]) -> None:
    """Compare with the sentence of the contract, quarter by quarter."""
    values = schedule(*[(one,) for one in chain]).policy(120, {})["ntb_cut"]
    for quarter in range(120):
        for target, index in (("Japan", JAPAN), ("Korea", KOREA)):
            expected = 0.0
            for one in chain:
                if target in one.targets and one.start <= quarter <= one.end:
                    elapsed = quarter - one.start + 1
                    expected = one.size * min(1.0, elapsed / one.phase_in) if one.phase_in else one.size
            assert values[quarter, index] == expected


def test_an_entry_names_its_draw() -> None:
    entry = Entry("ntb_cut", "Japan", 80, 119, 0, 0.04, 80, "a", 1)
    assert entry.key == "ntb_cut:Japan"


def test_changed_instruments_are_named_in_the_order_of_the_record() -> None:
    base = schedule((lever(start="2016Q1"), lever("port_merger", ("Dalian",), size=1.0, number=2)))
    other = schedule(
        (
            lever("rail_corridor", ("",), size=4.0),
            lever("tariff_cut", ("Korea",), size=1.0, number=2),
            lever(start="2016Q1", size=0.05, number=3),
            lever("port_merger", ("Dalian",), size=1.0, number=4),
        )
    )
    assert changed_instruments(other, base) == ("tariff_cut", "ntb_cut", "rail_corridor")
    assert changed_instruments(base, other) == ("tariff_cut", "ntb_cut", "rail_corridor")


def test_changed_instruments_compares_paths_and_not_how_they_are_written() -> None:
    whole = schedule((lever(phase_in=2),))
    pieces = schedule((lever(size=0.02, end="2026Q1"), lever(start="2026Q2", number=2)))
    assert changed_instruments(whole, pieces) == ()
    assert changed_instruments(whole, schedule((lever(start="2026Q2"),))) == ("ntb_cut",)
    assert changed_instruments(whole, schedule((), until="2025Q4")) == (), "only quarters that both cover"
