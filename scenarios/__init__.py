"""Scenario files: one policy story each, as TOML. How to write one: ``docs/scenarios.md``."""
