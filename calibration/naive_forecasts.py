"""All naive forecasts that a validation holds the model against, for one origin."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.drivers_table import FIRST_GROWTH, drivers_for, realised_drivers
from calibration.forecasts import SAMPLES, Forecast, History, ar1, arx, drift, panel, random_walk
from calibration.skill import Truth
from calibration.validation_series import (
    EXPLAINED,
    EXPLAINED_FROM,
    LAST_YEAR,
    PARTNER,
    PARTNER_ORIGIN,
    PROVINCIAL,
    SHARE,
    Scored,
    restated_level,
    typical_change,
    years_ahead,
)


def naive_forecasts(
    series: Sequence[Scored], truth: Truth, origin: int, *, seed: int, samples: int = SAMPLES
) -> tuple[Forecast, ...]:
    """Return every naive forecast of series at an origin.

    Provincial series: random walk, drift, AR(1), and a regression on the drivers as they were where drivers suit.
    Shares of cities: random walk, drift, AR(1) and the panel of all cities of the family. Explained series, at
    `EXPLAINED_FROM` only: random walk, and drift restarted at the restated level. Partners are apart:
    `no_change_of_partners`.

    Parameters
    ----------
    series : sequence of Scored
    truth : mapping
        (series, entity) -> year -> figure; what lies after the origin is not looked at, but for restated levels.
    origin, seed, samples : int
    """
    horizon = len(years_ahead(origin))
    found: list[Forecast] = []
    families: dict[str, list[History]] = {}
    for one in series:
        if one.kind == PARTNER or (one.kind == EXPLAINED and origin != EXPLAINED_FROM):
            continue
        history = History.until(*one.key, truth[one.key], origin)
        found.append(random_walk(history, horizon, seed=seed, samples=samples))
        if one.kind == EXPLAINED:
            level = restated_level(one.series, truth[one.key], origin)
            found.append(drift(history, horizon, seed=seed, samples=samples, level=level))
            continue
        found.append(drift(history, horizon, seed=seed, samples=samples))
        found.append(ar1(history, horizon, seed=seed, samples=samples))
        if one.kind == SHARE:
            families.setdefault(one.series, []).append(history)
        drivers = drivers_for(one.target.variable) if one.kind == PROVINCIAL else ()
        if drivers:
            past = realised_drivers(drivers, max(FIRST_GROWTH, origin - len(history.values) + 2), origin)
            future = realised_drivers(drivers, origin + 1, origin + horizon)
            found.append(arx(history, past, future, seed=seed, samples=samples))
    for histories in families.values():
        sizes = [history.level for history in histories]
        found.extend(panel(histories, horizon, seed=seed, samples=samples, sizes=sizes))
    return tuple(found)


def no_change_of_partners(
    series: Sequence[Scored], truth: Truth, *, known: int, seed: int, samples: int = SAMPLES
) -> tuple[Forecast, ...]:
    """Return random walks of trade with single partners from `PARTNER_ORIGIN`, of which there is no history.

    Their changes are taken to be as large as those of all exports or imports were up to the year `known`.
    """
    found = []
    for one in series:
        if one.kind == PARTNER:
            total = "exports_usd" if one.series.startswith("exports") else "imports_usd"
            spread = typical_change(truth[total, "Liaoning"], known)
            history = History.until(*one.key, truth[one.key], PARTNER_ORIGIN)
            horizon = min(max(truth[one.key]), LAST_YEAR) - PARTNER_ORIGIN
            found.append(random_walk(history, horizon, seed=seed, samples=samples, spread=spread))
    return tuple(found)
