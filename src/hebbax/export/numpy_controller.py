"""A controller in plain NumPy: it needs no hebbax and no JAX.

    controller = Controller()
    controller.start(seed=1)
    while True:
        action = controller.step(observation)

Each step is one control period: the plasticity of the tick before, then a pass. README.md says what the numbers are.
For Python 3.10 and NumPy 1.22, or newer.
"""

from __future__ import annotations

import json

import numpy as np

FINE, NOT_FINITE, DIVERGED = 0, 1, 2
"""What `status` says of the last step.

After an observation or a signal that is not finite the tick is left out: the action is that of the tick before, zeros
at the first, and nothing else changes. Once weights or actions are out of bounds, actions are zeros until the next
start.
"""

_ACTION_BOUND, _WEIGHT_BOUND = np.float32(1e6), np.float32(1e8)
_SMALLEST = np.finfo(np.float32).tiny
_ONE, _EPSILON = np.float32(1.0), np.float32(1e-5)


class Controller:
    """A controller and its life."""

    def __init__(self, description=None):
        found = _description() if description is None else description
        self.description, self.connections, self.learnings = found, found["connections"], found["learnings"]
        self.mean, self.scale = (np.array(found[name], np.float32) for name in ("mean", "scale"))
        self.kept = [_numbers(one["weights"]) for one in self.connections]
        self.coefficients = [[_numbers(part) for part in one["coefficients"]] for one in self.connections]
        self.start()

    def start(self, seed=1):
        """Begin a life: first weights are drawn from the seed as `hebbax evaluate --seed` draws those of its first."""
        key = _fold_in(_fold_in((0, seed), 0x8E840A88), 0)  # the CRC-32 of "evaluate", and the first life
        self.start_with_key(*_fold_in(key, 0))

    def start_with_key(self, *key):
        """Begin a life whose first weights are drawn from a key, two words of 32 bits."""
        self._begin([_first_weights(one, kept, key) for one, kept in zip(self.connections, self.kept, strict=True)])

    def start_from(self, weights):
        """Begin a life with weights [presynaptic, postsynaptic] by connection, of those whose weights change."""
        self.start()
        for index, given in zip(self._plastic(), weights, strict=True):
            self.weights[index][:] = np.reshape(given, self.weights[index].shape)

    def step(self, observation, signal=()):
        """Return the action [actions], float32, for an observation [observations], as the task has it.

        `signal` is what came of the action before, where the controller hears anything; see README.md.
        """
        inputs, heard = self._normalised(observation), np.asarray(signal, np.float32).reshape(-1)
        if heard.shape != (len(self.description["signals"]),):
            raise ValueError(f"{heard.size} signals: expected {self.description['signals']}")
        if self.status[0] == DIVERGED:
            return self.action.copy()
        with np.errstate(all="ignore"):
            if not (np.all(np.abs(inputs) < np.inf) and np.all(np.abs(heard) < np.inf)):
                self.status[0] = NOT_FINITE
                return self.action.copy()
            within = self.tick[0] == 0 or self._adapt(heard)
            self.units[: len(inputs)] = inputs
            for step in self.description["steps"]:
                _STEPS[step["does"]](self, step)
            action = self.units[len(self.units) - len(self.action) :]
            within = within and np.all(np.abs(action) <= _ACTION_BOUND)
        self.status[0] = FINE if within else DIVERGED
        self.action[:] = action if within else 0.0
        self._remember()
        self.tick[0] += 1
        return self.action.copy()

    def arrays(self):
        """Return all that changes in a life: arrays that may be copied, and written back."""
        rows = [*self.weights, *(part for parts in self.states for part in parts), *self.histories, *self.gathered]
        return [*rows, self.units, self.action, self.tick, self.status]

    def _plastic(self):
        return [index for index, one in enumerate(self.connections) if one["learning"] is not None]

    def _begin(self, weights):
        found = self.description
        self.weights = weights
        self.states = [
            [] if one["learning"] is None else [np.zeros_like(own) for _ in self.learnings[one["learning"]]["states"]]
            for one, own in zip(self.connections, weights, strict=True)
        ]
        self.histories = [np.zeros((one["rows"], one["size"]), np.float32) for one in found["histories"]]
        self.gathered = [np.zeros(1, np.float32) for _ in found["histories"]]
        self.units = np.zeros(found["units"], np.float32)
        self.units[found["ones"]] = 1.0
        self.action = np.zeros(_size(found["actions"]), np.float32)
        self.tick, self.status = np.zeros(1, np.int64), np.zeros(1, np.int64)

    def _normalised(self, observation):
        seen = np.asarray(observation, np.float32).reshape(-1)
        if seen.shape != (_size(self.description["observations"]),):
            raise ValueError(
                f"an observation of {seen.size} numbers: expected {_size(self.description['observations'])}"
            )
        with np.errstate(all="ignore"):
            return (seen - self.mean) * self.scale if self.mean.size else seen

    def _remember(self):
        """Keep the activations of this tick."""
        for one, rows, gathered in zip(self.description["histories"], self.histories, self.gathered, strict=True):
            units = self.units[one["at"] : one["at"] + one["size"]]
            if one["averaging"] == "moving-average":
                rows[self.tick[0] % one["window"]] = units
            else:
                part = _ONE / np.float32(one["window"])
                rows[0] += (units - rows[0]) * part
                gathered += (_ONE - gathered) * part

    def _mean(self, history):
        """Return the activations that an update sees; those that nobody reads are zero."""
        if history is None:
            return self.units
        one, rows = self.description["histories"][history], self.histories[history]
        means = np.zeros_like(self.units)
        if one["averaging"] == "moving-average":
            count = min(int(self.tick[0]), one["window"])
            mean = rows[:count].sum(axis=0) * (_ONE / np.float32(count))
        else:
            mean = rows[0] * (_ONE / self.gathered[history])
        means[one["at"] : one["at"] + one["size"]] = mean
        return means

    def _adapt(self, heard):
        """Update weights after the tick before; return whether they are within bounds."""
        for number, learning in enumerate(self.learnings):
            if (self.tick[0] - 1) % learning["interval"] != 0:
                continue
            means = self._mean(learning["history"])
            for index, one in enumerate(self.connections):
                if one["learning"] == number and not self._learn(index, one, learning, means, heard):
                    return False
        return True

    def _learn(self, index, one, learning, means, heard):
        weights = self.weights[index]
        known = {"weight": weights}
        known["pre"] = means[one["pre_at"] : one["pre_at"] + one["pre_size"], None]
        known["post"] = means[None, one["post_at"] : one["post_at"] + one["post_size"]]
        for name, values in (
            ("coefficient", self.coefficients[index]),
            ("state", self.states[index]),
            ("signal", [heard[place] for place in learning["signals"]]),
        ):
            known.update((f"{name}{number}", value) for number, value in enumerate(values))
        change, *states = _evaluate(learning["change"], known)
        changed = weights + change
        weights[:] = _of_each(learning, changed)
        for state, value in zip(self.states[index], [np.array(value, np.float32) for value in states], strict=True):
            state[:] = value
        size = np.abs(weights).max()
        within = size <= _WEIGHT_BOUND if learning["normalisation"] == "none" else size < np.inf
        _of_all(learning, weights, size)
        return bool(within)  # false where it is not a number


