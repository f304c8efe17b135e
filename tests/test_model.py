"""The Mesa model as a Mesa user knows it: agents, steps, data collection, subclasses; whatever was imported first."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import mesa
import numba
import numpy as np
import pytest

from simulator import records
from simulator.agents import SOE, City, ForeignInvestor, Port
from simulator.compilation import cache_folder
from simulator.ensemble import simulate
from simulator.errors import InputError, InvariantError
from simulator.links import NAMES
from simulator.model import LiaoningModel
from simulator.parameters import draw_table
from simulator.scenario import load_scenario
from simulator.world import World, load_world
from tests.whole import SEED

ROOT = Path(__file__).resolve().parent.parent


def new(world: World, **changes: Any) -> LiaoningModel:
    return LiaoningModel(**{"until": "2007Q4", "world": world, **changes})


def steps(model: LiaoningModel, count: int) -> LiaoningModel:
    for _ in range(count):
        model.step()
    return model


@pytest.fixture(scope="module")
def model(world: World) -> LiaoningModel:
    """Return a model after three quarters, to look at."""
    return steps(new(world), 3)


# --- as any Mesa model -----------------------------------------------------------------------------------------------


def test_it_is_a_mesa_model_of_agents(model: LiaoningModel) -> None:
    assert isinstance(model, mesa.Model)
    assert {kind.__name__: len(group) for kind, group in model.agents_by_type.items()} == {
        "City": 14, "SOE": 2250, "Port": 6, "ForeignInvestor": 400
    }  # fmt: skip
    assert len(model.agents) == 14 + 2250 + 6 + 400
    for name, kind in (("cities", City), ("enterprises", SOE), ("ports", Port), ("investors", ForeignInvestor)):
        group = getattr(model, name)
        assert isinstance(group, mesa.agent.AgentSet)
        assert list(group) == list(model.agents_by_type[kind])
        assert [agent.number for agent in group] == list(range(len(group)))


def test_unique_ids(model: LiaoningModel) -> None:
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)


def test_quarters_are_counted(world: World) -> None:
    model = new(world)
    assert (model.quarter, model.period, model.steps) == (-1, "", 0)
    steps(model, 5)
    assert (model.quarter, model.period, model.steps) == (4, "2007Q1", 5)


def test_the_end_is_an_error(world: World) -> None:
    model = steps(new(world, until="2006Q2"), 2)
    with pytest.raises(IndexError, match="the model was set up until 2006Q2"):
        model.step()
    assert model.period == "2006Q2"


def test_run_model_is_the_callers(world: World) -> None:
    model = new(world, until="2006Q3")
    for _ in range(3):
        model.step()
    assert model.reported("gdp_real") == model.outputs["province"]["gdp_real"][2, 0] > 0.0
    assert model.reported("fee", "port", 1) == model.outputs["port"]["fee"][2, 1]


def test_data_collector(world: World) -> None:
    model = new(world, until="2006Q4")
    collector = mesa.DataCollector(
        model_reporters={"period": "period", "gdp": lambda m: m.reported("gdp_real"), "quarter": "quarter"},
        agenttype_reporters={City: {"wage": lambda c: float(c.record["wage"]), "name": "name"}},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert frame["period"].tolist() == ["2006Q1", "2006Q2", "2006Q3"]
    assert frame["gdp"].tolist() == model.outputs["province"]["gdp_real"][:3, 0].tolist()
    cities = collector.get_agenttype_vars_dataframe(City)
    assert len(cities) == 3 * 14
    assert cities.loc[3, "name"].tolist() == list(records.CITIES)


def test_selecting_and_aggregating_agents(model: LiaoningModel) -> None:
    steel = model.enterprises.select(lambda e: e.group == "steel")
    assert 0 < len(steel) < len(model.enterprises)
    capital = sum(model.enterprises.map(lambda e: float(e.record["capital"])))
    assert capital == pytest.approx(float(model.records.soes["capital"].sum()), rel=1e-12)
    by_city = model.enterprises.groupby(lambda e: e.city.name)
    assert set(by_city.groups) == set(records.CITIES)


# --- agents ----------------------------------------------------------------------------------------------------------


def test_agents_know_their_records(model: LiaoningModel) -> None:
    for group, array in (
        (model.cities, model.records.cities), (model.enterprises, model.records.soes),
        (model.ports, model.records.ports), (model.investors, model.records.investors),
    ):  # fmt: skip
        agent = list(group)[-1]
        assert agent.row[0] is array and agent.row[1] == agent.number == len(array) - 1
        name = "capital" if "capital" in array.dtype.names else "fee"
        assert np.array_equal(agent.record[name], array[name][-1])


def test_a_record_is_a_view_that_can_be_set(world: World) -> None:
    model = new(world)
    city = model.cities_by_number[1]
    city.record["wage"] = 0.125
    assert model.records.cities["wage"][1] == 0.125


def test_what_cities_know(model: LiaoningModel) -> None:
    shenyang = model.cities_by_number[0]
    assert shenyang.name == "Shenyang"
    assert len(shenyang.enterprises) == int(model.records.soes["alive"][model.records.soes["city"] == 0].sum())
    assert sum(len(city.enterprises) for city in model.cities) == int(model.records.soes["alive"].sum())


def test_what_enterprises_know(model: LiaoningModel) -> None:
    enterprise = list(model.enterprises)[100]
    assert enterprise.city is model.cities_by_number[int(enterprise.record["city"])]
    assert enterprise.group in records.GROUPS
    rivals = enterprise.rivals
    assert enterprise not in rivals
    assert {(r.city.name, r.group) for r in rivals} <= {(enterprise.city.name, enterprise.group)}
    assert enterprise.luck == model.draws.soe[model.quarter, 100]


def test_what_ports_know(world: World) -> None:
    assert [port.city.name for port in new(world).ports] == [port.name for port in new(world).ports]
    merged = new(world, until="2026Q1", scenario="port_consolidation")
    merged.policies["port_merger"][0] = merged.policies["port_merger"][80]
    merged.step()
    names = {port.name: {p.name for p in port.partners} for port in merged.ports}
    assert names["Dalian"] == {"Yingkou"} and names["Yingkou"] == {"Dalian"}
    assert all(not others for name, others in names.items() if name not in ("Dalian", "Yingkou"))


def test_what_investors_know(model: LiaoningModel) -> None:
    homes = [investor.home for investor in model.investors]
    assert homes.count("Japan") == 42 and set(homes) <= set(records.HOMES)
    assert {investor.type for investor in model.investors} == set(records.INVESTOR_TYPES)
    for investor in model.investors:
        place = investor.location
        assert (place is None) == (investor.record["stages_left"] == 0)
        assert place is None or place.number == investor.record["location"]


# --- one run, in several ways ----------------------------------------------------------------------------------------


def run_digest(model: LiaoningModel) -> list[bytes]:
    return [model.outputs[level][: model.quarter + 1].tobytes() for level in model.outputs]


def test_a_model_repeats_itself(world: World, model: LiaoningModel) -> None:
    assert run_digest(steps(new(world), 3)) == run_digest(model)
    assert run_digest(steps(new(world, seed=2), 3)) != run_digest(model)
    assert run_digest(steps(new(world, run=1), 3)) != run_digest(model)


def test_ways_to_name_scenario_and_parameters(world: World, model: LiaoningModel) -> None:
    point = draw_table("point", 1, SEED).records()
    assert run_digest(steps(new(world, scenario=load_scenario("baseline"), parameters=point), 3)) == run_digest(model)
    prior = draw_table("prior", 3, SEED).records()[2:]
    both = [steps(new(world, parameters=p, run=2), 2) for p in ("prior", prior)]
    assert run_digest(both[0]) == run_digest(both[1])


def test_mesa_leaves_the_world_alone(world: World) -> None:
    before = world.cities.tobytes() + world.soes.tobytes() + world.investors.tobytes() + world.path.tobytes()
    steps(new(world), 2)
    assert before == world.cities.tobytes() + world.soes.tobytes() + world.investors.tobytes() + world.path.tobytes()


def test_wrong_input(world: World) -> None:
    with pytest.raises(InputError, match='"baselin" is not a scenario'):
        new(world, scenario="baselin")
    with pytest.raises(InputError, match="'typical' is not known; allowed are prior, point"):
        new(world, parameters="typical")
    with pytest.raises(InputError, match="not a quarter"):
        new(world, until="2007")


def test_a_broken_invariant_stops_a_checked_model(world: World) -> None:
    class Forger(City):
        """Book fewer sales than there are."""

        def trade_with_china(self) -> None:
            super().trade_with_china()
            self.record["domestic_sales"] *= 0.9

    model = new(world, agent_classes={"City": Forger})
    model.check = True
    with pytest.raises(InvariantError, match="2006Q1: GDP of the expenditure side differs"):
        model.step()
    assert steps(new(world, agent_classes={"City": Forger}), 1).period == "2006Q1"


# --- subclasses ------------------------------------------------------------------------------------------------------


class Idle(SOE):
    """An enterprise that never invests."""

    def adjust(self) -> None:
        self.record["plan"] = 0.0
        self.record["borrowing"] = 0.0
        super().adjust()


class ClosedCity(City):
    """A city in which no new graduate settles."""

    def appeal(self) -> None:
        super().appeal()
        if self.name == "Dalian":
            self.model.province["appeal_total"] -= self.record["appeal"]
            self.record["appeal"] = 0.0


class FreePort(Port):
    """A port that charges nothing."""

    def set_fee(self) -> None:
        super().set_fee()
        self.record["fee"] = 0.0


class Homebody(ForeignInvestor):
    """An investor that does nothing."""

    def act(self) -> None:
        self.record["arrived_usd"] = 0.0


@pytest.mark.parametrize(
    ("name", "kind", "level", "variable", "place"),
    [
        ("SOE", Idle, "province", "soe_capital_share", 0),
        ("City", ClosedCity, "city", "graduates_arrived", 1),
        ("Port", FreePort, "port", "fee", 0),
        ("ForeignInvestor", Homebody, "province", "fdi", 0),
    ],
)
def test_a_subclass_changes_the_outcome(
    name: str, kind: Any, level: str, variable: str, place: int, world: World, model: LiaoningModel
) -> None:
    changed = steps(new(world, agent_classes={name: kind}), 3)
    assert {type(agent) for agent in changed.agents} == {City, SOE, Port, ForeignInvestor} - {kind.__base__} | {kind}
    after, before = changed.outputs[level][variable][:3, place], model.outputs[level][variable][:3, place]
    assert (after < before).all()
    if kind in (ClosedCity, FreePort, Homebody):
        assert not after.any()


def test_a_subclass_that_overrides_nothing_changes_nothing(world: World, model: LiaoningModel) -> None:
    class MySOE(SOE):
        """As any other."""

    class MyCity(City):
        """As any other."""

    mine = steps(new(world, agent_classes={"SOE": MySOE, "City": MyCity}), 3)
    assert run_digest(mine) == run_digest(model)
    assert len(mine.agents_by_type[MySOE]) == 2250


def test_a_subclass_of_the_model(world: World, model: LiaoningModel) -> None:
    class Frozen(LiaoningModel):
        """A world in which the technology frontier stands still."""

        def move_frontier(self) -> None:
            pass

    still = steps(Frozen(until="2007Q4", world=world), 3)
    assert not still.province["frontier"] and model.province["frontier"] > 0.0
    assert run_digest(still) != run_digest(model)


def test_agent_classes_are_checked(world: World) -> None:
    with pytest.raises(InputError, match="'Soe' is not known; allowed are City, SOE, Port, ForeignInvestor; did you"):
        new(world, agent_classes={"Soe": SOE})
    with pytest.raises(InputError, match="agent_classes: City must be a subclass of SOE"):
        new(world, agent_classes={"SOE": City})


def test_the_model_never_calls_the_loop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a subclass could be bypassed."""
    import simulator.loop
    import simulator.run

    def refuse(*_: Any) -> None:
        raise AssertionError("the compiled loop was called")

    monkeypatch.setattr(simulator.loop, "run_quarters", refuse)
    monkeypatch.setattr(simulator.run, "run_quarters", refuse)
    steps(new(world), 2)


def test_links_of_a_model_are_ignored_unless_asked(world: World) -> None:
    model = new(world)
    assert not model.link_use.modes.any() and len(model.link_use.modes) == len(NAMES)


# --- import order ----------------------------------------------------------------------------------------------------

PROBE = """
import json
from tests.test_model import facts
print(json.dumps(facts()))
"""


def facts(world: World | None = None) -> list[str]:
    """Return a digest of a run, the cache of the package, and where Numba would put its own."""
    ensemble = simulate(world or load_world(), load_scenario("baseline"), runs=1, until="2007Q4", threads=1)
    digest = hashlib.sha256(b"".join(values.tobytes() for values in ensemble.levels.values())).hexdigest()
    return [digest, str(cache_folder()), str(numba.config.CACHE_DIR)]


@pytest.mark.parametrize("first", ["import numba, mesa, scipy.special\n", "import simulator\nsimulator.simulate\n"])
def test_import_order_changes_nothing(first: str, world: World) -> None:
    """Numba or Mesa imported before the package, or after: the same bits, one cache, Numba's own settings untouched."""
    here = facts(world)
    done = subprocess.run(
        [sys.executable, "-c", first + PROBE], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True
    )
    assert json.loads(done.stdout) == here
    assert here[2] == ""
