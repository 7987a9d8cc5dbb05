"""A run as tables: one row for each result, block, sample and pair."""

from __future__ import annotations

import sys

import pytest

from framework_probes import frames
from framework_probes.results import Event, Pair, Result
from framework_probes.statistics import lower_quartile

pytest.importorskip("pandas")
Made = tuple[list[Result], list[Pair]]


def test_a_result_is_a_row(made_run: Made) -> None:
    results, _ = made_run
    table = frames.results_frame(results)
    assert list(table["framework"]) == ["jax", "pytorch"]
    assert list(table["seconds"]) == [r.time.seconds for r in results if r.time]
    assert list(table["replicates"]) == [2, 2]
    assert list(table["to_steady_s"]) == [0.6, 0.6]
    assert list(table["disturbed_blocks"]) == [0, 0]


def test_a_result_without_a_time_is_a_row_with_gaps(made_run: Made) -> None:
    from dataclasses import replace

    results, _ = made_run
    failed = replace(results[0], outcome="crash", time=None, rate=None, conditions=None, blocks=())
    table = frames.results_frame([failed])
    assert list(table["outcome"]) == ["crash"]
    assert table["seconds"].isna().all()
    assert list(table.columns) == list(frames.results_frame(results).columns)


def test_a_block_is_a_row_and_its_samples_make_its_quartile(made_run: Made) -> None:
    results, _ = made_run
    blocks, samples = frames.blocks_frame(results), frames.samples_frame(results)
    assert len(blocks) == sum(len(result.blocks) for result in results)
    assert len(samples) == 2 * len(blocks)
    key = ["framework", "replicate", "round"]
    quartiles = samples.groupby(key)["wall_s"].agg(lambda column: lower_quartile(list(column)))
    assert list(blocks.set_index(key).sort_index()["wall_quartile_s"]) == list(quartiles)


def test_a_pair_is_a_row_with_both_sides(made_run: Made) -> None:
    _, pairs = made_run
    table = frames.pairs_frame(pairs)
    assert list(zip(table["a_framework"], table["b_framework"], strict=True)) == [
        ("jax", "pytorch")
    ]
    assert list(table["ratio"]) == [pair.ratio for pair in pairs]
    assert list(table["verdict"]) == ["faster"]


def test_other_events_are_passed_over_and_no_events_make_an_empty_table(made_run: Made) -> None:
    events: list[Event] = [*made_run[0], *made_run[1]]
    assert len(frames.results_frame(events)) == len(made_run[0])
    assert len(frames.pairs_frame([])) == 0
    assert "ratio" in frames.pairs_frame([]).columns


def test_without_pandas_the_extra_is_named(made_run: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"framework-advisor\[frames\]"):
        frames.results_frame(made_run[0])
