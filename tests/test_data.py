"""The shipped figures: sums, orders of magnitude and identities that a wrong digit would break."""

from __future__ import annotations

import math
import re
from pathlib import Path
from statistics import median

import pytest

from calibration.observed import CONTROLS, YEARS, load_observed
from simulator import records as r
from simulator.table_needs import REQUIRED
from simulator.tables import DataError, Table, load_table

ROOT = Path(__file__).resolve().parents[1]
COPIES = sorted([*(ROOT / "simulator" / "data").glob("*.csv"), ROOT / "calibration" / "data" / "observed.csv"])


def tables() -> dict[str, Table]:
    return {name: load_table(name) for name in REQUIRED} | {"observed": load_observed()}


def total(table: Table, variable: str, entities: tuple[str, ...], period: str = "") -> float:
    return sum(table.value(e, variable, period) for e in entities)


def test_every_shipped_file_is_declared_and_loads() -> None:
    assert {path.stem for path in COPIES} == set(tables())
    assert sum(len(t.rows) for t in tables().values()) > 1900


@pytest.mark.parametrize("path", COPIES, ids=lambda p: p.stem)
def test_each_file_without_its_last_row_is_refused(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    copy.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"{path.name}: missing "):
        load_observed(copy) if path.stem == "observed" else load_table(path.stem, path=copy)


def test_status_and_source_agree() -> None:
    for table in tables().values():
        for row in table.rows:
            assert row.source.startswith("assumption") == (row.status == "assumption"), row
            if row.status == "modelled":
                assert row.source.startswith(("rule: ", "container_throughput")), row
            assert not re.search(r"(^|\s)(/|~/|[A-Z]:)\w", row.source), row  # a path of somebody's machine is no source


def test_city_mixes_sum_to_one() -> None:
    cities = load_table("cities")
    for city in r.CITIES:
        assert math.isclose(sum(cities.value(city, f"mix_{g}", "2006") for g in r.GROUPS), 1.0, abs_tol=1e-9)


def test_city_sums_against_the_province() -> None:
    cities, province, observed = load_table("cities"), load_table("province"), load_observed()
    added = sum(total(cities, f"va_{s}", r.CITIES, "2006") for s in ("primary", "secondary", "tertiary"))
    assert added == pytest.approx(10373.2, abs=1.0)
    assert added / observed.value("Liaoning", "gdp_nominal_first_release", "2006") == pytest.approx(1.115, abs=0.005)
    assert total(cities, "population", r.CITIES, "2006") == pytest.approx(
        province.value("Liaoning", "population", "2006"), abs=1.0
    )
    assert total(cities, "trade_total", r.CITIES, "2014") == pytest.approx(113.96, abs=0.01)
    assert total(cities, "fdi", r.CITIES, "2006") == pytest.approx(5985.6, abs=1.0)
    trade = observed.value("Liaoning", "exports_usd", "2014") + observed.value("Liaoning", "imports_usd", "2014")
    assert trade == pytest.approx(113.96, abs=0.01)


def test_city_groups() -> None:
    cities = load_table("cities")
    assert total(cities, "metro", r.CITIES) == 7
    assert total(cities, "coast", r.CITIES) == 6
    assert all(cities.value(p, "coast") == 1 for p in r.PORTS)


def test_distances_are_great_circles() -> None:
    cities, ports, distances = load_table("cities"), load_table("ports"), load_table("distances")

    def angle(a: tuple[float, float], b: tuple[float, float]) -> float:
        la, oa, lb, ob = map(math.radians, (*a, *b))  # spherical law of cosines: not the formula of the table
        return math.acos(math.sin(la) * math.sin(lb) + math.cos(la) * math.cos(lb) * math.cos(oa - ob))

    def point(table: Table, name: str) -> tuple[float, float]:
        return table.value(name, "latitude"), table.value(name, "longitude")

    for row in distances.rows:
        if row.variable == "sea_nautical_miles":
            continue
        a, b = row.entity.split(">")
        other = point(cities if row.variable == "km" else ports, b)
        assert row.value == pytest.approx(6371 * angle(point(cities, a), other), abs=0.11), row


def test_sea_distances_are_ordered() -> None:
    distances = load_table("distances")
    for port in (*r.PORTS, "Tianjin"):
        sea = {d: distances.value(f"{port}>{d}", "sea_nautical_miles") for d in r.DESTINATIONS}
        assert sea["Korea"] < sea["Japan"] < sea["ASEAN"] < sea["USA"] < sea["EU"]
        assert sea["Rest of China"] < sea["Hong Kong"] < sea["ASEAN"]
    dandong, dalian = (distances.value(f"{p}>Korea", "sea_nautical_miles") for p in ("Dandong", "Dalian"))
    assert dalian == pytest.approx((555.3 + 305.7) / 2)
    assert abs(dandong - dalian) < 30


