"""Chooses what computes for Keras. Imported before keras, everywhere."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
