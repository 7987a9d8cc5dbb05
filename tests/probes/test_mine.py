"""Somebody's own file: what is wrong with it is said in a line, and what is right is measured."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framework_probes.equality import WrongResult
from framework_probes.mine import command
from framework_probes.mine.catalogue import Brief, FileCatalogue
from framework_probes.mine.definition import define
from framework_probes.mine.measuring import Order, Planned, look, measure
from framework_probes.mine.source import BadFile, Source
from framework_probes.mine.weights import Map
from framework_probes.planning import InvalidRequest
from framework_probes.results import FAILED, Environment, Pair, Result, Started
from framework_probes.seats import Setup
from framework_probes.serialization import event_from_line, from_line, to_line

EXAMPLES = Path(__file__).parents[2] / "examples" / "mine"
#: Ceilings that are rough: no test here looks at them.
ROUGH = Setup(peak_s=0.01)
WorkersOf = Callable[[int], set[int]]

SOUND = """
import numpy as np
def inputs(rng):
    return {"x": rng.standard_normal((4, 8)), "w": rng.standard_normal((8, 8))}
def in_numpy(x, w):
    return np.tanh(x @ w)
def in_jax(x, w):
    import jax.numpy as jnp
    return jnp.tanh(x @ w)
"""


@pytest.fixture(autouse=True)
def nobody_is_left(workers_of: WorkersOf) -> Iterator[None]:
    yield
    assert workers_of(os.getpid()) == set()


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file."""

    def write(text: str) -> Path:
        path = tmp_path / "my_model.py"
        path.write_text(text)
        return path

    return write


def results(planned: Planned) -> dict[tuple[str, str, str], Result]:
    with closing(measure(planned, "run_1", ROUGH)) as events:
        found = [event for event in events if isinstance(event, Result)]
    return {(r.probe, r.contender.subject, r.contender.tier): r for r in found}


def computed(result: Result) -> bool:
    """Whether it was proved and timed; a busy machine may make it suspect, which is no fault."""
    return result.outcome in ("ok", "unstable", "contended") and result.time is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("return np.tanh(x @ w)", "return np.tanh(x @ w"), "my_model.py line 6: "),
        (("import numpy as np", "import numpyy as np"), "my_model.py line 2: ModuleNotFoundError"),
        (("import numpy as np", "from numpy import nothing"), "import it inside the function"),
        (("import numpy as np", "1 / 0"), "my_model.py line 2: ZeroDivisionError"),
        (("def inputs(rng)", "def draw(rng)"), "no inputs(rng); expected a function"),
        (("def inputs(rng)", "def input_s(rng)"), "input_s is not looked at; expected inputs"),
        (("def in_jax", "def in_flax"), "in_flax is not looked at; expected one of in_pytorch"),
        (("def in_jax", "def jax_model"), "nothing to measure; expected one of in_pytorch"),
        (("def in_jax(x, w)", "def in_jax(x)"), "in_jax(x) is called with x, w"),
        (("return {", "return 3, {"), "inputs(rng) returned tuple, expected a dict"),
        (('"x": rng', '"x": "a", "y": rng'), "inputs(rng) gave 'x' as str, expected a NumPy array"),
        (("rng.standard_normal((4", "np.random.rand(*(4"), "gave another 'x' for the same seed"),
        (("(4, 8)", "(rng.integers(2, 1000), 8)"), "gave 'x' another shape for another seed"),
        (("rng.standard_normal((4, 8))", "rng.nothing()"), "my_model.py line 4, in inputs: Attrib"),
        (("np.tanh(x @ w)", "np.tanh(w @ x)"), "my_model.py line 6, in in_numpy: ValueError"),
        (("import numpy", "FLOPS = 3\nimport numpy"), "FLOPS and BYTES of one iteration go toget"),
        (("import numpy", "TOLERANCE = 3\nimport numpy"), "TOLERANCE is 3, expected a number"),
        (("import numpy", "TOLERENCE = 0.1\nimport numpy"), "expected TOLERANCE. Rename it"),
        (("import numpy", "DTYPE = 'int8'\nimport numpy"), "DTYPE is 'int8', expected 'float32'"),
        (("def in_jax", "def keras_model"), "has in_numpy and keras_model; expected callables or"),
        (("def in_numpy", "def torch_model"), "has in_jax and torch_model; expected callables or"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(
    own: Callable[[str], Path], change: tuple[str, str], said: str
) -> None:
    assert change[0] in SOUND
    with pytest.raises(InvalidRequest) as refused:
        look(Order(own(SOUND.replace(*change))))
    message = str(refused.value)
    assert message.startswith("my_model.py")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (
            {"frameworks": ("pytorch",)},
            "frameworks: 'pytorch', expected one of those that my_",
        ),
        ({"tiers": ("fast",)}, "tiers: 'fast', expected one or both of eager, compiled"),
        ({"only": "train"}, "my_model.py: has no training step; expected training()"),
        ({"file": Path("none.py")}, "none.py: No such file or directory; expected a Python file"),
    ],
)
def test_what_is_wrong_with_an_option_is_one_line(
    own: Callable[[str], Path], order: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(said)):
        look(replace(Order(own(SOUND)), **order))


