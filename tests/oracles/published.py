"""The published code's forms, written out number by number in NumPy; nothing here is of hebbax."""

from __future__ import annotations

import numpy as np


def differential_hebbian(pre, post, pre_before, post_before, terms):
    """Return Δw / rate [pre, post] as published: a fall is a negative number. `terms` [8, pre, post], from pp to ns."""
    change = np.zeros((len(pre), len(post)))
    for i in range(len(pre)):
        for j in range(len(post)):
            dx, dy = pre[i] - pre_before[i], post[j] - post_before[j]
            x_up, x_down = (dx, 0.0) if dx > 0 else (0.0, dx)
            y_up, y_down = (dy, 0.0) if dy > 0 else (0.0, dy)
            pp, pn, np_, nn, sp, sn, ps, ns = terms[:, i, j]
            change[i, j] += pp * x_up * y_up + pn * x_up * y_down + np_ * x_down * y_up + nn * x_down * y_down
            change[i, j] += sp * pre[i] * y_up + sn * pre[i] * y_down + ps * x_up * post[j] + ns * x_down * post[j]
    return change


def _taken(numbers, rows, columns):
    """Return the next matrix, row by row, off a list of numbers."""
    return np.array([[numbers.pop(0) for _ in range(columns)] for _ in range(rows)])


def lstm_of_genome(genome, observations, hidden, actions):
    """Return the actions of each tick of an LSTM with biases, from its genome as documented: i, f, g, o, output."""
    numbers, inputs = [float(number) for number in genome], len(observations[0])
    gates = {}
    for gate in "ifgo":
        from_input = _taken(numbers, inputs + 1, hidden)  # its last row is the gate's bias
        gates[gate] = from_input, _taken(numbers, hidden, hidden)  # which has none
    output = _taken(numbers, hidden + 1, actions)
    assert not numbers
    h, memory, done = np.zeros(hidden), np.zeros(hidden), []
    for x in observations:
        drive = {gate: np.append(x, 1.0) @ of_x + h @ of_h for gate, (of_x, of_h) in gates.items()}
        i, f, o = (1 / (1 + np.exp(-drive[gate])) for gate in "ifo")
        memory = f * memory + i * np.tanh(drive["g"])
        h = o * np.tanh(memory)
        done.append(np.tanh(np.append(h, 1.0) @ output))
    return np.array(done)


def gru_of_genome(genome, observations, hidden, actions):
    """Return the actions of each tick of a GRU with biases, from its genome as documented: z, r, c, then output."""
    numbers, inputs = [float(number) for number in genome], len(observations[0])
    (xz, hz), (xr, hr), (xc, hc) = (
        (_taken(numbers, inputs + 1, hidden), _taken(numbers, hidden, hidden)) for _ in range(3)
    )
    output = _taken(numbers, hidden + 1, actions)
    assert not numbers
    h, done = np.zeros(hidden), []
    for observation in observations:
        x = np.append(observation, 1.0)
        z, r = 1 / (1 + np.exp(-(x @ xz + h @ hz))), 1 / (1 + np.exp(-(x @ xr + h @ hr)))
        h = (1 - z) * h + z * np.tanh(x @ xc + (r * h) @ hc)
        done.append(np.tanh(np.append(h, 1.0) @ output))
    return np.array(done)