def _of_each(learning, weights):
    """Return weights after what is done to each of them."""
    if learning["normalisation"] == "clip":
        bound = np.float32(learning["bound"])
        return np.clip(weights, -bound, bound)
    return np.tanh(weights) if learning["normalisation"] == "tanh" else weights


def _of_all(learning, weights, size):
    """Do to the weights of a connection what is done to all of them."""
    kind = learning["normalisation"]
    if kind == "max" and size >= _SMALLEST:
        weights *= _ONE / size
    elif kind == "standardise":
        weights -= weights.mean(dtype=np.float32)
        weights /= np.sqrt((weights * weights).mean(dtype=np.float32) + _EPSILON)
    elif kind == "unit-norm":
        norms = np.sqrt((weights * weights).sum(axis=0))
        weights *= _ONE / np.where(norms >= _SMALLEST, norms, _ONE)


def _evaluate(expression, known):
    """Return what an expression of arrays gives."""
    found = dict(known)

    def read(operand):
        return found[operand] if isinstance(operand, str) else np.float32(operand)

    for name, does, *of in expression["operations"]:
        found[name] = _OPERATIONS[does](*map(read, of))
    return [read(operand) for operand in expression["results"]]


_OPERATIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negate": np.negative,
    "absolute": np.abs,
    "larger": np.maximum,
    "smaller": np.minimum,
    "root": np.sqrt,
    "exponential": np.exp,
    "logarithm": np.log,
    "tanh": np.tanh,
    "sine": np.sin,
    "cosine": np.cos,
    "less": np.less,
    "at-most": np.less_equal,
    "greater": np.greater,
    "at-least": np.greater_equal,
    "equal": np.equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "choose": np.where,
}


