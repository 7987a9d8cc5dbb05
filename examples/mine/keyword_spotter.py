"""A torch module beside a Keras model that is meant to be the same, with a map of their weights.

framework-advisor probe mine examples/mine/keyword_spotter.py
"""

import keras
import torch
from keras import layers
from torch import nn

FRAMES, BANDS, WORDS = 64, 40, 12


def inputs(rng):
    """A batch of spectrograms, channels last as Keras has them."""
    return {"sound": rng.standard_normal((8, FRAMES, BANDS, 1))}


class Spotter(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 16, 5, padding=2)
        self.norm = nn.BatchNorm2d(16, eps=1e-3)
        self.second = nn.Conv2d(16, 32, 3, padding=1)
        self.words = nn.Linear(32, WORDS)

    def forward(self, sound):
        h = nn.functional.max_pool2d(torch.relu(self.norm(self.first(sound))), 2)
        h = torch.relu(self.second(h)).mean(dim=(2, 3))
        return self.words(h)


def torch_model():
    return Spotter()


def keras_model():
    sound = keras.Input((FRAMES, BANDS, 1))
    h = layers.Conv2D(16, 5, padding="same", name="first")(sound)
    h = layers.ReLU()(layers.BatchNormalization(epsilon=1e-3, name="norm")(h))
    h = layers.MaxPooling2D()(h)
    h = layers.Conv2D(32, 3, padding="same", activation="relu", name="second")(h)
    return keras.Model(sound, layers.Dense(WORDS, name="words")(layers.GlobalAveragePooling2D()(h)))


# From names in torch's state_dict to names of Keras weights. Kernels are turned by themselves;
# where that is not right, give the axes: ("words/kernel", (1, 0)).
WEIGHTS = {
    "first.weight": "first/kernel",
    "first.bias": "first/bias",
    "norm.weight": "norm/gamma",
    "norm.bias": "norm/beta",
    "norm.running_mean": "norm/moving_mean",
    "norm.running_var": "norm/moving_variance",
    "second.weight": "second/kernel",
    "second.bias": "second/bias",
    "words.weight": "words/kernel",
    "words.bias": "words/bias",
}
# Axes of an input as torch wants it; of a result, FROM_TORCH = (0, 2, 3, 1).
TO_TORCH = {"sound": (0, 3, 1, 2)}
