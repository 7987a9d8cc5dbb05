"""A small transformer encoder that classifies sequences of tokens."""

import torch
from torch import nn

from data import CLASSES, LENGTH, TOKENS

WIDTH = 64


class Model(nn.Module):
    """Embedding, learned positions, two encoder layers, mean, dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, WIDTH)
        self.positions = nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        self.encoder = nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH, nhead=4, dim_feedforward=4 * WIDTH, dropout=0.0, batch_first=True
            )
            for _ in range(2)
        )
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """From (batch, length) to a score for each class."""
        hidden = self.embedding(tokens) + self.positions
        for layer in self.encoder:
            hidden = layer(hidden)
        return self.head(hidden.mean(dim=1))
