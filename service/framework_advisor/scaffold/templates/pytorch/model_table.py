"""A small classifier of rows of numbers."""

import torch
from torch import nn

from data import CLASSES, FEATURES


class Model(nn.Module):
    """Three dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, CLASSES)
        )

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """From (batch, features) to a score for each class."""
        return self.layers(rows)
