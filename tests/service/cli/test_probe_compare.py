"""``probe compare`` and ``probe map``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from click.testing import Result

import measuring

Command = Callable[..., Result]


def test_two_runs_are_compared_row_by_row_with_what_differs(
    command: Command, tmp_path: Path
) -> None:
    host = replace(measuring.HOST, id="host_64", cores=64)
    command("probe", "import", "-", input=measuring.export("run_a"))
    slower = measuring.export("run_b", ("matmul",), host, factor=3.0)
    command("probe", "import", "-", input=slower)
    done = command("probe", "compare", "run_a", "run_b", "--svg", tmp_path / "map.svg")
    assert done.exit_code == 0, done.stderr
    assert "\x1b" not in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["matmul", "3.00", "3.00"] in rows
    assert any(row[:3] == ["matmul", "jax", "compiled"] and row[-1] == "faster" for row in rows)
    assert "2: the other run did not measure it (it is ok in the one that has it)" in done.stdout
    assert "host cores: 2; 64" in done.stdout
    assert "were not taken in turns" in done.stdout
    ElementTree.parse(tmp_path / "map.svg")  # noqa: S314 - our own
    told = json.loads(command("probe", "compare", "run_a", "run_b", "--json").stdout)
    assert told["schema"] == "run-comparison/1"
    assert [each["verdict"] for each in told["compared"]] == ["faster", "faster"]


def test_one_run_is_a_map_of_who_is_fastest(command: Command) -> None:
    command("probe", "import", "-", input=measuring.export("run_a"))
    done = command("probe", "map", "run_a")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["matmul", "1.00", "2.00"] in rows
    assert ["dispatch", "1.00", "2.00"] in rows


def test_a_run_that_is_not_there_is_named(command: Command) -> None:
    command("probe", "import", "-", input=measuring.export("run_a"))
    done = command("probe", "compare", "run_a", "run_z")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "run_z" in done.stderr