def _product(controller, step):
    one, units = controller.connections[step["connection"]], controller.units
    carried = units[step["source"] : step["source"] + one["pre_size"]] @ controller.weights[step["connection"]]
    target = slice(one["post_at"], one["post_at"] + one["post_size"])
    units[target] = units[target] + carried if step["add"] else carried


def _convolve(controller, step):
    source, target, units = step["source"], step["target"], controller.units
    flat = units[source["at"] : source["at"] + source["height"] * source["width"] * source["channels"]]
    if source["colours_last"]:
        image = np.moveaxis(flat.reshape(source["height"], source["width"], source["channels"]), 2, 0)
    else:
        image = flat.reshape(source["channels"], source["height"], source["width"])
    rows, columns, stride = target["height"] * step["pool"], target["width"] * step["pool"], step["stride"]
    tall, wide, side = (rows - 1) * stride + 1, (columns - 1) * stride + 1, range(step["kernel"])
    shifted = [image[:, y : y + tall : stride, x : x + wide : stride] for y in side for x in side]
    patches = np.stack(shifted, axis=1).reshape(-1, rows * columns)
    squares = target["channels"], target["height"], step["pool"], target["width"], step["pool"]
    found = (controller.weights[step["connection"]].T @ patches).reshape(squares).max((2, 4)).reshape(-1)
    units[target["at"] : target["at"] + found.size] = found


def _activate(controller, step):
    at = slice(step["at"], step["at"] + step["size"])
    controller.units[at] = _ACTIVATIONS[step["name"]](controller.units[at])


def _copy(controller, step):
    controller.units[_of(step, "target")] = controller.units[_of(step, "source")]


def _add(controller, step):
    controller.units[_of(step, "target")] += controller.units[_of(step, "source")]


def _multiply(controller, step):
    units = controller.units
    product = units[_of(step, "one")] * units[_of(step, "other")]
    units[_of(step, "target")] = units[_of(step, "target")] + product if step["add"] else product


def _blend(controller, step):
    units = controller.units
    gate = units[_of(step, "gate")]
    units[_of(step, "target")] = (_ONE - gate) * units[_of(step, "one")] + gate * units[_of(step, "other")]


def _of(step, name):
    return slice(step[name], step[name] + step["size"])


_STEPS = {
    "product": _product,
    "convolve": _convolve,
    "activate": _activate,
    "copy": _copy,
    "add": _add,
    "multiply": _multiply,
    "blend": _blend,
}

_ACTIVATIONS = {
    "tanh": np.tanh,
    "sigmoid": lambda x: np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * x),
    "relu": lambda x: np.maximum(x, np.float32(0.0)),
    "leaky-relu": lambda x: np.where(x < 0, np.float32(0.01) * x, x),
    "elu": lambda x: np.where(x < 0, np.expm1(x), x),
    "celu": lambda x: np.where(x < 0, np.expm1(x), x),
    "selu": lambda x: np.float32(1.0507009873554805) * np.where(x < 0, np.float32(1.6732632423543772) * np.expm1(x), x),
    "silu": lambda x: x / (_ONE + np.exp(-x)),
    "linear": lambda x: x,
    "hard-tanh": lambda x: np.clip(x, -_ONE, _ONE),
}


