"""Trains the model: ``python train.py``."""

import numpy as np
import torch
from torch import nn

from data import batch
from model import Model

#: How the recommendation runs it; without, the same code runs step by step in a debugger.
COMPILE = True
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def train(steps: int = 200, *, compiled: bool = COMPILE) -> tuple[Model, list[float]]:
    """The trained model, and the loss of each step."""
    torch.manual_seed(0)
    rng = np.random.default_rng(1)
    model = Model().to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    def loss_of(inputs: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(model(inputs), classes)

    compute = torch.compile(loss_of) if compiled else loss_of
    losses = []
    for _ in range(steps):
        inputs, classes = (torch.from_numpy(part).to(DEVICE) for part in batch(rng, 32))
        optimizer.zero_grad(set_to_none=True)
        loss = compute(inputs, classes)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return model.eval(), losses


def predict(model: Model, inputs: np.ndarray) -> np.ndarray:
    """Scores for each class."""
    with torch.inference_mode():
        return model(torch.from_numpy(inputs).to(DEVICE)).cpu().numpy()


if __name__ == "__main__":
    _, losses = train()
    print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} after {len(losses)} steps")
