"""What readers see of scenarios: their titles in the reader's language; names of files are for tooltips and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final

from simulator.scenario import BASELINE, Scenario, list_scenarios, load_scenario
from viz.wording import texts, typographic

LONGEST: Final = 84
"""Characters of a title that a legend shows; those of the shipped scenarios are shorter."""


def title_of(scenario: Scenario, lang: str) -> str:
    """Return the whole title of a scenario."""
    return typographic(scenario.text("title", lang))


def label_of(scenario: Scenario, lang: str) -> str:
    """Return what stands in legends and selectors: the title, or the one word for the baseline."""
    if scenario.name == BASELINE:
        return texts(lang)["scenario_baseline"]
    title = title_of(scenario, lang)
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"


def labels_of(scenarios: Sequence[Scenario], lang: str) -> dict[str, str]:
    """Return name -> label of scenarios; those that share a label also have their names in it."""
    labels = {scenario.name: label_of(scenario, lang) for scenario in scenarios}
    shared = Counter(labels.values())
    return {name: f"{label} ({name})" if shared[label] > 1 else label for name, label in labels.items()}


@cache
def shipped_labels(lang: str) -> dict[str, str]:
    """Return name -> label of the shipped scenarios, the baseline first."""
    return labels_of([load_scenario(name) for name in list_scenarios()], lang)


def said_of(scenario: Scenario, lang: str) -> str:
    """Return what a scenario is called within a sentence: ``the baseline``, or its title in quotation marks."""
    words = texts(lang)
    if scenario.name == BASELINE:
        return words["scenario_the_baseline"]
    return words["scenario_quoted"].format(title=label_of(scenario, lang))
