"""One step of a diffusion sampler, as one Keras model on its three back ends; with its training.

framework-advisor probe mine examples/mine/denoiser.py
framework-advisor probe mine examples/mine/denoiser.py --only train
"""

import keras
from keras import layers

BATCH, SIZE, CHANNELS = 4, 32, 16


def inputs(rng):
    """What the model is given, in its order; ``target`` is what the loss compares with."""
    image = (BATCH, SIZE, SIZE, 3)
    return {
        "noisy": rng.standard_normal(image),
        "time": rng.uniform(0, 1, (BATCH, 8)),
        "target": rng.standard_normal(image),
    }


def keras_model():
    noisy, time = keras.Input((SIZE, SIZE, 3)), keras.Input((8,))
    shift = layers.Dense(2 * CHANNELS, activation="swish")(time)
    fine = layers.Conv2D(CHANNELS, 3, padding="same", activation="swish")(noisy)
    coarse = layers.Conv2D(2 * CHANNELS, 3, strides=2, padding="same")(fine)
    coarse = coarse + layers.Reshape((1, 1, 2 * CHANNELS))(shift)
    coarse = layers.GroupNormalization(groups=4)(coarse)
    coarse = layers.Activation("swish")(coarse)
    coarse = layers.Conv2D(CHANNELS, 3, padding="same", activation="swish")(coarse)
    both = layers.Concatenate()([fine, layers.UpSampling2D()(coarse)])
    return keras.Model([noisy, time], layers.Conv2D(3, 3, padding="same")(both))


def training():
    """A loss and an optimizer; leave it out to measure inference alone."""
    return keras.losses.MeanSquaredError(), keras.optimizers.Adam(1e-3)
