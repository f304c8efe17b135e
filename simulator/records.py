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
    ("index", _I),  # position in PARTNERS
    ("tariff_export", _F),  # the partner's tariff on our goods before agreements, share
    ("tariff_import", _F),  # China's tariff on its goods before agreements, share
    ("trend_growth", _F),  # mean growth of its GDP 2006-19, per quarter
    ("demand", _F),  # ln of real GDP, base 0
    ("trend", _F),  # ln of its trend, base 0
    ("exchange", _F),  # ln real exchange rate of our industry, base 0, smoothed
    ("exchange_memory", _F),  # smoothed `exchange`
    ("exports", _F),  # exports of all cities to it
    ("imports", _F),  # imports of all cities from it
    ("trade_cost", _F),  # sum over cities of exports times trade cost (ln change from base)
)

CITY: Final = _dtype(
    ("index", _I),  # position in CITIES
    # --- data of the base quarter (world.py) and what follows from them by inversion (rules/base.py)
    ("value_added_0", _F, (N_SECTORS,)),  # value added by sector
    ("population_0", _F),  # residents
    ("wage_relative_0", _F),  # wage over the mean of cities
    ("graduate_share_0", _F),  # graduates over employment
    ("fdi_share_0", _F),  # share of the province's FDI
    ("spending_share_0", _F),  # share of the province's public spending
    ("business_environment_0", _F),  # quality of the business environment, index from 0 to 1
    ("group_mix_0", _F, (N_GROUPS,)),  # shares of industry
    ("soe_factor", _F),  # state share relative to that of the industry group
    ("hours", _F, (N_CITIES,)),  # travel time by land
    ("gateway_km", _F, (N_GATEWAYS,)),  # road or rail distance to each gateway
    ("exports_0", _F, (N_PARTNERS,)),  # exports to each partner
    ("imports_0", _F, (N_PARTNERS,)),  # imports from each partner
    ("gdp_0", _F),  # GDP, sum of value added
    ("last_0", _F),  # the quarter before the base quarter over the base quarter: growth before the base
    ("gdp_share_0", _F),  # share of the province's GDP
    ("efficient_labour_0", _F),  # workers and graduates in efficiency units, thousand
    ("workers_0", _F),  # workers without a degree
    ("graduates_0", _F),  # workers with a degree
    ("participation_0", _F),  # workers over residents
    ("wage_0", _F),  # bn yuan per thousand efficiency workers and quarter
    ("labour_demand_scale", _F),  # factor by which labour demand equals labour supply in the base quarter
    ("tfp_0", _F, (N_SECTORS,)),  # ln TFP of each sector outside SOEs
    ("potential_0", _F, (N_SECTORS,)),  # capacity of each sector; in INDUSTRY that of private and foreign firms
    ("labour_target_0", _F, (N_SECTORS,)),  # shares of the sectors in labour income outside SOEs
    ("hurdle_a", _F, (N_SECTORS,)),  # required gross return, per year
    ("soe_cell_share_0", _F, (N_GROUPS,)),  # state share of the capital of each industry group
    ("soe_cell_output_0", _F, (N_GROUPS,)),  # output of SOEs of each industry group
    ("private_mix_0", _F, (N_GROUPS,)),  # shares of the groups in industrial output and capacity outside SOEs
    ("export_mix", _F, (N_GROUPS,)),  # shares of the groups in exports
    ("investment_mix", _F, (N_GROUPS,)),  # shares of the groups in local investment
    ("consumption_mix", _F, (N_GROUPS,)),  # shares of the groups in household and public consumption
    ("national_sales_0", _F, (N_GROUPS,)),  # sales of each group to the rest of China
    ("local_content", _F, (N_GROUPS,)),  # factor on local content, below 1 where base uses exceed base output
    ("consumption_0", _F),  # household consumption
    ("transfers_0", _F),  # public transfers to households
    ("public_consumption_0", _F),  # public consumption
    ("infrastructure_investment_0", _F),  # infrastructure spending, land-financed part included
    ("infrastructure_0", _F),  # stock of infrastructure
    ("investment_0", _F),  # gross fixed capital formation
    ("industry_potential_0", _F),  # capacity of all industry, SOEs included
    ("foreign_presence_0", _F),  # share of jointly owned foreign plants in industrial capital
    ("foreign_capital_0", _F, (N_HOMES,)),  # stock by home, industry and services
    ("market_access_0", _F),  # output of all cities weighted by travel time (E3)
    ("profit_0", _F),  # capital income of private industry and services over the wage, thousand efficiency workers
    ("rd_base_0", _F),  # output that counts for R&D
    ("revenue_0", _F),  # own public revenue
    ("gateway_mean_0", _F, (N_PARTNERS, 2)),  # mean cost of the ways out, yuan a tonne, by cargo
    ("gateway_log_0", _F, (N_PARTNERS, 2)),  # ln inclusive cost of the ways out, by cargo
    ("cargo_0", _F, (N_DESTINATIONS,)),  # cargo by destination, Mt a quarter
    ("cargo_industry_share", _F),  # part of coastal cargo that moves with the city's own industry
    # --- stocks
    ("capital", _F, (N_SECTORS,)),  # private domestic capital of each sector
    ("foreign_capital", _F, (N_HOMES, 2)),  # stock by home; 0 industry, 1 services
    ("infrastructure", _F),  # stock in use
    ("works", _F, (N_STAGES,)),  # infrastructure in progress
    ("workers", _F),  # without a degree, thousand
    ("graduates", _F),  # workers with a degree
    ("laid_off", _F),  # workers set free who have no work yet, efficiency units, thousand
    ("population", _F),  # residents
    ("labour_weight", _F, (N_SECTORS,)),  # shares of the sectors in labour outside SOEs
    ("tfp", _F, (N_SECTORS,)),  # ln TFP of each sector outside SOEs
    ("tfp_growth", _F),  # ln change of industrial TFP in the last quarter
    ("rd_stock", _F),  # stock of R&D, index, base 1
    ("business_environment", _F),  # index from 0 to 1
    ("zone_age", _F),  # quarters since the free-trade zone opened
    ("firms", _F),  # number of firms, index
    ("wage", _F),  # bn yuan per thousand efficiency workers and quarter
    ("markup", _F, (N_GROUPS,)),  # slow mark-up in the price of each group, ln, base 0
    ("price_memory", _F, (N_GROUPS,)),  # smoothed `price`
    ("export_price_memory", _F),  # smoothed `export_price`
    ("private_mix", _F, (N_GROUPS,)),  # shares of the groups in industrial capacity outside SOEs
    ("orphaned", _F, (N_GROUPS,)),  # share of demand lost with liquidated enterprises
    ("trade_cost_memory", _F, (N_PARTNERS,)),  # smoothed `trade_cost`
    ("import_cost_memory", _F, (N_PARTNERS,)),  # smoothed `import_cost`
    ("loan_losses", _F),  # losses of lenders on written-off and forgiven debt, smoothed over a year
    ("forgiven", _F),  # interest and debt of SOEs forgiven in the last quarter
    ("emissions", _F),  # stock of emissions, index, 2006Q1 = 1
    ("padding", _F, (len(PADDED),)),  # published over true figure less 1, by figure in PADDED
    ("gdp_past", _F, (5,)),  # GDP of this and the last four quarters
    # --- flows and rates of the quarter
    ("market_access", _F),  # ratio to base, policy included
    ("agglomeration", _F),  # ln TFP from relative market access
    ("lift", _F),  # ln TFP common to industry and services beyond `tfp`
    ("potential", _F, (N_SECTORS,)),  # capacity of each sector; in INDUSTRY that of private and foreign firms
    ("cell_potential", _F, (N_GROUPS,)),  # capacity of each group: SOEs only, then all industry
    ("cell_weight", _F, (N_GROUPS,)),  # sum of the weights of all suppliers of each group
    ("private_weight", _F, (N_GROUPS,)),  # weight of private and foreign firms among the suppliers of each group
    ("productivity_gain", _F),  # sum over SOEs of capacity times the gain in ln TFP since the base quarter
    ("price", _F, (N_GROUPS,)),  # producer price of each group, ln relative to the rest of China, base 0
    ("export_price", _F),  # mean of `price` weighted by capacity
    ("cargo_sent", _F, (N_DESTINATIONS,)),  # cargo by destination, Mt
    ("gateway_weight", _F, (N_DESTINATIONS, N_GATEWAYS, 2)),  # shares of the gateways; 0 bulk, 1 containers
    ("freight", _F, (N_PARTNERS,)),  # cost of the ways out to each partner, ad valorem, change from base
    ("trade_cost", _F, (N_PARTNERS,)),  # cost of exporting to each partner, ln, change from base
    ("import_cost", _F, (N_PARTNERS,)),  # cost of importing from each partner, ln, change from base
    ("exports", _F, (N_PARTNERS,)),  # exports to each partner
    ("imports", _F, (N_PARTNERS,)),  # imports from each partner
    ("exports_total", _F),  # exports to all partners
    ("imports_total", _F),  # imports from all partners
    ("demand", _F, (N_GROUPS,)),  # orders for local output of each group
    ("demand_national", _F, (N_GROUPS,)),  # part of `demand`: sales to the rest of China
    ("demand_exports", _F, (N_GROUPS,)),  # part of `demand`: local content of exports
    ("demand_investment", _F, (N_GROUPS,)),  # part of `demand`: local content of investment
    ("demand_public", _F, (N_GROUPS,)),  # part of `demand`: local content of public consumption
    ("demand_consumption", _F, (N_GROUPS,)),  # part of `demand`: local content of household consumption
    ("services_demand", _F),  # demand for local services
    ("primary_demand", _F),  # demand for local primary output
    ("overflow", _F, (N_GROUPS,)),  # orders beyond the capacity of the firms that received them
    ("slack", _F, (N_GROUPS,)),  # capacity left idle by the orders received
    ("fill_share", _F, (N_GROUPS,)),  # share of `slack` that takes over orders of `overflow`
    ("unmet", _F, (N_GROUPS,)),  # orders that no local firm can serve
    ("cell_output", _F, (N_GROUPS,)),  # output of each group, SOEs included
    ("utilisation", _F, (N_GROUPS,)),  # output over capacity of each group
    ("labour_cost", _F),  # wage over that of the base quarter times the share of labour in output
    ("sale_price", _F, (N_GROUPS,)),  # price of each group that enters profits, ratio to base
    ("private_sold", _F, (N_GROUPS,)),  # orders that private and foreign firms serve from their own share
    ("private_output", _F),  # industrial output of private and foreign firms
    ("soe_output", _F),  # output of SOEs
    ("soe_potential", _F),  # capacity of SOEs
    ("output", _F, (N_SECTORS,)),  # output of each sector, equal to its value added
    ("gdp", _F),  # real GDP
    ("gdp_nominal", _F),  # GDP at current prices, bn yuan
    ("industry_utilisation", _F),  # output over capacity of all industry
    ("soe_loans", _F),  # new loans that SOEs ask for
    ("zombie_output", _F),  # output of zombies
    ("freed_capital", _F),  # capital of SOEs set free by liquidation and restructuring
    ("freed_labour", _F),  # labour set free by exits, restructuring and ordered cuts, efficiency units, thousand
    ("written_off", _F),  # debt of SOEs written off in exits, restructuring and ordered cuts
    ("orphaned_output", _F, (N_GROUPS,)),  # output of the SOEs liquidated
    ("credit", _F),  # new bank credit
    ("soe_ration", _F),  # share of `soe_loans` that is granted
    ("private_credit", _F),  # new credit left for private firms
    ("private_loans", _F),  # new credit that private firms use
    ("soe_labour", _F),  # labour in SOEs, efficiency units, thousand
    ("soe_labour_demand", _F),  # labour that SOEs want for their output, efficiency units, thousand
    ("soe_capital", _F),  # capital of SOEs
    ("soe_debt", _F),  # debt of SOEs
    ("soe_investment", _F),  # investment of SOEs, founding capital of new ones included
    ("soe_capital_last", _F),  # `soe_capital` of the last quarter
    ("soe_debt_last", _F),  # `soe_debt` of the last quarter
    ("soe_debt_change", _F),  # lending less repayment and relief
    ("cut_capital", _F),  # capital of SOEs ordered out
    ("soe_count", _F),  # number of SOEs in business
    ("zombie_count", _F),  # number of zombies
    ("private_investment", _F, (N_SECTORS,)),  # private domestic investment in each sector
    ("port_investment", _F),  # investment of the port in the city
    ("attraction", _F, (N_HOMES, N_TYPES)),  # weight of the city in the choice of investors, by home and type
    ("fdi_usd", _F),  # FDI received, bn USD
    ("fdi_investment", _F),  # fixed investment out of FDI received
    ("foreign_return_a", _F, (2,)),  # net return on capital outside SOEs, per year; 0 industry, 1 services
    ("appeal", _F),  # weight of the city in the choice of new graduates
    ("graduates_arrived", _F),  # new graduates who settle in the city
    ("consumption", _F),  # household consumption
    ("transfers", _F),  # public transfers to households, talent subsidies and severance included
    ("public_consumption", _F),  # public consumption, R&D support included
    ("infrastructure_investment", _F),  # spending on infrastructure, land-financed part included
    ("land_financing", _F),  # infrastructure spending out of land sales and local financing vehicles
    ("investment", _F),  # gross fixed capital formation
    ("revenue", _F),  # own public revenue less arrears of zombies
    ("talent_cost", _F),  # talent subsidies paid
    ("exit_cost", _F),  # severance paid on exits and restructuring under policy and on ordered cuts
    ("rd_cost", _F),  # R&D support paid
    ("policy_cost", _F),  # `talent_cost`, `rd_cost` and `exit_cost`
    ("domestic_sales", _F),  # sales to the rest of China
    ("domestic_purchases", _F),  # purchases from the rest of China
)