def test_a_file_is_executed_by_workers_alone(own: Callable[[str], Path], tmp_path: Path) -> None:
    text = f"""
import os
with open({str(tmp_path / "who")!r}, "a") as file:
    file.write(f"{{os.getpid()}} ")
"""
    planned = look(Order(own(text + SOUND)))
    who = (tmp_path / "who").read_text().split()
    assert len(who) == 1
    assert int(who[0]) != os.getpid()
    assert planned.told.frameworks == ("jax",)
    assert "mine_my_model" not in sys.modules


def test_a_file_may_import_every_framework_at_its_top(own: Callable[[str], Path]) -> None:
    """And define what needs one of them: it is left out where that one is not."""
    text = """
import sys
import jax.numpy as jnp
import torch
from torch import nn
class Layer(nn.Module):
    def forward(self, x): return torch.relu(x)
LAYER = Layer()
def in_jax(x: jnp.ndarray):
    assert "torch" not in sys.modules
    return jnp.maximum(x, 0)
def in_pytorch(x: torch.Tensor):
    assert "jax" not in sys.modules
    return LAYER(x)
def inputs(rng): return {"x": rng.standard_normal(64)}
"""
    planned = look(Order(own(text), tiers=("eager",)))
    assert planned.told.frameworks == ("pytorch", "jax")
    found = results(planned)
    assert all(computed(result) for result in found.values()), found
    assert len(found) == 2


def test_each_framework_is_told_apart_by_its_own_fault(own: Callable[[str], Path]) -> None:
    text = """
def inputs(rng): return {"x": rng.standard_normal((4, 8))}
def in_pytorch(x): return {"y": x.sum(1), "z": x.sum()}
def in_jax(x):
    import missing_package
    return {"y": x.sum(1), "z": x.sum()}
def in_tensorflow(x):
    import tensorflow as tf
    return {"y": tf.reduce_sum(x, 0), "z": tf.reduce_sum(x)}
"""
    found = results(look(Order(own(text), tiers=("eager",))))
    by = {subject: result for (_, subject, _), result in found.items()}
    told = {subject: (r.outcome, r.reason) for subject, r in by.items()}
    assert computed(by["pytorch"]), told
    assert by["pytorch"].equality is not None
    assert by["pytorch"].equality.reference.startswith("no reference; compared with one another")
    assert "pytorch eager" in by["pytorch"].equality.reference
    assert told["jax"][0] == "crash"
    assert str(told["jax"][1]).startswith("my_model.py line 5, in in_jax: ModuleNotFoundError")
    assert told["tensorflow"] == ("wrong_result", "y has shape (8,), expected (4,)")


def test_a_numpy_array_is_no_result_of_a_framework(own: Callable[[str], Path]) -> None:
    text = """
def inputs(rng): return {"x": rng.standard_normal((4, 8))}
def in_pytorch(x): return {"y": x.sum(1).numpy()}
"""
    (found,) = results(look(Order(own(text), tiers=("eager",)))).values()
    said = "my_model.py: in_pytorch returned a NumPy array as y; return an array of pytorch"
    assert str(found.reason).startswith(said)


