"""Histogram of ranks: bars are the shares, the band is what luck makes of equal chances, wrong tables are named."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from simulator.errors import InputError
from viz.reports.rank_histogram import BINS, COLUMNS, FILE, rank_histogram, read_ranks, recovery_section
from viz.reports.target_fan import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH
from viz.wording import texts


def heights(svg: str) -> list[float]:
    return [float(found) for found in re.findall(r'class="band simulated"[^>]* height="([0-9.]+)"', svg)]


def written(folder: Path, ranks: list[object]) -> Path:
    rows = (f"{k // 2},tax_rate,0.1,{rank},{str(k % 10 != 0).lower()}" for k, rank in enumerate(ranks))
    lines = [",".join(COLUMNS), *rows]
    path = folder / FILE
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_bars_are_in_the_proportion_of_the_counts() -> None:
    found = heights(rank_histogram("Ranks", [10, 20, 0, 40]))
    assert len(found) == 4
    assert found[1] == pytest.approx(2.0 * found[0], abs=0.2)
    assert found[2] == 0.0
    assert found[3] == pytest.approx(4.0 * found[0], abs=0.2)


def test_the_band_is_where_equal_chances_put_nine_bars_of_ten() -> None:
    total = 1_000
    svg = rank_histogram("Ranks", [100] * 10)
    found = re.search(r'class="band predictive" x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"', svg)
    assert found
    x, y, width, height = map(float, found.groups())
    assert (x, width) == (LEFT, WIDTH - LEFT - RIGHT)
    scale = heights(svg)[0] / 10.0  # pixels a point; every bar is 10 %
    low, high = (100.0 * binom.ppf(p, total, 0.1) / total for p in (0.05, 0.95))
    assert HEIGHT - BOTTOM - y == pytest.approx(high * scale, abs=0.2)
    assert height == pytest.approx((high - low) * scale, abs=0.2)


def test_bars_outside_are_told_to_those_who_do_not_see() -> None:
    assert "0 of 10 bars lie outside" in rank_histogram("Ranks", [100] * 10)
    assert "2 of 10 bars lie outside" in rank_histogram("Ranks", [150, 50, *[100] * 8])


def test_nothing_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing was counted"):
        rank_histogram("Ranks", [0] * 10)


def test_ranks_are_read_by_tenths(tmp_path: Path) -> None:
    counts, covered, replications = read_ranks(written(tmp_path, [0, 9, 10, 55, 99, 99, 42, 0, 90, 89]))
    assert counts == [3, 1, 0, 0, 1, 1, 0, 0, 1, 3]
    assert len(counts) == BINS
    assert (covered, replications) == (0.9, 5)


@pytest.mark.parametrize("rank", ["100", "-1", "3.5", "many"])
def test_a_rank_that_cannot_be_is_named(tmp_path: Path, rank: str) -> None:
    with pytest.raises(InputError, match=r"recovery\.csv.*rank"):
        read_ranks(written(tmp_path, [0, rank]))


def test_a_page_shows_it_in_both_languages(tmp_path: Path) -> None:
    assert recovery_section(tmp_path, texts("en")) is None
    written(tmp_path, list(np.arange(100)))
    for lang, said in (("en", "90 % intervals covered 90 % of 100 truths"), ("zh", "覆盖了100个真值中的90%")):
        section = recovery_section(tmp_path, texts(lang))
        assert section is not None
        assert said in section["said"]
        assert heights(section["chart"])[0] == pytest.approx(heights(section["chart"])[9])
