"""The page on calibration: its blocks are what the tables give, and its command writes, checks and refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from calibration.document import (
    BLOCKS,
    COMPARED,
    DECLARED,
    DOCS,
    MARK,
    PAGE,
    RECOVERED,
    current,
    figures,
    main,
    stray_figures,
    update,
)
from calibration.document_pictures import PICTURES, pictures
from calibration.document_source import CALIBRATE, VALIDATE, Source, repository
from simulator.errors import InputError
from tests.calibration.documents import NOTHING, block

# The committed page


def test_the_page_is_what_the_shipped_tables_give() -> None:
    """With nothing shipped every block says so; the same command brings both up to date."""
    text = (DOCS / PAGE).read_text(encoding="utf-8")
    assert [match[1] for match in MARK.finditer(text)] != []
    assert update(repository(), check=True) == [], "run: python -m calibration.document"


def test_the_text_holds_no_figure_of_its_own() -> None:
    assert stray_figures((DOCS / PAGE).read_text(encoding="utf-8")) == []


def test_what_is_shipped_is_shown_and_what_is_not_is_said() -> None:
    """Once a calibration is shipped, all of its tables must be there, and the card of its validation."""
    found = {match[1]: match[2] for match in MARK.finditer((DOCS / PAGE).read_text(encoding="utf-8"))}
    there = repository()
    stands = {
        CALIBRATE: there.shipped is not None, VALIDATE: there.shipped is not None, DECLARED: True,
        RECOVERED: there.recovery is not None, COMPARED: there.stability is not None,
    }  # fmt: skip
    for name, one in BLOCKS.items():
        assert (NOTHING in found[name]) != stands[one.made_by], name


def test_pictures_of_the_page_are_small() -> None:
    assert sum(path.stat().st_size for path in DOCS.glob("calibration*.svg")) < 400_000


# Marks and figures


def page(names: Callable[[str], str] = lambda name: f"<!-- begin {name} -->\n<!-- end {name} -->\n") -> str:
    return "".join(map(names, BLOCKS))


def test_text_between_blocks_is_left_alone(source: Source) -> None:
    text = page().replace("<!-- begin pairs", "before\n<!-- begin pairs") + "after\n"
    new, stale = current(text, source)
    assert stale == list(BLOCKS)
    assert new.endswith("<!-- end blocks -->\nafter\n") and new.count("before\n") == 1
    assert MARK.sub("", new) == MARK.sub("", text)
    assert current(new, source) == (new, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (page().replace("<!-- end pairs -->\n", ""), "the block pairs does not end with <!-- end pairs -->"),
        (page().replace("pairs -->", "pears -->"), "no block is called pears"),
        (page() + "<!-- begin pairs -->\n<!-- end pairs -->\n", "the block pairs stands 2 times"),
        (page().replace("<!-- begin pairs -->\n<!-- end pairs -->\n", ""), "the block pairs stands 0 times"),
    ],
)
def test_a_wrong_mark_is_refused(source: Source, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        current(text, source)


def test_figures_of_a_text() -> None:
    text = "In 2014–2017 the 4th census, E71 and `x_1 = 3` [9](9.md) moved 1,024 of 2.50 % to 7.\n```\n11\n```\n"
    assert figures(text) == ["2014", "2017", "9", "1,024", "2.50", "7"]


def test_a_figure_that_no_block_holds_is_seen() -> None:
    text = "In 2013 it is 12.5, not 37 or 1.05.\n<!-- begin pairs -->\n| 12.5 |\n<!-- end pairs -->\n"
    assert stray_figures(text) == ["37", "1.05"]


# The command


def test_the_command_writes_page_and_pictures_and_finds_nothing_more(source: Source, docs: Path) -> None:
    assert source.shipped and source.card and source.recovery and source.stability
    words = [str(source.shipped), str(source.card), "--recovery", str(source.recovery), "--stability",
             str(source.stability), "--docs", str(docs)]  # fmt: skip
    before = (docs / PAGE).read_bytes()
    assert main([*words, "--check"]) == 1
    assert [path.name for path in docs.iterdir()] == [PAGE] and (docs / PAGE).read_bytes() == before
    assert main(words) == 0
    assert {path.name for path in docs.iterdir()} == {PAGE, *PICTURES}
    assert NOTHING not in (docs / PAGE).read_text(encoding="utf-8")
    assert main([*words, "--check"]) == 0


def test_a_picture_that_nothing_stands_behind_is_removed(source: Source, docs: Path, tmp_path: Path) -> None:
    update(source, docs)
    found = update(repository(tmp_path / "nowhere"), docs)
    assert {*PICTURES, f"{PAGE}: contraction"} <= set(found)
    assert [path.name for path in docs.iterdir()] == [PAGE]


def test_a_figure_in_the_text_fails_the_command(
    source: Source, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = docs / PAGE
    path.write_text(path.read_text(encoding="utf-8") + "It is 12,345.6 or so.\n", encoding="utf-8")
    assert main([str(source.shipped), "--docs", str(docs)]) == 1
    assert "the text holds 12,345.6, which stands in no block" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("emulator.csv", "0.0173", "much", 'line 3, error_near: "much" is not a number'),
        ("padding.csv", "median", "middle", "median missing"),
        ("manifest.json", "liaosim posterior", "something", '"format" is not "liaosim posterior"'),
    ],
)
def test_a_damaged_table_stops_the_command(
    source: Source, docs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    file: str, old: str, new: str, message: str,
) -> None:  # fmt: skip
    assert source.shipped
    place = Path(shutil.copytree(source.shipped, tmp_path / "damaged"))
    text = (place / file).read_text(encoding="utf-8")
    assert old in text
    (place / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    before = (docs / PAGE).read_bytes()
    assert main([str(place), "--docs", str(docs)]) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in docs.iterdir()] == [PAGE] and (docs / PAGE).read_bytes() == before


def test_a_folder_that_is_not_there_is_named(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere_at_all", "--docs", str(docs)]) == 2
    assert "nowhere_at_all does not exist" in capsys.readouterr().err


def test_shipped_tables_lie_where_shipping_puts_them(source: Source, tmp_path: Path) -> None:
    from calibration.ship import ship

    assert source.shipped and source.card
    ship(source.shipped, source.card, tmp_path, recovery=source.recovery, stability=source.stability)
    shipped = repository(tmp_path)
    assert {name: block(name, shipped) for name in BLOCKS} == {name: block(name, source) for name in BLOCKS}
    assert pictures(shipped) == pictures(source)
