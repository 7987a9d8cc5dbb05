"""PyTorch: ``DistributedDataParallel`` over gloo, joined as ``torchrun`` does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from framework_probes.distributed.joining import Peer, Together
from framework_probes.distributed.problem import PEERS, RATE, batch, part, weights
from framework_probes.probe import Array


def joined(peer: Peer) -> Together:
    """Join the process group and wrap the network."""
    torch: Any = import_module("torch")
    distributed: Any = import_module("torch.distributed")
    parallel: Any = import_module("torch.nn.parallel")
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"tcp://{peer.addresses[0]}", rank=peer.rank, world_size=PEERS
    )
    x, y = batch(peer.seed)
    single, model = _network(torch, peer.seed), _network(torch, peer.seed)
    wrapped = parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    own_x, own_y = (torch.from_numpy(part(each, peer.rank).copy()) for each in (x, y))

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(wrapped(own_x), own_y).backward()
        optimizer.step()

    def alone() -> list[Array]:
        loss = torch.nn.functional.mse_loss(single(torch.from_numpy(x)), torch.from_numpy(y))
        loss.backward()
        return _gradients(single)

    return Together(step, lambda: _gradients(model), alone, distributed.destroy_process_group)


def _network(torch: Any, seed: int) -> Any:
    held = weights(seed)
    first = torch.nn.Linear(*held["w1"].shape)
    second = torch.nn.Linear(*held["w2"].shape)
    with torch.no_grad():
        for layer, kernel, bias in ((first, "w1", "b1"), (second, "w2", "b2")):
            layer.weight.copy_(torch.from_numpy(held[kernel].T.copy()))
            layer.bias.copy_(torch.from_numpy(held[bias]))
    return torch.nn.Sequential(first, torch.nn.ReLU(), second)


def _gradients(model: Any) -> list[Array]:
    """In the order of the weights; PyTorch holds kernels the other way round."""
    found = [np.array(each.grad.numpy()) for each in model.parameters()]
    return [each.T if each.ndim == 2 else each for each in found]
