"""What each agent is made of: record types, index sets and units.

A record is one row of a NumPy structured array. The same row serves a Mesa agent
and the compiled ensemble loop, so the two cannot drift apart.

Units, unless a comment says otherwise: money in bn yuan at constant 2010 prices,
people in thousands, bulk cargo in million tonnes (Mt), containers in million TEU,
every flow *per quarter*. Suffix ``_0`` marks the base quarter 2006Q1, suffix ``_a`` an annual rate.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

CITIES: Final = (
    "Shenyang", "Dalian", "Anshan", "Fushun", "Benxi", "Dandong", "Jinzhou",
    "Yingkou", "Fuxin", "Liaoyang", "Panjin", "Tieling", "Chaoyang", "Huludao",
)  # fmt: skip
SECTORS: Final = ("primary", "industry", "services")
GROUPS: Final = ("steel", "machinery", "petrochemicals", "other")
PARTNERS: Final = ("Japan", "Korea", "Russia", "ASEAN", "EU", "USA", "Hong Kong", "Rest of world")
HOMES: Final = ("Hong Kong", "Japan", "Korea", "United States", "Singapore", "Taiwan", "Europe", "Other")
INVESTOR_TYPES: Final = ("market", "efficiency", "property")
PORTS: Final = ("Dalian", "Yingkou", "Jinzhou", "Dandong", "Panjin", "Huludao")
GATEWAYS: Final = (*PORTS, "Tianjin", "Rail corridor")
DESTINATIONS: Final = (*PARTNERS, "Rest of China")
CARGOES: Final = ("bulk", "containers")
PADDED: Final = ("gdp", "fdi", "revenue", "investment")

N_CITIES: Final = len(CITIES)
N_SECTORS: Final = len(SECTORS)
N_GROUPS: Final = len(GROUPS)
N_PARTNERS: Final = len(PARTNERS)
N_HOMES: Final = len(HOMES)
N_TYPES: Final = len(INVESTOR_TYPES)
N_PORTS: Final = len(PORTS)
N_GATEWAYS: Final = len(GATEWAYS)
N_DESTINATIONS: Final = len(DESTINATIONS)
N_STAGES: Final = 3
"""Stages of an Erlang construction pipeline."""

PRIMARY: Final = 0
INDUSTRY: Final = 1
SERVICES: Final = 2

HOME_PARTNER: Final = (6, 0, 1, 5, 3, 7, 4, 7)
"""Trade partner (index in PARTNERS) to which an investor of each home exports."""

_F: Final = "f8"
_I: Final = "i8"


def _dtype(*fields: tuple[Any, ...]) -> np.dtype[Any]:
    return np.dtype(list(fields), align=True)


NATION: Final = _dtype(
    # Exogenous drivers of one quarter; indices are 1 in 2006Q1 unless a unit is given.
    ("clock", _F),  # quarters since 2006Q1; the clock of ageing and of assumed trends
    ("progress", _F),  # 1 = technical progress as in the parameters, 0 = frozen
    ("gdp", _F),  # national real GDP, index
    ("gdp_nominal", _F),  # national nominal GDP, index
    ("investment", _F),  # national real gross fixed capital formation, index
    ("secondary", _F),  # national value added of industry over the GDP deflator, index
    ("consumption", _F),  # national real household consumption, index
    ("wage", _F),  # national real wage (urban income per head), index
    ("fdi_inflow", _F),  # national FDI inflow, bn USD a quarter
    ("fdi_stock", _F),  # national FDI stock, index
    ("price_gdp", _F),  # national GDP deflator, 2010 = 1
    ("price_industry", _F),  # price of industry, investment and exports, 2010 = 1
    ("price_other", _F),  # price of primary output and services, 2010 = 1
    ("price_commodity", _F),  # USD price of commodities, 2010 = 1
    ("price_manufactures", _F),  # USD price of imported manufactures, 2010 = 1
    ("exchange_rate", _F),  # yuan per USD
    ("partner_gdp", _F, (N_PARTNERS,)),  # partners' real GDP, index
    ("partner_price", _F, (N_PARTNERS,)),  # partners' GDP deflator in USD, index 2006Q1 = 1
    ("credit", _F),  # new bank loans over GDP, ratio
    ("hinterland", _F),  # real GDP of Jilin and Heilongjiang, index
    ("graduates", _F),  # new graduates of the province's universities, thousand a quarter
    ("working_age", _F),  # population aged 15-64 over population, index 2006Q1 = 1
    ("growth_target", _F),  # official growth target, per year
)

POLICY: Final = _dtype(
    # Policy in force in one quarter: one field per instrument (levers.py); all zero = no policy.
    ("tariff_schedule", _F, (N_PARTNERS,)),
    ("tariff_cut", _F, (N_PARTNERS,)),
    ("ntb_cut", _F, (N_PARTNERS,)),
    ("trade_facilitation", _F, (N_PARTNERS,)),
    ("political_shock", _F, (N_PARTNERS,)),
    ("services_opening", _F, (N_PARTNERS,)),
    ("port_merger", _F, (N_PORTS,)),
    ("merger_synergy", _F, (N_PORTS,)),
    ("talent_subsidy", _F, (N_CITIES,)),
    ("free_trade_zone", _F, (N_CITIES,)),
    ("metro_integration", _F, (N_CITIES,)),
    ("rd_support", _F, (N_CITIES,)),
    ("business_reform", _F, (N_CITIES,)),
    ("zombie_exit", _F, (N_GROUPS,)),
    ("ownership_dilution", _F, (N_GROUPS,)),
    ("control_transfer", _F, (N_GROUPS,)),
    ("capacity_cut", _F, (N_GROUPS,)),
    ("environmental_standard", _F),
    ("public_consumption", _F),
    ("public_investment", _F),
    ("rail_corridor", _F),
    ("audit_revenue_fdi", _F),
    ("audit_gdp_investment", _F),
    ("restatement_revenue_fdi", _F),
    ("restatement_gdp_investment", _F),
    ("financing_curb", _F),
)

PARTNER: Final = _dtype(
    ("index", _I),
    ("tariff_export", _F),  # the partner's tariff on our goods before agreements, share
    ("tariff_import", _F),  # China's tariff on its goods before agreements, share
    ("trend_growth", _F),  # mean growth of its GDP 2006-19, per quarter
    ("demand", _F),  # ln of real GDP, base 0
    ("trend", _F),  # ln of its trend, base 0
    ("exchange", _F),  # ln real exchange rate of our industry, base 0, smoothed
    ("exports", _F),  # exports of all cities to it
    ("imports", _F),
    ("trade_cost", _F),  # mean over cities, log points
)

CITY: Final = _dtype(
    ("index", _I),
    # --- data of the base quarter (world.py) and what follows from them by inversion (rules/base.py)
    ("value_added_0", _F, (N_SECTORS,)),
    ("population_0", _F),
    ("wage_relative_0", _F),  # wage over the mean of cities
    ("graduate_share_0", _F),  # graduates over employment
    ("fdi_share_0", _F),  # share of the province's FDI
    ("spending_share_0", _F),  # share of the province's public spending
    ("business_environment_0", _F),
    ("group_mix_0", _F, (N_GROUPS,)),  # shares of industry
    ("soe_factor", _F),  # state share relative to that of the industry group
    ("hours", _F, (N_CITIES,)),  # travel time by land
    ("gateway_km", _F, (N_GATEWAYS,)),  # road or rail distance to each gateway
    ("exports_0", _F, (N_PARTNERS,)),
    ("imports_0", _F, (N_PARTNERS,)),
    ("gdp_0", _F),
    ("last_0", _F),  # the quarter before the base quarter over the base quarter: growth before the base
    ("gdp_share_0", _F),
    ("efficient_labour_0", _F),
    ("workers_0", _F),
    ("graduates_0", _F),
    ("participation_0", _F),  # workers over residents
    ("wage_0", _F),
    ("labour_demand_scale", _F),
    ("tfp_0", _F, (N_SECTORS,)),
    ("potential_0", _F, (N_SECTORS,)),  # private and foreign industry in INDUSTRY
    ("labour_target_0", _F, (N_SECTORS,)),
    ("hurdle_a", _F, (N_SECTORS,)),  # required gross return, per year
    ("soe_cell_share_0", _F, (N_GROUPS,)),  # state share of the capital of each industry group
    ("soe_cell_output_0", _F, (N_GROUPS,)),
    ("private_mix_0", _F, (N_GROUPS,)),
    ("export_mix", _F, (N_GROUPS,)),
    ("investment_mix", _F, (N_GROUPS,)),
    ("consumption_mix", _F, (N_GROUPS,)),
    ("national_sales_0", _F, (N_GROUPS,)),
    ("local_content", _F, (N_GROUPS,)),
    ("consumption_0", _F),
    ("transfers_0", _F),
    ("public_consumption_0", _F),
    ("infrastructure_investment_0", _F),
    ("infrastructure_0", _F),
    ("investment_0", _F),
    ("industry_potential_0", _F),
    ("foreign_presence_0", _F),
    ("foreign_capital_0", _F, (N_HOMES,)),
    ("market_access_0", _F),
    ("profit_0", _F),
    ("rd_base_0", _F),  # output that counts for R&D
    ("revenue_0", _F),
    ("gateway_mean_0", _F, (N_PARTNERS, 2)),  # mean cost of the ways out, yuan a tonne, by cargo
    ("gateway_log_0", _F, (N_PARTNERS, 2)),  # ln inclusive cost of the ways out, by cargo
    ("cargo_0", _F, (N_DESTINATIONS,)),  # Mt a quarter
    ("cargo_industry_share", _F),  # part of coastal cargo that moves with the city's own industry
    # --- stocks
    ("capital", _F, (N_SECTORS,)),  # private domestic
    ("foreign_capital", _F, (N_HOMES, 2)),  # by home; 0 industry, 1 services
    ("infrastructure", _F),
    ("works", _F, (N_STAGES,)),  # infrastructure in progress
    ("workers", _F),  # without a degree, thousand
    ("graduates", _F),
    ("laid_off", _F),  # efficiency units, thousand
    ("population", _F),
    ("labour_weight", _F, (N_SECTORS,)),  # shares of labour outside SOEs
    ("tfp", _F, (N_SECTORS,)),  # ln
    ("tfp_growth", _F),  # ln change of industrial TFP in the last quarter
    ("rd_stock", _F),  # index
    ("business_environment", _F),
    ("zone_age", _F),  # quarters since the free-trade zone opened
    ("firms", _F),  # number of firms, index
    ("wage", _F),  # bn yuan per thousand efficiency workers and quarter
    ("markup", _F, (N_GROUPS,)),
    ("price_memory", _F, (N_GROUPS,)),
    ("export_price_memory", _F),
    ("private_mix", _F, (N_GROUPS,)),
    ("orphaned", _F, (N_GROUPS,)),  # share of demand lost with liquidated enterprises
    ("trade_cost_memory", _F, (N_PARTNERS,)),
    ("import_cost_memory", _F, (N_PARTNERS,)),
    ("loan_losses", _F),  # smoothed over a year
    ("forgiven", _F),  # interest and debt of SOEs forgiven in the last quarter
    ("emissions", _F),
    ("padding", _F, (len(PADDED),)),
    ("gdp_past", _F, (5,)),  # GDP of this and the last four quarters
    # --- flows and rates of the quarter
    ("market_access", _F),  # ratio to base, policy included
    ("agglomeration", _F),  # ln TFP from relative market access
    ("lift", _F),  # ln TFP common to industry and services beyond `tfp`
    ("potential", _F, (N_SECTORS,)),
    ("cell_potential", _F, (N_GROUPS,)),  # SOEs only, then all industry
    ("cell_weight", _F, (N_GROUPS,)),
    ("private_weight", _F, (N_GROUPS,)),
    ("productivity_gain", _F),  # capacity-weighted sum over SOEs
    ("price", _F, (N_GROUPS,)),  # ln relative to the rest of China, base 0
    ("export_price", _F),
    ("cargo_sent", _F, (N_DESTINATIONS,)),  # Mt
    ("gateway_weight", _F, (N_DESTINATIONS, N_GATEWAYS, 2)),
    ("freight", _F, (N_PARTNERS,)),  # ad valorem, change from base
    ("trade_cost", _F, (N_PARTNERS,)),  # ln, change from base
    ("import_cost", _F, (N_PARTNERS,)),
    ("exports", _F, (N_PARTNERS,)),
    ("imports", _F, (N_PARTNERS,)),
    ("exports_total", _F),
    ("imports_total", _F),
    ("demand", _F, (N_GROUPS,)),
    ("demand_national", _F, (N_GROUPS,)),
    ("demand_exports", _F, (N_GROUPS,)),
    ("demand_investment", _F, (N_GROUPS,)),
    ("demand_public", _F, (N_GROUPS,)),
    ("demand_consumption", _F, (N_GROUPS,)),
    ("services_demand", _F),
    ("primary_demand", _F),
    ("overflow", _F, (N_GROUPS,)),
    ("slack", _F, (N_GROUPS,)),
    ("fill_share", _F, (N_GROUPS,)),
    ("unmet", _F, (N_GROUPS,)),
    ("cell_output", _F, (N_GROUPS,)),
    ("utilisation", _F, (N_GROUPS,)),
    ("sale_price", _F, (N_GROUPS,)),  # ratio to base
    ("private_sold", _F, (N_GROUPS,)),
    ("private_output", _F),
    ("soe_output", _F),
    ("soe_potential", _F),
    ("output", _F, (N_SECTORS,)),
    ("gdp", _F),
    ("gdp_nominal", _F),
    ("industry_utilisation", _F),
    ("soe_loans", _F),  # new loans that SOEs ask for
    ("zombie_output", _F),
    ("freed_capital", _F),
    ("freed_labour", _F),
    ("written_off", _F),
    ("orphaned_output", _F, (N_GROUPS,)),
    ("credit", _F),
    ("soe_ration", _F),
    ("private_credit", _F),
    ("private_loans", _F),
    ("soe_labour", _F),
    ("soe_labour_demand", _F),
    ("soe_capital", _F),
    ("soe_debt", _F),
    ("soe_investment", _F),
    ("soe_capital_last", _F),
    ("soe_debt_last", _F),
    ("soe_debt_change", _F),  # lending less repayment and relief
    ("cut_capital", _F),  # capital of SOEs ordered out
    ("soe_count", _F),
    ("zombie_count", _F),
    ("private_investment", _F, (N_SECTORS,)),
    ("port_investment", _F),
    ("attraction", _F, (N_HOMES, N_TYPES)),
    ("fdi_usd", _F),
    ("fdi_investment", _F),
    ("foreign_return_a", _F, (2,)),
    ("appeal", _F),
    ("graduates_arrived", _F),
    ("consumption", _F),
    ("transfers", _F),
    ("public_consumption", _F),
    ("infrastructure_investment", _F),
    ("land_financing", _F),
    ("investment", _F),
    ("revenue", _F),
    ("talent_cost", _F),
    ("exit_cost", _F),
    ("rd_cost", _F),
    ("policy_cost", _F),
    ("domestic_sales", _F),
    ("domestic_purchases", _F),
)

SOE: Final = _dtype(
    ("city", _I),
    ("group", _I),
    ("alive", _I),
    ("identity", _I),  # 1 = state-controlled
    ("size_weight", _F),  # share of its cell's state capital in the base quarter
    ("luck_output", _F),  # normal score of base capital productivity
    ("luck_debt", _F),  # normal score of base leverage
    ("luck_control", _F),  # uniform: order in which state control is given up
    ("state_share", _F),
    ("diluted", _F),  # state share sold under policy so far
    ("capital_0", _F),
    ("labour_0", _F),
    ("output_0", _F),
    ("log_anchor", _F),  # ln capacity that its customers are used to: that of 2006, or at its birth
    ("tfp_0", _F),
    ("capital", _F),
    ("debt", _F),
    ("labour", _F),  # efficiency units, thousand
    ("tfp", _F),
    ("growth_expected", _F),  # per quarter
    ("output_last", _F),
    ("distress", _I),  # quarters in a row without interest cover
    ("history", _I),  # last six quarters without interest cover, as bits
    ("zombie", _I),
    ("potential", _F),
    ("weight", _F),
    ("sold", _F),
    ("output", _F),
    ("utilisation", _F),
    ("profit", _F),
    ("interest", _F),
    ("coverage", _F),  # profit over interest
    ("shortfall", _F),  # interest rolled into debt
    ("plan", _F),  # investment planned
    ("borrowing", _F),  # part of the plan to be financed by new debt
    ("loan", _F),  # new loan asked for: borrowing and rolled-over interest
    ("investment", _F),
)

PORT: Final = _dtype(
    ("index", _I),
    ("sea_miles", _F, (N_DESTINATIONS,)),
    ("share_0", _F, (2,)),  # base share of the six ports' bulk and container throughput
    ("routes_0", _F),
    ("appeal", _F, (2,)),  # constant of the choice of port
    ("throughput_0", _F, (2,)),
    ("capacity", _F, (2,)),  # Mt, million TEU
    ("works", _F, (2, N_STAGES)),
    ("capacity_growth", _F, (2,)),
    ("rival_growth", _F, (2,)),  # fastest growth of another port's capacity in the last quarter
    ("throughput", _F, (2,)),
    ("congestion", _F, (2,)),  # throughput over capacity of the last quarter
    ("routes", _F),
    ("fee", _F),  # yuan a tonne
    ("handling", _F),  # yuan a tonne
    ("group", _I),
    ("merged_quarters", _F),
    ("investment", _F),
)

INVESTOR: Final = _dtype(
    ("home", _I),
    ("type", _I),
    ("sector", _I),  # 0 industry, 1 services
    ("scale", _F),  # size relative to the mean investor
    ("luck_start", _F),  # uniform: is a project in progress in the base quarter, and at which stage
    ("luck_place", _F),  # uniform: where
    ("capital", _F, (N_CITIES,)),
    ("location", _I),  # city of the project in progress
    ("stages_left", _I),
    ("stage_usd", _F),  # bn USD a stage
    ("arrived_usd", _F),
    ("return_a", _F),
)

PROVINCE: Final = _dtype(
    # --- data of the base quarter
    ("employment_0", _F),
    ("population_0", _F),
    ("state_share_0", _F),  # state share of industrial assets
    ("consumption_ratio_0", _F),  # household consumption over GDP
    ("spending_ratio_0", _F),  # public spending over GDP
    ("port_throughput_0", _F),  # Mt a year, six ports
    # --- state, markets, sums
    ("tianjin_appeal", _F, (2,)),
    ("rail_appeal", _F, (2,)),
    ("tianjin_miles", _F, (N_DESTINATIONS,)),
    ("rail_days", _F, (N_DESTINATIONS,)),
    ("national_sales", _F, (N_GROUPS,)),  # ln, base 0
    ("national_last", _F, (3,)),  # ln investment, industry, consumption of the last quarter
    ("clock_last", _F),
    ("frontier", _F),  # ln gain of the technology frontier since base
    ("national_rd", _F),  # index
    ("national_rd_growth", _F),
    ("import_price", _F),  # ln relative to domestic, base 0, smoothed
    ("import_price_0", _F),
    ("exchange_0", _F),  # ln of industrial price in USD in the base quarter
    ("exchange_rate_2010", _F),  # yuan per USD
    ("price_industry_0", _F),
    ("exchange_rate_0", _F),
    ("price_commodity_0", _F),
    ("wage_national_last", _F),
    ("wage_growth", _F),
    ("working_age_last", _F),
    ("working_age_growth", _F),
    ("access_reference", _F),  # ln, mean of cities without policy
    ("concentration", _F),  # Herfindahl index of port owner groups
    ("group_congestion", _F, (N_PORTS, 2)),
    ("lane", _F, (N_GATEWAYS, N_DESTINATIONS, 2)),
    ("exports", _F),
    ("exports_0", _F),
    ("imports", _F),
    ("industry", _F),
    ("industry_0", _F),
    ("gdp", _F),
    ("gdp_0", _F),
    ("gdp_past", _F, (5,)),
    ("expenditure_gdp", _F),
    ("consumption", _F),
    ("public_consumption", _F),
    ("investment", _F),
    ("external_wealth", _F),
    ("birth_rate", _F),
    ("soe_alive", _F),
    ("soe_slots", _F),
    ("foreign_return_0", _F),
    ("investors", _F),  # number of investors
    ("fdi_pool", _F),  # bn USD
    ("attraction_total", _F, (N_HOMES, N_TYPES)),
    ("attraction_outside", _F),
    ("fdi_home", _F, (N_HOMES,)),  # bn USD
    ("home_capital", _F, (N_HOMES,)),
    ("home_earned", _F, (N_HOMES,)),
    ("home_present", _F, (N_HOMES,)),
    ("appeal_total", _F),
    ("appeal_outside", _F),
    ("appeal_outside_0", _F),
    ("outside_wage_0", _F),
    ("graduates_stayed", _F),
    ("revenue", _F),
    ("transfers", _F),
    ("transfers_0", _F),
    ("spending_0", _F),
    ("spending", _F),
    ("discretionary", _F),
    ("borrowing", _F),
    ("interest", _F),
    ("debt", _F),
    ("land_sales", _F),
    ("land_financing", _F),
    ("spending_weight", _F),
    ("policy_cost", _F),
    ("balance", _F),
    ("padding_revenue", _F),
    ("revision_error", _F),
    ("survey_error", _F),
    ("reported_growth_a", _F),
    ("padding_level", _F),  # ln(1 + padding of GDP)
    ("price_gdp_0", _F),
    ("land_ratio", _F),  # local financing over GDP in the base quarter
    ("reported_log_past", _F, (5,)),
)
"""The province, its markets and its budget: one record."""