def test_investors_are_four_hundred() -> None:
    investors = load_table("investors")
    by_type = {k: total(investors, f"count_{k}", r.HOMES) for k in r.INVESTOR_TYPES}
    by_home = {h: sum(investors.value(h, f"count_{k}") for k in r.INVESTOR_TYPES) for h in r.HOMES}
    assert sum(by_type.values()) == sum(by_home.values()) == 400
    assert by_home["Hong Kong"] / 400 == investors.value("Hong Kong", "fdi_share", "2017")
    low, high = (investors.value("Japan and Korea", f"fdi_share_{x}", "2017") for x in ("low", "high"))
    assert low <= (by_home["Japan"] + by_home["Korea"]) / 400 <= high
    three = by_home["United States"] + by_home["Singapore"] + by_home["Taiwan"]
    assert three / 400 == investors.value("United States, Singapore and Taiwan", "fdi_share", "2017")
    services = investors.value("All origins", "fdi_share_tertiary", "2014")
    assert by_type["property"] / 400 == pytest.approx(services, abs=0.01)


def test_trade_shares_sum_to_one_and_follow_the_rows_of_2014() -> None:
    shares, drivers, observed = load_table("trade_shares"), load_table("drivers"), load_observed()
    rate = drivers.value("China", "exchange_rate", "2014")
    for flow in ("export", "import"):
        assert total(shares, f"{flow}_share", r.PARTNERS, "2006") == pytest.approx(1.0, abs=1e-6)
        whole = observed.value("Liaoning", f"{flow}s_usd", "2014")
        for partner in ("Japan", "Korea", "Russia"):
            part = shares.value(partner, f"{flow}s", "2014") / 10 / rate
            assert shares.value(partner, f"{flow}_share", "2006") == pytest.approx(part / whole, abs=1e-5)


def test_tariffs_are_means_without_outliers() -> None:
    tariffs = load_table("tariffs")
    for partner in ("Japan", "Korea", "Russia", "EU", "USA"):
        series = list(tariffs.series(partner, "tariff_applied_mean").values())
        kept = [x for x in series if abs(x / median(series) - 1) <= 0.25]
        assert len(series) - len(kept) <= 1
        assert tariffs.value(partner, "tariff_export") == pytest.approx(sum(kept) / len(kept), abs=1e-6)
    assert tariffs.value("Hong Kong", "tariff_export") == tariffs.value("Hong Kong", "tariff_import") == 0
    assert len({tariffs.value(p, "tariff_import") for p in r.PARTNERS if p != "Hong Kong"}) == 1


def test_port_shares() -> None:
    ports = load_table("ports")
    for variable, amount in (("share_bulk", "throughput"), ("share_containers", "container_throughput")):
        assert total(ports, variable, r.PORTS, "2012Q1") == pytest.approx(1.0, abs=1e-5)
        six = total(ports, amount, r.PORTS, "2012Q1")
        assert six == pytest.approx(ports.value("Liaoning", amount, "2012Q1"), rel=0.001)
        for port in r.PORTS:
            assert ports.value(port, variable, "2012Q1") == pytest.approx(
                ports.value(port, amount, "2012Q1") / six, abs=1e-5
            )


def deflator() -> dict[str, float]:
    drivers = load_table("drivers")
    nominal, real = (drivers.series("China", v) for v in ("gdp_nominal", "gdp_usd_2015"))
    return {y: nominal[y] / real[y] / (nominal["2010"] / real["2010"]) for y in nominal}


def test_real_growth_of_the_restated_vintage() -> None:
    observed, prices = load_observed(), deflator()
    nominal, real = (observed.series("Liaoning", f"gdp_{k}_census4") for k in ("nominal", "real"))
    for year in YEARS:
        assert real[year] == pytest.approx(nominal[year] / prices[year], rel=1e-4)
    growth = [100 * (real[b] / real[a] - 1) for a, b in zip(YEARS, YEARS[1:], strict=False)]
    assert [round(g, 1) for g in growth] == [13.8, 9.4, 5.8, 1.4, 8.8, 6.6, 5.4, 3.2, 0.9, -0.6, 2.0]


