"""The agents: cities, state-owned enterprises, ports and foreign investors, and what each does in a quarter.

An agent owns one record, knows whom it meets, and acts by calling the rule book. Override a method in a subclass and
pass it as ``LiaoningModel(agent_classes={"SOE": MySOE})`` to change how agents behave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

from simulator.calls import Row, act
from simulator.records import CITIES, GROUPS, HOMES, INVESTOR_TYPES, PORTS
from simulator.rules import city as city_rules
from simulator.rules import government, investor, people, port, reporting, soe, trade

if TYPE_CHECKING:
    from simulator.model import LiaoningModel


class LiaoningAgent(mesa.Agent):  # type: ignore[misc]
    """An agent with one record of the model's state.

    Attributes
    ----------
    record : numpy record
        Its fields and units are declared in ``simulator/records.py``; read and set by name:
        ``agent.record["capital"]``.
    row : tuple of array and int
        The same record by its place, for fast calls.
    number : int
        Position among the agents of its kind.
    """

    model: LiaoningModel

    def __init__(self, model: LiaoningModel, records: Any, number: int) -> None:
        super().__init__(model)
        self.row: Row = (records, number)
        self.record = records[number]
        self.number = number


class City(LiaoningAgent):
    """One of the 14 cities: its private firms, households, public works and statistics."""

    @property
    def name(self) -> str:
        """Name in pinyin."""
        return CITIES[self.number]

    @property
    def enterprises(self) -> list[SOE]:
        """State-owned enterprises in the city that are in business."""
        return [e for e in self.model.enterprises if e.record["city"] == self.number and e.record["alive"] == 1]

    # Capacity and prices

    def reach_markets(self) -> None:
        """See how much output of other cities is within reach."""
        m = self.model
        city_rules.city_reaches_markets(self.record, m.records.cities, m.province, m.policy, m.parameters)

    def plan_capacity(self) -> None:
        """Work out what private and foreign firms can produce."""
        city_rules.city_plans_capacity(self.record, self.model.parameters)

    def set_prices(self) -> None:
        """Set producer prices from costs and utilisation."""
        m = self.model
        city_rules.city_sets_prices(self.record, m.province, m.nation, m.policy, m.parameters)

    # Ports and trade

    def compare_gateways(self) -> None:
        """Compare the ways out: six ports, Tianjin, rail."""
        m = self.model
        port.city_compares_gateways(self.record, m.records.ports, m.province, m.policy, m.parameters)

    def pay_trade_costs(self) -> None:
        """Face tariffs, barriers and freight towards each partner."""
        m = self.model
        trade.city_pays_trade_costs(self.record, m.records.partners, m.policy, m.parameters)

    def export(self) -> None:
        """Export to the partners."""
        m = self.model
        trade.city_exports(self.record, m.province, m.nation, m.records.partners, m.parameters)

    def import_goods(self) -> None:
        """Import from the partners."""
        m = self.model
        trade.city_imports(self.record, m.province, m.records.partners, m.parameters)

    def ship(self) -> None:
        """Send cargo through the gateways."""
        m = self.model
        port.city_ships(self.record, m.records.ports, m.province, m.nation, m.parameters)

    # Output

    def meet_demand(self) -> None:
        """Receive orders for local output; private firms take theirs."""
        m = self.model
        city_rules.city_meets_demand(self.record, m.province, m.nation, m.parameters)

    def fill_orders(self) -> None:
        """Pass orders beyond capacity on to firms with slack."""
        city_rules.city_fills_orders(self.record)

    def produce(self) -> None:
        """Sum up output and value added."""
        m = self.model
        city_rules.city_produces(self.record, m.nation, m.parameters)

    # Credit and investment

    def lend(self) -> None:
        """Share new credit between state-owned and private firms."""
        m = self.model
        city_rules.city_lends(self.record, m.nation, m.parameters)

    def invest(self) -> None:
        """Invest in private capital."""
        city_rules.city_invests(self.record, self.model.parameters)

    def attract(self) -> None:
        """Appear to foreign investors."""
        m = self.model
        investor.city_attracts(self.record, m.province, m.nation, m.policy, m.parameters)

    def clear_foreign(self) -> None:
        """Start counting foreign capital afresh."""
        investor.city_clears_foreign(self.record)

    def improve_business(self) -> None:
        """Change the business environment."""
        m = self.model
        investor.city_improves_business(self.record, m.policy, m.parameters)

    # People

    def appeal(self) -> None:
        """Appear to new graduates."""
        m = self.model
        people.city_appeals(self.record, m.province, m.policy, m.parameters)

    def receive_people(self) -> None:
        """Receive graduates, gain and lose workers."""
        m = self.model
        people.city_receives_people(self.record, m.province, m.nation, m.policy, m.parameters)

    def set_wage(self) -> None:
        """Set the wage and allocate labour."""
        m = self.model
        people.city_sets_wage(self.record, m.province, m.parameters)

    # Budget and uses

    def collect_revenue(self) -> None:
        """Collect revenue and pay for the policies in force."""
        m = self.model
        government.city_collects_revenue(self.record, m.nation, m.policy, m.parameters)

    def spend(self) -> None:
        """Spend on public consumption, infrastructure and transfers."""
        m = self.model
        government.city_spends(self.record, m.province, m.nation, m.policy, m.parameters)

    def add_investment(self) -> None:
        """Sum up investment of all kinds."""
        government.city_adds_investment(self.record)

    def consume(self) -> None:
        """Let households consume."""
        m = self.model
        people.city_consumes(self.record, m.province, m.nation, m.parameters)

    def trade_with_china(self) -> None:
        """Sell to and buy from the rest of China."""
        trade.city_trades_with_china(self.record, self.model.parameters)

    # Stocks and statistics

    def build(self) -> None:
        """Advance public works."""
        city_rules.city_builds(self.record, self.model.parameters)

    def learn(self) -> None:
        """Gain productivity: catch-up, R&D and luck."""
        m = self.model
        luck, common = m.draws.city[m.quarter, self.number], m.draws.province[m.quarter]
        city_rules.city_learns(self.record, m.province, m.nation, m.policy, m.parameters, luck, common)

    def count_firms(self) -> None:
        """Let firms enter or leave."""
        city_rules.city_counts_firms(self.record, self.model.parameters)

    def pollute(self) -> None:
        """Emit."""
        m = self.model
        city_rules.city_environment(self.record, m.policy, m.parameters)

    def publish(self) -> None:
        """Publish figures, padded or not."""
        m = self.model
        reporting.city_reports(self.record, m.nation, m.policy, m.parameters)


class SOE(LiaoningAgent):
    """A state-owned enterprise; while ``record["alive"]`` is 0 its place is empty and may be taken by a new one."""

    def __init__(self, model: LiaoningModel, records: Any, number: int) -> None:
        super().__init__(model, records, number)
        self.city: City = model.cities_by_number[int(self.record["city"])]

    @property
    def group(self) -> str:
        """Its industry group."""
        return GROUPS[int(self.record["group"])]

    @property
    def rivals(self) -> list[SOE]:
        """Other enterprises of the same industry group in its city."""
        return [e for e in self.city.enterprises if e is not self and e.record["group"] == self.record["group"]]

    @property
    def luck(self) -> float:
        """Its uniform draw of this quarter."""
        return float(self.model.draws.soe[self.model.quarter, self.number])

    def plan_capacity(self) -> None:
        """Work out what it can produce and how it stands among suppliers."""
        if self.record["alive"] == 1:
            act(soe.soe_plans_capacity, self.row, self.city.row, self.model.parameter_row)

    def take_orders(self) -> None:
        """Take orders up to capacity."""
        if self.record["alive"] == 1:
            act(soe.soe_takes_orders, self.row, self.city.row)

    def produce(self) -> None:
        """Produce what is ordered."""
        if self.record["alive"] == 1:
            act(soe.soe_produces, self.row, self.city.row)

    def decide(self) -> None:
        """Settle accounts, survive or not, plan investment."""
        m = self.model
        if self.record["alive"] == 1:
            act(soe.soe_decides, self.row, self.city.row, m.policy_row, m.parameter_row, self.luck)

    def adjust(self) -> None:
        """Invest, hire and learn; or be founded anew."""
        m = self.model
        if self.record["alive"] == 1:
            act(soe.soe_adjusts, self.row, self.city.row, m.province_row, m.policy_row, m.parameter_row)
        else:
            act(soe.soe_is_born, self.row, self.city.row, m.province_row, m.parameter_row, self.luck)


class Port(LiaoningAgent):
    """One of the six ports."""

    @property
    def name(self) -> str:
        """Name of the port."""
        return PORTS[self.number]

    @property
    def city(self) -> City:
        """The city it lies in."""
        return self.model.cities_by_number[port.port_city(self.number)]

    @property
    def partners(self) -> list[Port]:
        """Ports under the same owner."""
        return [p for p in self.model.ports if p is not self and p.record["group"] == self.record["group"]]

    def set_fee(self) -> None:
        """Set fee and handling charge."""
        m = self.model
        port.port_sets_fee(self.record, m.province, m.policy, m.parameters)

    def clear(self) -> None:
        """Start counting cargo afresh."""
        port.port_clears(self.record)

    def expand(self) -> None:
        """Win or lose routes, order and open berths."""
        m = self.model
        port.port_expands(self.record, m.province, m.records.cities, m.parameters)


class ForeignInvestor(LiaoningAgent):
    """A foreign investor: looks for a place, builds in stages, stays or leaves."""

    @property
    def home(self) -> str:
        """Home economy."""
        return HOMES[int(self.record["home"])]

    @property
    def type(self) -> str:
        """Kind of investor: market, efficiency or property."""
        return INVESTOR_TYPES[int(self.record["type"])]

    @property
    def location(self) -> City | None:
        """City of the project in progress, if there is one."""
        if self.record["stages_left"] == 0:
            return None
        return self.model.cities_by_number[int(self.record["location"])]

    def act(self) -> None:
        """Leave, go on building, or look for a place."""
        m, d = self.model, self.model.draws
        t, i = m.quarter, self.number
        act(
            investor.investor_acts, self.row, m.records.cities, m.province_row, m.nation_row, m.policy_row,
            m.parameter_row, d.act[t, i], d.place[t, i], d.leave[t, i],
        )  # fmt: skip

    def report(self) -> None:
        """Add its plants to the foreign capital of the cities."""
        m = self.model
        act(investor.investor_reports, self.row, m.records.cities, m.province_row)
