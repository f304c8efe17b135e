"""Shards: what they hold, that they are written whole and alike, and that damage is noticed."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.errors import InputError
from simulator.sweep import shards
from simulator.sweep.chunk import Chunk, Failure, Simulator
from simulator.sweep.plan import Plan
from simulator.sweep.shards import KEYS, Shard, read_rows, read_shard, remove_parts, write_rows, write_shard
from simulator.world import World
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import everything, grid, sweep_text

KEEP = (
    'keep = [{level="province", variables=["gdp_real", "exports"]}, {level="city", variables=["wage", "gdp_real"]},'
    ' {level="province", variables=["wage"], freq="Q"}]'
)


@pytest.fixture(scope="module")
def little(plan: Maker) -> Plan:
    text = sweep_text("draws = 1", "replications = 2", KEEP, scenarios="baseline reform", design=grid([0.1, 0.2]))
    return plan(text)


@pytest.fixture(scope="module")
def chunk(world: World, little: Plan) -> Chunk:
    return Simulator(world, little).chunk(everything(little))


@pytest.fixture
def shard(little: Plan, chunk: Chunk, tmp_path: Path) -> Path:
    return write_shard(tmp_path, little, chunk)


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_shard(path)
    return str(error.value)


def test_a_shard_has_a_row_for_each_run_level_period_and_entity_in_this_order(shard: Path, little: Plan) -> None:
    rows = read_rows(shard)
    blocks = [("province", "A", 2 * 1), ("province", "Q", 8 * 1), ("city", "A", 2 * 14)]
    assert rows.num_rows == little.size * sum(count for *_, count in blocks)
    assert rows["level"].to_pylist() == [level for level, _, n in blocks for _ in range(n * little.size)]
    assert rows["freq"].to_pylist() == [freq for _, freq, n in blocks for _ in range(n * little.size)]
    city = rows.filter(pa.compute.equal(rows["level"], "city"))
    assert city["period"].to_pylist() == (["2006"] * 14 + ["2007"] * 14) * little.size
    assert len(set(city["entity"].to_pylist()[:14])) == 14
    one, two = little.design.points
    assert city["point"].to_pylist()[::28] == [None, one, two] * 2
    assert city["replication"].to_pylist()[::28] == [0, 0, 0, 1, 1, 1]
    assert city["scenario"].to_pylist()[::28] == ["baseline", "reform", "reform"] * 2


def test_columns_are_the_keys_and_each_kept_variable_once(shard: Path) -> None:
    rows = read_rows(shard)
    assert rows.column_names == [*KEYS, "gdp_real", "exports", "wage"]
    assert [rows.schema.field(name).type for name in KEYS] == [
        pa.int32() if name in ("draw", "replication") else pa.string() for name in KEYS
    ]
    assert {rows.schema.field(name).type for name in rows.column_names[len(KEYS):]} == {pa.float64()}


def test_numbers_stand_where_the_level_keeps_them_and_nothing_elsewhere(shard: Path, chunk: Chunk) -> None:
    rows = read_rows(shard)
    for level, freq, kept in (
        ("province", "A", ("gdp_real", "exports")), ("city", "A", ("gdp_real", "wage")), ("province", "Q", ("wage",)),
    ):  # fmt: skip
        mine = rows.filter(pa.compute.equal(rows["level"], level))
        mine = mine.filter(pa.compute.equal(mine["freq"], freq))
        for name in ("gdp_real", "exports", "wage"):
            if name in kept:
                expected = chunk.values[level, freq][..., kept.index(name)].reshape(-1)
                assert mine[name].to_numpy().tobytes() == expected.tobytes(), (level, freq, name)
            else:
                assert mine[name].null_count == mine.num_rows > 0, (level, freq, name)


def test_a_figure_without_meaning_is_null(little: Plan, chunk: Chunk, tmp_path: Path) -> None:
    values = {block: array.copy() for block, array in chunk.values.items()}
    values["city", "A"][1, 0, 3, 0] = np.nan
    rows = read_rows(write_shard(tmp_path, little, Chunk(chunk.units, chunk.done, values, ())))
    city = rows.filter(pa.compute.equal(rows["level"], "city"))["gdp_real"]
    assert [i for i, value in enumerate(city.to_pylist()) if value is None] == [28 + 3]


def test_failed_runs_have_no_rows_and_stand_in_the_metadata(world: World, little: Plan, tmp_path: Path) -> None:
    simulator = Simulator(world, little)
    whole = simulator.chunk(everything(little))
    values = {block: np.delete(array, 4, axis=0) for block, array in whole.values.items()}
    failure = Failure(4, "quarters", 'a "quoted"\tmessage, 鞍山')
    broken = Chunk(whole.units, np.delete(whole.units, 4), values, (failure,))
    path = write_shard(tmp_path, little, broken)
    found = read_shard(path)
    assert found.failures == ((4, "quarters", 'a "quoted"\tmessage, 鞍山'),)
    assert found.keys == tuple(key.decode() for key in little.keys)
    city = read_rows(path).filter(pa.compute.equal(read_rows(path)["level"], "city"))
    assert city["replication"].to_pylist()[::28] == [0, 0, 0, 1, 1]


def test_a_shard_says_of_itself_what_it_holds(shard: Path, little: Plan) -> None:
    about = read_shard(shard)
    assert about == Shard(shard, tuple(key.decode() for key in little.keys), (), about.model_version, 6 * 38)


def test_a_shard_has_the_same_bytes_whenever_it_is_written(
    shard: Path, little: Plan, chunk: Chunk, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    again = write_shard(tmp_path / "again", little, chunk)
    buffer = io.BytesIO()
    write_rows(little, chunk, buffer)
    assert again.name == shard.name
    assert again.read_bytes() == shard.read_bytes() == buffer.getvalue()


def test_the_name_of_a_shard_is_that_of_its_runs(world: World, little: Plan, tmp_path: Path) -> None:
    simulator = Simulator(world, little)
    paths = {write_shard(tmp_path, little, simulator.chunk(np.array(units))) for units in ([0], [1], [0, 1])}
    assert len(paths) == 3 and all(len(path.stem) == 32 for path in paths)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_shard_that_cannot_be_written_leaves_nothing(
    call: str, little: Plan, chunk: Chunk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shards.os, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_shard(tmp_path, little, chunk)
    assert list(tmp_path.iterdir()) == []


def test_only_unfinished_shards_are_removed_as_such(shard: Path) -> None:
    others = [shard.with_name(name) for name in (".hidden", "notes.part", f".{'g' * 32}.part")]
    part = shard.with_name(f".{'0' * 32}.part")
    for path in (*others, part):
        path.write_text("x", encoding="utf-8")
    remove_parts(shard.parent)
    assert sorted(shard.parent.iterdir()) == sorted([shard, *others])


# Damage


def test_a_shard_that_is_cut_short_is_damaged(shard: Path) -> None:
    content = shard.read_bytes()
    for length in (0, 3, len(content) // 2, len(content) - 1):
        shard.write_bytes(content[:length])
        assert refused(shard).startswith(f"{shard} is damaged: ")


def test_a_shard_under_another_name_is_damaged(shard: Path) -> None:
    other = shard.rename(shard.with_name(f"{'0' * 32}.parquet"))
    assert refused(other) == f"{other} is damaged: its name is not that of its units"


def test_a_table_that_is_no_shard_is_damaged(shard: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), shard)
    assert refused(shard).startswith(f"{shard} is damaged: ")


@pytest.mark.parametrize("place", [-1, 6, 10**9])
def test_a_failure_of_a_run_that_is_not_there_is_damage(place: int, shard: Path) -> None:
    table = pq.read_table(shard)
    about = json.loads(table.schema.metadata[b"liaosim"])
    about["failures"] = [[place, "quarters", "x"]]
    pq.write_table(table.replace_schema_metadata({"liaosim": json.dumps(about)}), shard)
    assert refused(shard) == f"{shard} is damaged: it names failed runs that it does not hold"


def test_one_wrong_byte_among_the_numbers_is_noticed(shard: Path) -> None:
    content = bytearray(shard.read_bytes())
    expected = read_rows(shard)
    chosen = random.Random(1).sample(range(4, len(content) - 8), 60)
    noticed = 0
    for place in chosen:
        changed = content.copy()
        changed[place] ^= 0x10
        shard.write_bytes(changed)
        try:
            read_shard(shard)
            rows = read_rows(shard, checked=True)
        except InputError as error:
            assert str(error).startswith(f"{shard} is damaged: ")
            noticed += 1
        else:
            assert rows.equals(expected), place  # the byte is of no use, such as a statistic
    assert noticed > 20
