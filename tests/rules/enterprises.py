"""State-owned enterprises and their city, as the tests of several rules need them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from simulator import records
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

STEEL, MACHINERY = 0, 1


def by_group(value: float, group: int = STEEL) -> list[float]:
    return [value if h == group else 0.0 for h in range(records.N_GROUPS)]


def earner(**values: float) -> Record:
    return builders.soe(
        **{
            "output": 10.0,
            "output_0": 8.0,
            "labour": 6.0,
            "labour_0": 5.0,
            "capital": 50.0,
            "debt": 40.0,
            "identity": 1,
            "state_share": 0.5,
            **values,
        }
    )


def market(price: float = 1.0) -> Record:
    return builders.city(sale_price=np.full(records.N_GROUPS, price), wage=1.2, labour_cost=1.2 * 0.6)
