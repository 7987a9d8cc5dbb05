"""A small classifier of rows of numbers."""

import keras

from data import CLASSES, SHAPE


def build() -> keras.Model:
    """Three dense layers; gives a score for each class."""
    return keras.Sequential(
        [
            keras.Input(SHAPE, name="inputs"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(CLASSES),
        ]
    )