SOE: Final = _dtype(
    ("city", _I),  # position in CITIES
    ("group", _I),  # position in GROUPS
    ("alive", _I),  # 1 = in business, 0 = empty place
    ("identity", _I),  # 1 = state-controlled
    ("size_weight", _F),  # share of its cell's state capital in the base quarter
    ("luck_output", _F),  # normal score of base capital productivity
    ("luck_debt", _F),  # normal score of base leverage
    ("luck_control", _F),  # uniform: order in which state control is given up
    ("state_share", _F),  # share owned by the state
    ("diluted", _F),  # state share sold under policy so far
    ("capital_0", _F),  # capital
    ("labour_0", _F),  # labour, surplus included, efficiency units, thousand
    ("output_0", _F),  # output
    ("log_anchor", _F),  # ln capacity that its customers are used to: that of 2006, or at its birth
    ("tfp_0", _F),  # ln TFP
    ("capital", _F),  # stock of capital
    ("debt", _F),  # stock of debt
    ("labour", _F),  # labour employed, efficiency units, thousand
    ("tfp", _F),  # ln TFP
    ("growth_expected", _F),  # expected growth of its output, ln per quarter
    ("output_last", _F),  # output of the last quarter
    ("distress", _I),  # quarters in a row without interest cover
    ("history", _I),  # last six quarters without interest cover, as bits
    ("zombie", _I),  # 1 = without interest cover in four of the last six quarters, the last included
    ("potential", _F),  # capacity
    ("weight", _F),  # weight among the suppliers of its group
    ("sold", _F),  # orders served from its own share
    ("output", _F),  # `sold` and orders taken over from others
    ("utilisation", _F),  # output over capacity
    ("profit", _F),  # earnings after taxes, social burden, wages and maintenance, before interest
    ("interest", _F),  # interest due
    ("coverage", _F),  # profit over interest
    ("shortfall", _F),  # interest rolled into debt
    ("plan", _F),  # investment planned
    ("borrowing", _F),  # part of the plan to be financed by new debt
    ("loan", _F),  # new loan asked for: borrowing and rolled-over interest
    ("investment", _F),  # fixed investment
)