def _first_weights(one, kept, key):
    """Return the weights that a connection begins with."""
    if kept is not None:
        return kept.copy()
    draw, shape = one["draw"], (one["pre_size"], one["post_size"])
    key = key if draw["key"] is None else tuple(draw["key"])
    indices = draw["at"] + np.arange(shape[0] * shape[1], dtype=np.uint32)
    centre, spread = np.float32(draw["centre"]), np.float32(draw["spread"])
    if draw["shape"] == "uniform":
        return _uniform(key, indices, centre - spread, centre + spread).reshape(shape)
    lowest = np.nextafter(np.float32(-1.0), np.float32(0.0))
    unit = _uniform(key, indices, lowest, _ONE)
    if draw["shape"] == "sparse":  # zero for four in five, and what is left is uniform again
        unit = np.sign(unit) * np.maximum(np.abs(unit) - np.float32(0.8), np.float32(0.0)) * np.float32(1 / (1 - 0.8))
    return (centre + spread * (np.float32(2.0**0.5) * _inverse_error_function(unit))).reshape(shape)


def _threefry(key, a, b):
    """Return the two words of a block under a key (Salmon et al. 2011), as jax.random does."""
    key = [np.uint32(word) for word in key]
    key.append(key[0] ^ key[1] ^ np.uint32(0x1BD11BDA))
    a, b = np.atleast_1d(np.asarray(a, np.uint32)) + key[0], np.atleast_1d(np.asarray(b, np.uint32)) + key[1]
    for turn in range(5):
        for rotation in ((13, 15, 26, 6), (17, 29, 16, 24))[turn % 2]:
            a = a + b
            b = a ^ (b << np.uint32(rotation) | b >> np.uint32(32 - rotation))
        a = a + key[(turn + 1) % 3]
        b = b + key[(turn + 2) % 3] + np.uint32(turn + 1)
    return a, b


def _fold_in(key, number):
    a, b = _threefry(key, 0, number)
    return int(a[0]), int(b[0])


def _uniform(key, indices, low, high):
    a, b = _threefry(key, np.zeros_like(indices), indices)
    unit = ((a ^ b) >> np.uint32(9)).astype(np.float64) / (1 << 23)
    # Rounded once, as hebbax and the C do with a fused multiplication and addition.
    return np.maximum(low, (unit * np.float64(np.float32(high - low)) + low).astype(np.float32))


def _inverse_error_function(x):
    """Giles (2010), "Approximating the erfinv function", single precision."""
    w = -np.log1p(-x * x)
    near, far = w - np.float32(2.5), np.sqrt(np.maximum(w, np.float32(5.0))) - np.float32(3.0)
    return np.where(w < 5.0, _polynomial(_NEAR, near), _polynomial(_FAR, far)) * x


def _polynomial(coefficients, w):
    p = np.zeros_like(w)
    for coefficient in coefficients:
        p = np.float32(coefficient) + p * w
    return p


_NEAR = (
    *(2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087),
    *(-0.00125372503, -0.00417768164, 0.246640727, 1.50140941),
)
_FAR = (
    *(-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773),
    *(-0.0076224613, 0.00943887047, 1.00167406, 2.83297682),
)


def _size(quantities):
    return sum(one["size"] for one in quantities)


def _numbers(document):
    """Return an array of the description, float32; None for none."""
    if document is None:
        return None
    if "step" in document:
        return np.array(document["wholes"], np.float32) * np.float32(document["step"])
    return np.array(document["values"], np.float32)


def _description():
    """Return the description that this file holds."""
    return json.loads(DESCRIPTION)


DESCRIPTION = ""
