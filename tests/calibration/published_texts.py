"""A small file of published results, for tests."""

from __future__ import annotations

SMALL = """
[arm.plain]
extends = "baseline"
until = "2008Q4"
about = "a"

[arm.same]
extends = "plain"
until = "2008Q4"
about = "a"
levers = '''
[[lever]]
instrument = "ntb_cut"
partners = ["Korea"]
start = "2007Q1"
size = 0
'''

[arm.cut]
extends = "plain"
until = "2008Q4"
about = "a"
levers = '''
[[lever]]
instrument = "ntb_cut"
partners = ["Korea"]
start = "2007Q1"
size = 0.1
'''

[arm.deeper]
extends = "cut"
until = "2007Q4"
about = "a"
levers = '''
[[lever]]
instrument = "tariff_cut"
partners = ["Korea"]
start = "2006Q2"
size = 1.0
'''

[[result]]
key = "V1"
study = "s"
outcome = "nothing"
unit = "%"
published = "0"
low = 0.0
rule = "median"
status = "F"
comparable = "c"
term = [{ arm = "same", base = "plain", of = ["gdp_real"], years = ["2008"], measure = "percent" }]

[[result]]
key = "V2"
study = "s"
outcome = "trade"
unit = "%"
published = "sign +"
low = 0.0
rule = "sign"
status = "F"
comparable = "c"
[[result.term]]
arm = "cut"
base = "plain"
level = "partner"
entities = ["Korea"]
of = ["exports", "imports"]
years = ["2007", "2008"]
measure = "percent"

[[result]]
key = "V3"
study = "s"
outcome = "trade"
unit = "%"
published = "sign +"
low = 0.0
rule = "sign"
status = "F"
comparable = "c"
[[result.term]]
arm = "deeper"
base = "plain"
level = "partner"
entities = ["Korea"]
of = ["exports"]
years = ["2007"]
measure = "percent"
"""