PORT: Final = _dtype(
    ("index", _I),  # position in PORTS
    ("sea_miles", _F, (N_DESTINATIONS,)),  # nautical miles to each destination
    ("share_0", _F, (2,)),  # share in the throughput of the six ports; 0 all cargo, 1 containers
    ("routes_0", _F),  # number of regular liner routes
    ("appeal", _F, (2,)),  # constant of the choice of port
    ("throughput_0", _F, (2,)),  # all cargo in Mt; containers in million TEU
    ("capacity", _F, (2,)),  # all cargo in Mt; containers in million TEU
    ("works", _F, (2, N_STAGES)),  # capacity under construction by kind, as `capacity`, and stage
    ("capacity_growth", _F, (2,)),  # growth of `capacity` in the quarter, share
    ("rival_growth", _F, (2,)),  # fastest growth of another port's capacity in the last quarter
    ("throughput", _F, (2,)),  # all cargo in Mt; containers in million TEU
    ("congestion", _F, (2,)),  # throughput over capacity of the last quarter
    ("routes", _F),  # number of regular liner routes
    ("fee", _F),  # port fee, yuan a tonne
    ("handling", _F),  # handling cost, yuan a tonne
    ("group", _I),  # owner group: position of its first port in PORTS
    ("merged_quarters", _F),  # quarters since the merger, 0 = separate owner
    ("investment", _F),  # spending on new berths
)

