"""``python -m framework_probes mine FILE.py``: the options, and what they come to."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator
from importlib.resources import files
from pathlib import Path

from framework_probes.deployment.order import Exports, export
from framework_probes.deployment.order import look as look_to_export
from framework_probes.mine.measuring import TIERS, Order, look, measure
from framework_probes.planning import InvalidRequest
from framework_probes.results import Event
from framework_probes.session import DEFAULT

TEMPLATES = ("callables", "keras", "torch-and-keras", "deployment")
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
    parser.add_argument("--deploy", action="store_true", help="export it, run and compare it")


def events(options: argparse.Namespace) -> Generator[Event, None, None]:
    """The run that the options ask for. Raises InvalidRequest, before anything is measured."""
    if options.file is None:
        raise InvalidRequest("file", None, "a Python file; --template callables prints one")
    if options.deploy:
        if options.device != "cpu":
            raise InvalidRequest("device", options.device, "cpu: exports run on the processor")
        wanted = (Path(options.file), options.frameworks, options.budget, options.seed)
        return export(look_to_export(*wanted), options.run, DEFAULT)
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
    return measure(look(order), options.run)


def arguments(order: Order) -> list[str]:
    """The same order as a command line, less what a run's request says too."""
    given = ["mine", str(order.file.resolve()), "--tiers", ",".join(order.tiers)]
    if order.only is not None:
        given += ["--only", order.only]
    return [*given, "--thorough"] if order.thorough else given


def arguments_of_exports(exports: Exports) -> list[str]:
    """The same of a file that is to be exported."""
    return ["mine", str(exports.model.source.path), "--deploy"]


def template(name: str) -> str:
    """A file to start from."""
    place = files("framework_probes.mine") / "templates" / f"{name.replace('-', '_')}.py.txt"
    return place.read_text(encoding="utf-8")
