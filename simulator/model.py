"""The model as Mesa agents: read it, step it, look inside it, change it.

The model walks the order of ``quarter.py``; agents call the rule book. An ensemble of it gives the same bits as the
compiled loop, which it never calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np

from simulator import links
from simulator.agents import SOE, City, ForeignInvestor, LiaoningAgent, Port
from simulator.calls import Row
from simulator.compilation import for_rules
from simulator.draws import Draws
from simulator.errors import InputError, nearest
from simulator.parameters import draw_table
from simulator.periods import HORIZON_END, to_index, to_label
from simulator.quarter import ORDER, Step
from simulator.rules import city as city_rules
from simulator.rules import government, investor, nation, observe, people, port, reporting, soe
from simulator.rules.invariants import MESSAGES, check_quarter
from simulator.run import LinkUse, Outputs, State, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import Scenario, load_scenario
from simulator.variables import LEVELS
from simulator.world import World, load_world

AGENT_CLASSES: Mapping[str, type[LiaoningAgent]] = {
    "City": City, "SOE": SOE, "Port": Port, "ForeignInvestor": ForeignInvestor,
}  # fmt: skip


class LiaoningModel(mesa.Model):  # type: ignore[misc]
    """Liaoning from 2006Q1, one quarter a step.

    Parameters
    ----------
    scenario : str or Scenario
        Name of a shipped scenario, path of a file, or a loaded scenario.
    parameters : str or record array of shape (1,)
        "point", "prior" (the draw of this run) or a record of ``parameters.record_type()``.
    seed, run : int
        Address of the luck: the same as run `run` of an ensemble with this seed.
    until : str
        Last quarter that can be simulated.
    agent_classes : mapping
        "City", "SOE", "Port" or "ForeignInvestor" -> subclass to use instead.
    world : World, optional
        Default: the shipped one.

    Attributes
    ----------
    enterprises, ports, investors, cities : mesa.agent.AgentSet
    quarter : int
        Quarter of the current or last step, 0 is 2006Q1; -1 before the first step.
    outputs : dict of str to records, shape (quarters, entities)
        What has been reported so far, by level of ``variables.toml``.
    """

    def __init__(
        self,
        scenario: str | Scenario = "baseline",
        *,
        parameters: str | np.ndarray[Any, np.dtype[Any]] = "point",
        seed: int = 1,
        run: int = 0,
        until: str = HORIZON_END,
        agent_classes: Mapping[str, type[LiaoningAgent]] | None = None,
        world: World | None = None,
    ) -> None:
        super().__init__(rng=seed)
        loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
        here = world or load_world()
        quarters = to_index(until) + 1
        row = (
            draw_table(parameters, run + 1, seed).records()[run : run + 1]
            if isinstance(parameters, str)
            else parameters
        )
        draws = draws_of(here, seed, run, quarters)
        self._set_up(
            prepare(here, row, draws),
            policies_of(loaded.schedule(until), quarters, seed, run),
            draws,
            new_outputs(quarters),
            agent_classes,
        )

    @classmethod
    def from_state(
        cls,
        state: State,
        policies: np.ndarray[Any, np.dtype[Any]],
        draws: Draws,
        outputs: Outputs,
        first: int = 0,
        agent_classes: Mapping[str, type[LiaoningAgent]] | None = None,
    ) -> LiaoningModel:
        """Return a model that goes on from a stored state at the start of quarter `first`; the state is changed."""
        model = cls.__new__(cls)
        mesa.Model.__init__(model, rng=0)
        model._set_up(state, policies, draws, outputs, agent_classes)
        model.quarter = first - 1
        return model

    def _set_up(
        self,
        state: State,
        policies: np.ndarray[Any, np.dtype[Any]],
        draws: Draws,
        outputs: Outputs,
        agent_classes: Mapping[str, type[LiaoningAgent]] | None,
    ) -> None:
        classes = {**AGENT_CLASSES, **(agent_classes or {})}
        for name, kind in classes.items():
            if name not in AGENT_CLASSES:
                hint = f"allowed are {', '.join(AGENT_CLASSES)}{nearest(name, AGENT_CLASSES)}"
                raise InputError(f"agent_classes: {name!r} is not known; {hint}")
            if not issubclass(kind, AGENT_CLASSES[name]):
                raise InputError(f"agent_classes: {kind.__name__} must be a subclass of {name}")
        self.records = state
        self.policies = for_rules(policies)
        self.draws = draws
        self.outputs = outputs
        self.quarter = -1
        self.check = False
        self.link_use = LinkUse.ignored()
        self.province = state.province[0]
        self.parameters = state.parameters[0]
        self.province_row: Row = (state.province, 0)
        self.parameter_row: Row = (state.parameters, 0)
        self.nation_row: Row = (state.path, 0)
        self.policy_row: Row = (self.policies, 0)
        self.nation = state.path[0]
        self.policy = self.policies[0]
        self.cities_by_number = [classes["City"](self, state.cities, n) for n in range(len(state.cities))]
        self._enterprises = [classes["SOE"](self, state.soes, n) for n in range(len(state.soes))]
        self._ports = [classes["Port"](self, state.ports, n) for n in range(len(state.ports))]
        self._investors = [classes["ForeignInvestor"](self, state.investors, n) for n in range(len(state.investors))]
        self.cities = mesa.agent.AgentSet(self.cities_by_number, random=self.random)
        self.enterprises = mesa.agent.AgentSet(self._enterprises, random=self.random)
        self.ports = mesa.agent.AgentSet(self._ports, random=self.random)
        self.investors = mesa.agent.AgentSet(self._investors, random=self.random)

    @property
    def period(self) -> str:
        """Label of the current quarter, for example 2016Q4; empty before the first step."""
        return to_label(self.quarter) if self.quarter >= 0 else ""

    def reported(self, name: str, level: str = "province", entity: int = 0) -> float:
        """Return an output of the last quarter, for a ``DataCollector`` for example."""
        return float(self.outputs[level][name][self.quarter, entity])

    def step(self) -> None:
        """Simulate one quarter: every step of ``quarter.ORDER``, every agent in file order.

        Raises
        ------
        IndexError
            The last quarter has been simulated.
        """
        if self.quarter + 1 >= len(self.policies):
            raise IndexError(f"the model was set up until {to_label(len(self.policies) - 1)}")
        self.quarter += 1
        self.nation = self.records.path[self.quarter]
        self.policy = self.policies[self.quarter]
        self.nation_row = (self.records.path, self.quarter)
        self.policy_row = (self.policies, self.quarter)
        self._hand_on("direct policy")
        for step in ORDER:
            self._carry_out(step)
            if step.method == "compare_gateways" and self._mode("ports") == links.FEED:
                self._hand_on("ports")
            if step.link:
                self._hand_on(step.link)

    def _carry_out(self, step: Step) -> None:
        if step.agent in ("province", "partner"):
            getattr(self, step.method)()
            return
        group = {"city": self.cities, "soe": self.enterprises, "port": self.ports, "investor": self.investors}
        group[step.agent].do(step.method)

    def _mode(self, link: str) -> int:
        return int(self.link_use.modes[links.NAMES.index(link)])

    def _hand_on(self, link: str) -> None:
        """Record or feed a link between blocks, if the run was asked to."""
        mode = self._mode(link)
        if mode == links.IGNORE:
            return
        state, tape = self.records, self.link_use.tape
        links.pass_link(
            links.NAMES.index(link),
            mode,
            links.SPECIFICATION,
            tape[min(self.quarter, len(tape) - 1)],
            links.as_bytes(state.cities),
            links.as_bytes(state.ports),
            links.as_bytes(state.province),
            links.as_bytes(self.policies)[self.quarter],
        )

    # Steps of the province and of the world outside

    def open_quarter(self) -> None:
        """Take in national demand, prices and wages."""
        nation.nation_turns(self.province, self.nation, self.parameters)

    def turn_partners(self) -> None:
        """Move the partners' demand and real exchange rates."""
        for partner in self.records.partners:
            nation.partner_turns(partner, self.province, self.nation, self.parameters)

    def refer_markets(self) -> None:
        """Relate each city's market access to the mean."""
        nation.market_reference(self.province, self.records.cities, self.parameters)

    def group_ports(self) -> None:
        """Form owner groups of ports."""
        port.ports_group(self.province, self.records.ports, self.policy, self.parameters)

    def add_up(self) -> None:
        """Sum output over cities."""
        city_rules.province_adds_up(self.province, self.records.cities)

    def count_births(self) -> None:
        """Work out the chance that new state-owned enterprises are founded."""
        soe.soe_births(self.province, self.nation, self.parameters)

    def open_fdi_pool(self) -> None:
        """Take in foreign capital that looks for a place."""
        investor.fdi_pool_opens(self.province, self.records.cities, self.nation, self.parameters)

    def open_labour_market(self) -> None:
        """Take in the appeal of the rest of China to graduates."""
        people.labour_market_opens(self.province, self.nation, self.parameters)

    def set_budget(self) -> None:
        """Set the budget of the province and its cities."""
        government.province_sets_budget(
            self.province, self.records.cities, self.nation, self.policy, self.parameters
        )

    def balance(self) -> None:
        """Close the national accounts."""
        government.province_balances(self.province, self.records.cities)

    def move_frontier(self) -> None:
        """Move the technology frontier and national R&D."""
        nation.frontier_moves(self.province, self.nation, self.parameters)

    def publish(self) -> None:
        """Publish provincial growth."""
        t = self.quarter
        reporting.province_reports(
            self.province, self.records.cities, self.policy, self.parameters,
            self.draws.revision[t], self.draws.survey[t],
        )  # fmt: skip

    def observe(self) -> None:
        """Write the outputs of the quarter and, if asked to, test the invariants."""
        s = self.records
        rows = [for_rules(self.outputs[level])[self.quarter] for level in LEVELS]
        observe.observe_all(s.cities, s.ports, s.partners, self.province, self.nation, self.parameters, *rows)
        if self.check:
            code = check_quarter(s.cities, s.ports, self.province, self.nation, self.parameters)
            if code != 0:
                from simulator.errors import InvariantError

                raise InvariantError(f"{self.period}: {MESSAGES[code]}")


def run_mesa(
    world: World,
    policies: np.ndarray[Any, np.dtype[Any]],
    parameters: np.ndarray[Any, np.dtype[Any]],
    draws: Draws,
    outputs: Outputs,
    check: bool,
) -> str:
    """Simulate one whole run with Mesa agents into `outputs`; return a message if an invariant broke."""
    from simulator.errors import InvariantError

    model = LiaoningModel.from_state(prepare(world, parameters, draws), policies, draws, outputs)
    model.check = check
    try:
        for _ in range(len(policies)):
            model.step()
    except InvariantError as error:
        return str(error)
    return ""