def test_results_that_part_are_no_times(own: Callable[[str], Path]) -> None:
    text = """
def inputs(rng): return {"x": rng.standard_normal((4, 8))}
def in_pytorch(x): return x.sum(1)
def in_jax(x): return 1.001 * x.sum(1)
"""
    found = results(look(Order(own(text), tiers=("eager",))))
    parted = found["mine.my_model", "jax", "eager"]
    assert computed(found["mine.my_model", "pytorch", "eager"])
    assert (parted.outcome, parted.time) == ("wrong_result", None)
    said = "result is off by 0.001 of its largest entry, tolerance 0.0001"
    assert parted.reason == said


def test_where_nobody_computes_it_everybody_says_why(own: Callable[[str], Path]) -> None:
    text = """
def inputs(rng): return {"x": rng.standard_normal(8)}
def in_jax(x): raise RuntimeError("not today")
"""
    found = results(look(Order(own(text))))
    assert {r.outcome for r in found.values()} == {"crash"}
    reasons = {r.reason for r in found.values()}
    assert reasons == {"my_model.py line 3, in in_jax: RuntimeError: not today"}


def test_a_file_that_changes_meanwhile_is_not_measured(own: Callable[[str], Path]) -> None:
    source = Source.read(own(SOUND))
    catalogue = FileCatalogue(Brief(str(source.path), source.sha256, ""))
    own(SOUND + "\n")
    with pytest.raises(BadFile, match="was changed while it was measured"):
        catalogue.describe()


def test_a_run_says_which_file_it_measured(own: Callable[[str], Path]) -> None:
    text = SOUND + "FLOPS, BYTES = 2 * 4 * 8 * 8, 4 * (4 * 8 * 2 + 8 * 8)\nTOLERANCE = 1e-3\n"
    planned = look(Order(own(text), tiers=("compiled",)))
    with closing(measure(planned, "run_1", ROUGH)) as events:
        told = list(events)
    started = told[0]
    assert isinstance(started, Started)
    assert started.request is not None
    assert started.request.own is not None
    assert (started.request.suite, started.request.own.name) == ("mine", "my_model.py")
    assert started.request.own.sha256 == planned.source.sha256
    assert from_line(to_line(started), (Started,)) == started
    (result,) = [event for event in told if isinstance(event, Result)]
    assert computed(result), result
    assert result.probe == "mine.my_model"
    assert result.shape == "x 4x8, w 8x8"
    assert result.rate is not None
    assert result.rate.flops_per_s
    assert result.equality is not None
    assert (result.equality.reference, result.equality.tolerance) == ("NumPy float64", 1e-3)


@pytest.mark.parametrize("name", [name for name in command.TEMPLATES if name != "deployment"])
def test_each_template_is_a_file_that_can_be_measured(
    own: Callable[[str], Path], name: str
) -> None:
    planned = look(Order(own(command.template(name))))
    assert planned.told.kind == name
    assert planned.probes[0].id == "mine.my_model"


