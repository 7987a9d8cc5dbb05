"""A small transformer encoder that classifies sequences of tokens."""

import keras

from data import CLASSES, SHAPE, TOKENS

WIDTH = 64


def build() -> keras.Model:
    """Embedding, two encoder layers, mean, dense layer; gives a score for each class."""
    inputs = keras.Input(SHAPE, dtype="int32", name="inputs")
    hidden = keras.layers.Embedding(TOKENS, WIDTH)(inputs)
    for _ in range(2):
        seen = keras.layers.MultiHeadAttention(4, WIDTH // 4)(hidden, hidden)
        hidden = keras.layers.LayerNormalization()(hidden + seen)
        wide = keras.layers.Dense(4 * WIDTH, activation="relu")(hidden)
        hidden = keras.layers.LayerNormalization()(hidden + keras.layers.Dense(WIDTH)(wide))
    pooled = keras.layers.GlobalAveragePooling1D()(hidden)
    return keras.Model(inputs, keras.layers.Dense(CLASSES)(pooled))