def test_hump_of_the_vintages_is_special_to_liaoning() -> None:
    observed = load_observed()

    def ratio(entity: str) -> dict[str, float]:
        first, restated = (observed.series(entity, f"gdp_nominal_{v}") for v in ("first_release", "census4"))
        return {y: first[y] / restated[y] for y in YEARS}

    liaoning = ratio("Liaoning")
    assert liaoning["2007"] == pytest.approx(1.085, abs=0.005)
    assert liaoning["2014"] == pytest.approx(1.43, abs=0.005)
    assert liaoning["2016"] == pytest.approx(1.091, abs=0.005)
    for control in CONTROLS:
        values = ratio(control).values()
        assert max(values) - min(values) < 0.16 < max(liaoning.values()) - min(liaoning.values())


def test_growth_published_agrees_with_its_reconstruction() -> None:
    observed = load_observed()
    rebuilt = observed.series("Liaoning", "growth_reconstructed")
    for year, growth in observed.series("Liaoning", "growth_published").items():
        assert growth == pytest.approx(rebuilt[year], abs=0.0005)


def test_published_fdi_breaks_in_2015() -> None:
    fdi = load_observed().series("Liaoning", "fdi_published")
    assert fdi["2015"] / fdi["2014"] - 1 == pytest.approx(-0.81, abs=0.005)


def test_observed_shares() -> None:
    observed = load_observed()
    for year in YEARS:
        assert total(observed, "gdp_share", r.CITIES, year) == pytest.approx(1.0, abs=1e-4)
        assert total(observed, "fdi_share", r.CITIES, year) == pytest.approx(1.0, abs=1e-4)
    two = total(observed, "fdi_share", ("Dalian", "Shenyang"), "2006")
    assert two == pytest.approx(0.88, abs=0.005)
    assert observed.value("Liaoning", "secondary_share_census4", "2016") == pytest.approx(0.378, abs=0.001)


def test_base_year_agrees_between_tables() -> None:
    province, observed, soe = load_table("province"), load_observed(), load_table("soe")
    for ours, theirs in (
        ("gdp_nominal_census4", "gdp_nominal_census4"),
        ("exports", "exports_usd"),
        ("imports", "imports_usd"),
        ("employment", "employment"),
        ("population", "population"),
        ("fiscal_revenue", "fiscal_revenue"),
        ("household_consumption", "household_consumption"),
        ("soe_asset_share", "soe_asset_share"),
    ):
        assert province.value("Liaoning", ours, "2006") == observed.value("Liaoning", theirs, "2006")
    assert soe.value("Liaoning", "soe_share_industrial_assets", "2006") == 0.5615
    counts = [soe.value("Liaoning", v, "2006") for v in ("count_low", "count", "count_high")]
    assert counts == sorted(counts) and counts[0] > soe.value("Liaoning", "count", "2016")


def test_drivers_are_plausible() -> None:
    drivers, province = load_table("drivers"), load_table("province")
    real = drivers.series("China", "gdp_usd_2015")
    assert real["2009"] / real["2008"] - 1 == pytest.approx(0.094, abs=0.001)
    for year, share in drivers.series("China", "household_consumption_share").items():
        assert 0.3 < share < 0.4, year
        assert share + drivers.value("China", "gfcf_share", year) < 0.85
    prices = deflator()
    for neighbour in ("Jilin", "Heilongjiang"):
        series = province.series(neighbour, "gdp_real")
        nominal = load_observed().series(neighbour, "gdp_nominal_census4")
        assert series["2012"] == pytest.approx(nominal["2012"] / prices["2012"], rel=1e-4)
    japan = drivers.series("Japan", "gdp_usd_2015")
    assert japan["2009"] / japan["2008"] - 1 == pytest.approx(-0.057, abs=0.003)
    world = [drivers.value(e, "gdp_usd_2015", "2010") for e in ("Japan", "Korea", "Russia", "ASEAN", "EU", "USA")]
    assert sum(world) < drivers.value("Rest of world", "gdp_usd_2015", "2010") < 1.1 * sum(world)


def test_new_loans_over_gdp() -> None:
    loans = load_table("province").series("Liaoning", "bank_loans")
    gdp = load_observed().series("Liaoning", "gdp_nominal_census4")
    flow = [round((loans[y] - loans[str(int(y) - 1)]) / gdp[y], 3) for y in YEARS]
    assert flow == [0.138, 0.125, 0.115, 0.293, 0.226, 0.253, 0.195, 0.178, 0.165, 0.161, 0.118, 0.120]