@pytest.mark.parametrize(
    ("name", "frameworks"),
    [
        ("graph_network", {"pytorch", "tensorflow", "jax"}),
        pytest.param(
            "denoiser",
            {"keras:pytorch", "keras:tensorflow", "keras:jax"},
            # Eager JAX compiles each operation of a training step by itself.
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "keyword_spotter",
            {"pytorch", "keras:pytorch", "keras:tensorflow", "keras:jax"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_example_is_measured_in_all_of_its_frameworks(name: str, frameworks: set[str]) -> None:
    """Uncompiled, which takes a quarter of the time."""
    found = results(look(Order(EXAMPLES / f"{name}.py", tiers=("eager",))))
    assert {subject for _, subject, _ in found} == frameworks
    trained = {f"mine.{name}.train"} if name == "denoiser" else set()
    assert {probe for probe, _, _ in found} == {f"mine.{name}"} | trained
    wrong = {key: r.reason for key, r in found.items() if not computed(r)}
    assert wrong == {}
    for result in found.values():
        assert result.equality is not None
        assert 0 <= result.equality.error <= 1e-5
        assert (result.rate is None) == (name != "graph_network")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["graph_network", "denoiser", "keyword_spotter"])
def test_an_example_is_measured_compiled(name: str) -> None:
    found = results(look(Order(EXAMPLES / f"{name}.py", tiers=("compiled",))))
    wrong = {key: r.reason for key, r in found.items() if not computed(r)}
    assert wrong == {}


class Weight:
    """As much of a Keras weight as a map looks at."""

    def __init__(self, path: str, *shape: int) -> None:
        self.path, self.shape, self.value = path, shape, np.zeros(shape)

    def assign(self, value: np.ndarray) -> None:
        self.value = value


MAP = """
WEIGHTS = {"a.weight": "a/kernel", "a.bias": "a/bias", "e.weight": "e/embeddings"}
def inputs(rng): return {"x": rng.standard_normal(8)}
def torch_model(): pass
def keras_model(): pass
"""
NO_CHANGE = ("MAP", "MAP")
KEPT = {
    "a.weight": np.arange(6.0).reshape(2, 3),
    "a.bias": np.arange(2.0),
    "e.weight": np.ones((5, 4)),
    "a.num_batches_tracked": np.zeros(()),
}


def carried(path: Path, weights: list[Weight]) -> None:
    Map(define(Source.read(path).execute())).carry(KEPT, weights)


def test_a_map_carries_weights_and_turns_kernels_alone(own: Callable[[str], Path]) -> None:
    weights = [Weight("m/a/kernel", 3, 2), Weight("m/a/bias", 2), Weight("e/embeddings", 5, 4)]
    carried(own(MAP), weights)
    assert np.array_equal(weights[0].value, KEPT["a.weight"].T)
    assert np.array_equal(weights[1].value, KEPT["a.bias"])
    assert np.array_equal(weights[2].value, KEPT["e.weight"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"a/bias"', '"a/b"'), "WEIGHTS['a.bias'] is 'a/b', which 0 Keras weights are called"),
        (('"a/bias"', '"bias"'), "'bias', which 2 Keras weights are called; there are m/a/kernel"),
        (('"a.bias"', '"a.b"'), "WEIGHTS has 'a.b', torch's state_dict has a.weight, a.bias"),
        ((', "a.bias": "a/bias"', ""), "WEIGHTS lacks a.bias of torch's module"),
        (('"a/kernel"', '("a/kernel", (0, 1))'), "has shape (2, 3) as Keras would keep it"),
        (NO_CHANGE, "WEIGHTS gives nothing to b/bias"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(
    own: Callable[[str], Path], change: tuple[str, str], said: str
) -> None:
    weights = [Weight("m/a/kernel", 3, 2), Weight("m/a/bias", 2), Weight("e/embeddings", 5, 4)]
    left_over = [Weight("b/bias", 2)] if said.endswith(("b/bias", "kernel")) else []
    with pytest.raises(WrongResult, match=re.escape(said)):
        carried(own(MAP.replace(*change)), [*weights, *left_over])


def test_a_node_without_the_service_measures_and_writes_events(
    own: Callable[[str], Path], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "framework_probes", "mine", own(SOUND), "--run", "run_7"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    events = [event_from_line(line) for line in done.stdout.splitlines()]
    kinds = [type(event) for event in events]
    assert kinds[0] is Started, done.stderr
    assert Environment in kinds
    found = [event for event in events if isinstance(event, Result)]
    assert [(r.run, r.contender.tier) for r in found] == [("run_7", "eager"), ("run_7", "compiled")]
    assert done.returncode == (4 if {r.outcome for r in found} & FAILED else 0)
    assert kinds.count(Pair) <= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.py"], "nothing.py: No such file or directory; expected a Python file"),
        ([], "file: None, expected a Python file; --template callables prints one"),
    ],
)
def test_a_node_is_told_what_is_wrong(arguments: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "framework_probes", "mine", *arguments],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{said}\n")
