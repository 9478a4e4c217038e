"""Lives of exported controllers, on observations that are given."""

from __future__ import annotations

import numpy as np

from hebbax.export.description import Description
from hebbax.export.numpy_controller import Controller
from hebbax.export.steppers import NumpyStepper, Stepper


def numpy_stepper(found: Description) -> NumpyStepper:
    return NumpyStepper(Controller(found.to_json()))


def lived(stepper: Stepper, key: np.ndarray, seen: np.ndarray, heard: np.ndarray | None = None) -> np.ndarray:
    """Return the actions of a life whose every tick is fine."""
    state, actions = stepper.begin(key), []
    signals = np.zeros((len(seen), 0), np.float32) if heard is None else heard
    for observation, signal in zip(seen, signals, strict=True):
        status, action, state = stepper.step(state, observation, signal)
        assert status == 0
        actions.append(action)
    return np.array(actions)
