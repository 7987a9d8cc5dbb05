"""A small image classifier."""

import keras

from data import CLASSES, SHAPE


def build() -> keras.Model:
    """Two convolutions and two dense layers; gives a score for each class."""
    return keras.Sequential(
        [
            keras.Input(SHAPE, name="inputs"),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(CLASSES),
        ]
    )
