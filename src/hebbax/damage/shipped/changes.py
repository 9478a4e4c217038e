"""Changes that several kinds of damage share."""

from __future__ import annotations


def scale(values, value, state, noise):
    """Multiply by the value."""
    return value * values, state


def add(values, value, state, noise):
    """Add the value."""
    return values + value, state


def add_noise(values, value, state, noise):
    """Add Gaussian noise, with the value as its standard deviation."""
    return values + value * noise.normal, state


def stop(values, value, state, noise):
    """Put all to 0."""
    return 0.0 * values, state


def stay(values, value, state, noise):
    """Return what was there at the onset, which the state is."""
    return state, state


def as_it_is(values, value):
    """Return the state of `stay` at the onset."""
    return values.copy()
