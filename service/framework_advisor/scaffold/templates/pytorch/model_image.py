"""A small image classifier; images come with their channels last, as the data has them."""

import torch
from torch import nn

from data import CLASSES


class Model(nn.Module):
    """Two convolutions and two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * 7 * 7, 64),
            nn.ReLU(),
            nn.Linear(64, CLASSES),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """From (batch, 28, 28, 1) to a score for each class."""
        return self.layers(images.permute(0, 3, 1, 2))
