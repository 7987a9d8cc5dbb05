"""From the names in torch's ``state_dict`` to a Keras model's weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framework_probes.equality import WrongResult
from framework_probes.mine.definition import Definition
from framework_probes.probe import Array, Native

#: Of a kernel that both know, by its axes: torch has the outward one first, Keras last.
KERNELS: Mapping[int, tuple[int, ...]] = {
    2: (1, 0),
    3: (2, 1, 0),
    4: (2, 3, 1, 0),
    5: (2, 3, 4, 1, 0),
}
#: Kept by torch for its own use.
COUNTERS = ("num_batches_tracked",)


@dataclass(slots=True)
class Map:
    """The file's ``WEIGHTS``, and to which places in the model's list its names led.

    Keras numbers the layers of a second model on, so that ``dense`` becomes ``dense_1``: names are
    looked up once, in the first model that a process builds.
    """

    definition: Definition
    places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, definition: Definition) -> Map:
        """The one of that file in this process."""
        module = vars(definition.executed.module)
        found: Map = module.setdefault("__mine_map__", cls(definition))
        return found

    def carry(self, kept: Mapping[str, Array], weights: Sequence[Native]) -> None:
        """Put torch's weights into the Keras model's.

        Raises:
            WrongResult: a weight is left over on either side, or has another shape.
        """
        wanted: dict[str, Any] = self.definition.executed.get("WEIGHTS")
        self._complete(wanted, kept)
        if not self.places:
            self.places.update(self._found(wanted, weights))
        for name, target in wanted.items():
            weight = weights[self.places[name]]
            axes = target[1] if isinstance(target, tuple) else _usual(kept[name], weight)
            value = kept[name] if axes is None else kept[name].transpose(axes)
            if tuple(weight.shape) != value.shape:
                raise WrongResult(
                    f"{self._file}: WEIGHTS[{name!r}] has shape {value.shape} as Keras would keep "
                    f"it, {weight.path} has {tuple(weight.shape)}; give the axes: "
                    f"({_name(target)!r}, (1, 0))"
                )
            weight.assign(np.ascontiguousarray(value))

    @property
    def _file(self) -> str:
        return self.definition.source.name

    def _complete(self, wanted: Mapping[str, Any], kept: Mapping[str, Array]) -> None:
        for name in wanted.keys() - kept.keys():
            raise WrongResult(
                f"{self._file}: WEIGHTS has {name!r}, torch's state_dict has {', '.join(kept)}"
            )
        left = [n for n in kept if n not in wanted and not n.endswith(COUNTERS)]
        if left:
            raise WrongResult(f"{self._file}: WEIGHTS lacks {', '.join(left)} of torch's module")

    def _found(self, wanted: Mapping[str, Any], weights: Sequence[Native]) -> dict[str, int]:
        paths = [str(weight.path) for weight in weights]
        places = {}
        for name, target in wanted.items():
            end = _name(target)
            hits = [n for n, p in enumerate(paths) if p == end or p.endswith(f"/{end}")]
            if len(hits) != 1:
                raise WrongResult(
                    f"{self._file}: WEIGHTS[{name!r}] is {end!r}, which {len(hits)} Keras weights "
                    f"are called; there are {', '.join(paths)}"
                )
            places[name] = hits[0]
        left = [path for place, path in enumerate(paths) if place not in places.values()]
        if left:
            raise WrongResult(f"{self._file}: WEIGHTS gives nothing to {', '.join(left)}")
        return places


def _name(target: Any) -> str:
    return str(target[0] if isinstance(target, tuple) else target)


def _usual(value: Array, weight: Native) -> tuple[int, ...] | None:
    """Axes of a kernel; what is no kernel (a bias, an embedding) is the same in both."""
    return KERNELS.get(value.ndim) if str(weight.path).endswith("kernel") else None