INVESTOR: Final = _dtype(
    ("home", _I),  # position in HOMES
    ("type", _I),  # position in INVESTOR_TYPES
    ("sector", _I),  # 0 industry, 1 services
    ("scale", _F),  # size relative to the mean investor
    ("luck_start", _F),  # uniform: is a project in progress in the base quarter, and at which stage
    ("luck_place", _F),  # uniform: where
    ("capital", _F, (N_CITIES,)),  # capital of its plants in each city
    ("location", _I),  # city of the project in progress
    ("stages_left", _I),  # stages of the project in progress still to be paid, 0 = idle
    ("stage_usd", _F),  # size of a stage of the project in progress, bn USD
    ("arrived_usd", _F),  # FDI brought in, bn USD
    ("return_a", _F),  # mean return on its plants net of depreciation, per year
)

PROVINCE: Final = _dtype(
    # --- data of the base quarter
    ("employment_0", _F),  # employed persons
    ("population_0", _F),  # residents
    ("state_share_0", _F),  # state share of industrial assets
    ("consumption_ratio_0", _F),  # household consumption over GDP
    ("spending_ratio_0", _F),  # public spending over GDP
    ("port_throughput_0", _F),  # Mt a year, six ports
    # --- state, markets, sums
    ("tianjin_appeal", _F, (2,)),  # constant of Tianjin in the choice of gateway; 0 bulk, 1 containers
    ("rail_appeal", _F, (2,)),  # constant of the rail corridor in the choice of gateway; 0 bulk, 1 containers
    ("tianjin_miles", _F, (N_DESTINATIONS,)),  # nautical miles from Tianjin to each destination
    ("rail_days", _F, (N_DESTINATIONS,)),  # days by rail to each destination, 0 = not served
    ("national_sales", _F, (N_GROUPS,)),  # sales index of each group in the rest of China, ln, base 0
    ("national_last", _F, (3,)),  # ln investment, industry, consumption of the last quarter
    ("clock_last", _F),  # `clock` of the last quarter
    ("frontier", _F),  # ln gain of the technology frontier since base
    ("national_rd", _F),  # national stock of R&D, index, base 1
    ("national_rd_growth", _F),  # ln change of `national_rd` in the quarter
    ("import_price", _F),  # price of imports, ln relative to domestic, base 0, smoothed
    ("import_price_0", _F),  # ln import price in yuan over the GDP deflator
    ("exchange_0", _F),  # ln of industrial price in USD in the base quarter
    ("exchange_rate_2010", _F),  # yuan per USD
    ("price_commodity_0", _F),  # USD price of commodities, 2010 = 1
    ("wage_national_last", _F),  # national real wage of the last quarter, index
    ("wage_growth", _F),  # ln change of the national real wage
    ("working_age_last", _F),  # population aged 15-64 over population in the last quarter, index
    ("working_age_growth", _F),  # change of that index, share
    ("access_reference", _F),  # ln market access over base without policy, mean of the cities weighted by base GDP
    ("concentration", _F),  # Herfindahl index of port owner groups
    ("group_congestion", _F, (N_PORTS, 2)),  # throughput over capacity of each owner group; 0 all cargo, 1 containers
    ("lane", _F, (N_GATEWAYS, N_DESTINATIONS, 2)),  # Mt through each gateway to each destination; 0 bulk, 1 containers
    ("exports", _F),  # exports of all cities
    ("exports_0", _F),  # exports of all cities
    ("imports", _F),  # imports of all cities
    ("industry", _F),  # industrial output of all cities
    ("industry_0", _F),  # industrial output of all cities
    ("gdp", _F),  # real GDP, production side
    ("gdp_0", _F),  # GDP
    ("gdp_past", _F, (5,)),  # GDP of this and the last four quarters
    ("expenditure_gdp", _F),  # real GDP, expenditure side
    ("consumption", _F),  # household consumption
    ("public_consumption", _F),  # public consumption
    ("investment", _F),  # gross fixed capital formation
    ("external_wealth", _F),  # saving less investment, accumulated since 2006Q1
    ("birth_rate", _F),  # chance that an empty place is taken by a new SOE, per quarter
    ("soe_alive", _F),  # number of SOEs in business
    ("soe_slots", _F),  # number of places for SOEs, taken or empty
    ("foreign_return_0", _F),  # mean return on foreign capital net of depreciation, per year
    ("investors", _F),  # number of investors
    ("fdi_pool", _F),  # foreign capital that looks for a place in the province, bn USD
    ("attraction_total", _F, (N_HOMES, N_TYPES)),  # sum of `attraction` over cities and `attraction_outside`
    ("attraction_outside", _F),  # weight of the rest of China in the choice of investors
    ("fdi_home", _F, (N_HOMES,)),  # FDI received by home, bn USD
    ("home_capital", _F, (N_HOMES,)),  # foreign capital in the province by home
    ("home_earned", _F, (N_HOMES,)),  # return on that capital by home, bn yuan a year
    ("home_present", _F, (N_HOMES,)),  # number of investors with plants in the province by home
    ("appeal_total", _F),  # sum of `appeal` over cities and `appeal_outside`
    ("appeal_outside", _F),  # weight of the rest of China in the choice of new graduates
    ("appeal_outside_0", _F),  # weight of the rest of China in the choice of new graduates
    ("outside_wage_0", _F),  # wage in the rest of China, bn yuan per thousand efficiency workers and quarter
    ("graduates_stayed", _F),  # new graduates who stay in the province
    ("revenue", _F),  # own public revenue
    ("transfers", _F),  # transfers from the central government
    ("transfers_0", _F),  # transfers from the central government before the clawback of padded revenue
    ("spending_0", _F),  # public spending
    ("spending", _F),  # public spending, policies included, without land financing
    ("discretionary", _F),  # public spending other than policies, at least a fifth of `spending_0`
    ("borrowing", _F),  # new public borrowing, without land financing
    ("interest", _F),  # interest on public debt
    ("debt", _F),  # stock of public debt
    ("land_sales", _F),  # land market, follows growth, index, base 1
    ("land_financing", _F),  # `land_sales` less the curb by policy; factor on land financing of the cities
    ("spending_weight", _F),  # sum of the cities' weights in the split of public spending
    ("policy_cost", _F),  # budget cost of policies, explicit consumption and investment included
    ("balance", _F),  # revenue and transfers less spending and interest
    ("padding_revenue", _F),  # published over true revenue less 1
    ("revision_error", _F),  # factor by which revised GDP differs from true GDP
    ("survey_error", _F),  # surveyed less true utilisation
    ("reported_growth_a", _F),  # published real growth over four quarters, share
    ("padding_level", _F),  # ln(1 + padding of GDP)
    ("price_gdp_0", _F),  # national GDP deflator, 2010 = 1
    ("land_ratio", _F),  # local financing over GDP in the base quarter
    ("reported_log_past", _F, (5,)),  # sum of steps of `padding_level` but restatements; this and last four quarters
)
"""The province, its markets and its budget: one record."""
