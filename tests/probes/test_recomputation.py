"""Published figures come out again of the blocks beside them, exactly."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework_probes import conclusions
from framework_probes.catalogue import CATALOGUE
from framework_probes.comparison import NotRecomputable
from framework_probes.conclusions import Circumstances
from framework_probes.entries import Entry, Replicate, block_of
from framework_probes.guards import labelled
from framework_probes.protocol import Prepared, Ran
from framework_probes.recomputation import recompute
from framework_probes.results import Block, Contender, Equality, Pair, Result
from framework_probes.serialization import event_from_line, to_line

MATMUL = CATALOGUE["matmul"]
PREPARED = Prepared(0.5, 0.01, 1e-3, 1, Equality("r", ("y",), 1e-7, 2e-5), "", None, 100)
WHERE = Circumstances("run_1", "host_1", "cpu", 1, "pinned", 0.5)
CONTENDERS = (
    Contender("pytorch", None, "eager"),
    Contender("pytorch", None, "compiled"),
    Contender("jax", None, "compiled"),
)
samples = st.lists(st.tuples(st.floats(1e-6, 1e-2), st.floats(0.3, 1.0)), min_size=1, max_size=4)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Contenders fast and slow, several processes, some rounds disturbed, some missing."""
    found = []
    rounds = draw(st.integers(6, 9))
    for contender in CONTENDERS:
        replicates = []
        for number in range(draw(st.integers(1, 3))):
            blocks = []
            for round_ in range(rounds):
                walls, shares = zip(*draw(samples), strict=True)
                cpus = tuple(w * s for w, s in zip(walls, shares, strict=True))
                block = block_of(Ran(len(walls), walls, cpus, 0, 1, 0), round_, number, round_)
                blocks.append(labelled(block, draw(st.sampled_from([None, 0.4, 0.9]))))
            replicates.append(Replicate(PREPARED, 1.0, "env_1", blocks))
        found.append(Entry(contender, replicates))
    return found


def published(made: list[Entry]) -> tuple[list[Result], list[Pair]]:
    """As a session publishes them, after the way over its pipe and back."""
    conclusions.judge(made, "over")
    results = [conclusions.result(MATMUL, entry, WHERE, None) for entry in made]
    pairs = conclusions.pairs(MATMUL, made, WHERE)
    lines = [to_line(event) for event in (*results, *pairs)]
    events = [event_from_line(line) for line in lines]
    return (
        [event for event in events if isinstance(event, Result)],
        [event for event in events if isinstance(event, Pair)],
    )


@settings(max_examples=60, deadline=None)
@given(entries())
def test_every_time_and_every_pair_is_in_the_blocks(made: list[Entry]) -> None:
    results, pairs = published(made)
    found = recompute(results)
    assert found.times == {r.id: r.time for r in results if r.time is not None}
    assert list(found.pairs) == pairs


@settings(max_examples=30, deadline=None)
@given(entries())
def test_a_blocks_quartiles_are_those_of_its_samples(made: list[Entry]) -> None:
    results, _ = published(made)
    for block in (block for result in results for block in result.blocks):
        ran = Ran(block.iterations, block.wall_samples_s, block.cpu_samples_s, 0, 1, 0)
        again = block_of(ran, block.order, block.replicate, block.round or 0)
        assert again.wall_quartile_s == block.wall_quartile_s
        assert again.cpu_quartile_s == block.cpu_quartile_s
        assert (again.wall_s, again.cpu_s) == (block.wall_s, block.cpu_s)


def test_a_changed_block_changes_what_is_recomputed() -> None:
    blocks = [block_of(Ran(1, (1e-3,), (1e-3,), 0, 1, 0), n, 0, n) for n in range(8)]
    made = [Entry(c, [Replicate(PREPARED, 1.0, "env_1", list(blocks))]) for c in CONTENDERS]
    results, pairs = published(made)
    first = results[0]
    forged = replace(first, blocks=tuple(replace(b, wall_quartile_s=2e-3) for b in first.blocks))
    found = recompute([forged, *results[1:]])
    assert found.times[first.id] != first.time
    assert list(found.pairs) != pairs


def test_blocks_of_an_older_version_are_read_and_said_to_lack_what_is_needed() -> None:
    old = {"order": 0, "iterations": 10, "wall_s": 0.01, "cpu_s": 0.01, "statistic_s": 0.01}
    block = Block(**old)  # type: ignore[arg-type]
    made = [Entry(CONTENDERS[0], [Replicate(PREPARED, 1.0, "env_1", [])])]
    blocks = [block_of(Ran(1, (1e-3,), (1e-3,), 0, 1, 0), n, 0, n) for n in range(8)]
    made[0].replicates[0].blocks.extend(blocks)
    result = published(made)[0][0]
    content = json.loads(to_line(result)) | {"blocks": [old] * 8}
    read = event_from_line(json.dumps(content))
    assert isinstance(read, Result)
    assert read.blocks[0] == block
    with pytest.raises(NotRecomputable, match="lacks its round"):
        recompute([read])
