"""``python -m framework_probes mine FILE.py``: the options, and what they come to."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from framework_probes.mine.measuring import TIERS, Order, Planned, look
from framework_probes.planning import InvalidRequest

TEMPLATES = ("callables", "keras", "torch-and-keras")
#: What may be chosen of a file that has both.
PARTS = ("infer", "train")


def add_arguments(parser: argparse.ArgumentParser, names: Callable[[str], object]) -> None:
    """The options; those of the run itself are ``run``'s."""
    parser.add_argument("file", nargs="?", help="the Python file with your model")
    parser.add_argument("--template", choices=TEMPLATES, help="print a file to start from, and end")
    parser.add_argument("--frameworks", type=names, help="comma-separated; default the file's")
    parser.add_argument("--tiers", type=names, default=TIERS, help="eager, compiled or both")
    parser.add_argument("--only", choices=PARTS, help="of a model that has both")
    parser.add_argument("--thorough", action="store_true", help="three processes for each")


def planned(options: argparse.Namespace) -> Planned:
    """What the options ask for. Raises InvalidRequest."""
    if options.file is None:
        raise InvalidRequest("file", None, "a Python file; --template callables prints one")
    order = Order(
        file=Path(options.file),
        frameworks=options.frameworks,
        tiers=options.tiers,
        only=options.only,
        thorough=options.thorough,
        device=options.device,
        budget_s=options.budget,
        seed=options.seed,
    )
    return look(order)


def arguments(order: Order) -> list[str]:
    """The same order as a command line, less what a run's request says too."""
    given = ["mine", str(order.file.resolve()), "--tiers", ",".join(order.tiers)]
    if order.only is not None:
        given += ["--only", order.only]
    return [*given, "--thorough"] if order.thorough else given


def template(name: str) -> str:
    """A file to start from."""
    place = files("framework_probes.mine") / "templates" / f"{name.replace('-', '_')}.py.txt"
    return place.read_text(encoding="utf-8")
