"""Pages of sweeps for tests: their words, what they show, and a plan of which a part fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simulator.parameters import names, table_of
from simulator.sweep.plan import Plan
from tests.test_report import Page
from viz.reports.sweep import sweep_report_html

SHOWN = ("gdp_real", "exports", "fdi", "wage", "population", "fiscal_revenue")


def spoilt(plan: Plan) -> Plan:
    """Return a plan of which draw 1 cannot be simulated."""
    rows = plan.table.values.copy()
    rows[1, list(names()).index("value_of_day")] = -50.0
    return replace(plan, table=table_of("prior", rows))


def text_of(folder: Path, lang: str = "en") -> str:
    return Page(sweep_report_html(folder, lang)).text
