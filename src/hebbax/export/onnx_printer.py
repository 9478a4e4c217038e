"""A controller as one ONNX graph: a step with all that changes in a life as inputs and outputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from hebbax.compiling.bounds import BOUND
from hebbax.errors import HebbaxError
from hebbax.export.description import Description, History, Learning, Wiring
from hebbax.export.expressions import Expression, Operand
from hebbax.export.numpy_controller import DIVERGED, FINE, NOT_FINITE
from hebbax.export.onnx_units import Units
from hebbax.installing import pip_install_extra
from hebbax.networks.picture import Convolve
from hebbax.networks.steps import Activate, Add, Blend, Copy, Multiply, Product, Step
from hebbax.policies.any_policy import WEIGHT_BOUND

OPSET, IR_VERSION = 17, 8
"""Of February 2022: what any runtime in use today reads."""

_LARGEST = np.finfo(np.float32).max


def print_onnx(description: Description) -> bytes:
    """Return the bytes of the model. Raises HebbaxError where onnx is not installed."""
    onnx = import_onnx("onnx")
    graph = Graph(onnx)
    _step(graph, description)
    model = onnx.helper.make_model(
        graph.finished(description.name),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="hebbax",
        producer_version=description.made_with,
    )
    document = description.to_json()
    kept = {key: document[key] for key in ("observations", "actions", "signals", "control_period", "task", "policy")}
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in kept.items()})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def import_onnx(name: str) -> Any:
    """Return the module onnx or onnxruntime. Raises HebbaxError where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise HebbaxError(f"{name} is not installed: {pip_install_extra('onnx')}") from error


class Graph:
    """Nodes as they are added, each with one result of its own name."""

    def __init__(self, onnx: Any) -> None:
        self._onnx, self._helper = onnx, onnx.helper
        self._nodes: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Any] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; return the name of its result."""
        name = f"n{len(self._nodes)}"
        self._nodes.append(self._helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """Return the name of a number or an array; the same for the same."""
        array = np.asarray(value, dtype)
        key = array.dtype.str, array.shape, array.tobytes()
        if key not in self._constants:
            self._constants[key] = self._onnx.numpy_helper.from_array(array, f"c{len(self._constants)}")
        return self._constants[key].name

    def input(self, name: str, shape: Sequence[int], dtype: Any = np.float32) -> str:
        """Add an input; return its name."""
        self._inputs.append(self._helper.make_tensor_value_info(name, self._type(dtype), list(shape)))
        return name

    def output(self, name: str, value: str, shape: Sequence[int], dtype: Any = np.float32) -> None:
        """Have a value be an output of a name."""
        self._nodes.append(self._helper.make_node("Identity", [value], [name]))
        self._outputs.append(self._helper.make_tensor_value_info(name, self._type(dtype), list(shape)))

    def finished(self, name: str) -> Any:
        """Return the graph."""
        return self._helper.make_graph(
            self._nodes, name, self._inputs, self._outputs, initializer=list(self._constants.values())
        )

    def _type(self, dtype: Any) -> int:
        return self._helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def state_shapes(found: Description) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Return shape and type of all that changes in a life, by the names of the model's inputs."""
    shapes: dict[str, tuple[tuple[int, ...], Any]] = {}
    for index, one in enumerate(found.connections):
        if one.learning is not None or one.weights is None:
            shapes[f"weights_{index}"] = one.shape, np.float32
        if one.learning is not None:
            for place in range(len(found.learnings[one.learning].states)):
                shapes[f"state_{index}_{place}"] = one.shape, np.float32
    for place, one in enumerate(found.histories):
        shapes[f"history_{place}"] = (one.rows, one.size), np.float32
        shapes[f"gathered_{place}"] = (1,), np.float32
    shapes["units"] = (found.units,), np.float32
    shapes["last_action"] = (found.action_size,), np.float32
    shapes["tick"], shapes["last_status"] = ((1,), np.int64), ((1,), np.int64)
    return shapes


def _step(graph: Graph, found: Description) -> None:
    """Add a step: state and observation to action, status and state."""
    observation = graph.input("observation", [found.observation_size])
    signal = graph.input("signal", [len(found.signals)]) if found.signals else None
    shapes = state_shapes(found)
    state = {name: graph.input(name, shape, dtype) for name, (shape, dtype) in shapes.items()}
    inputs = observation
    if found.mean.size:
        deviation = graph.add("Sub", observation, graph.constant(found.mean))
        inputs = graph.add("Mul", deviation, graph.constant(found.scale))
    finite = _all_within(graph, inputs, _LARGEST)
    if signal is not None:
        finite = graph.add("And", finite, _all_within(graph, signal, _LARGEST))
    goes_on = graph.add("And", finite, graph.add("Less", state["last_status"], graph.constant([DIVERGED], np.int64)))
    learnt, within = _Updates(graph, found, state, signal).run()
    units = _pass(graph, found, {**state, **learnt}, inputs)
    action = units.read(found.units - found.action_size, found.action_size)
    within = graph.add("And", within, _all_within(graph, action, BOUND))
    action = graph.add("Where", within, action, graph.constant(np.zeros(found.action_size)))
    new = {**learnt, **_remembered(graph, found, state, units), "units": units.whole(), "last_action": action}
    new["tick"] = graph.add("Add", state["tick"], graph.constant([1], np.int64))
    fine, diverged = graph.constant([FINE], np.int64), graph.constant([DIVERGED], np.int64)
    new["last_status"] = graph.add("Where", within, fine, diverged)
    # A tick that is left out changes nothing but what is answered.
    kept = {
        name: graph.add("Where", goes_on, new[name], value) if name in new else value for name, value in state.items()
    }
    refused = graph.add("Max", state["last_status"], graph.constant([NOT_FINITE], np.int64))
    kept["last_status"] = graph.add("Where", goes_on, new["last_status"], refused)
    graph.output("action", kept["last_action"], [found.action_size])
    for name, (shape, dtype) in shapes.items():
        graph.output(f"next_{name}", kept[name], shape, dtype)


def _all_within(graph: Graph, values: str, bound: Any) -> str:
    """Return whether no value is beyond a bound, or not a number: truth of [1]."""
    within = graph.add("LessOrEqual", graph.add("Abs", values), graph.constant(bound))
    numbers = graph.add(
        "Cast", graph.add("Reshape", within, graph.constant([-1], np.int64)), to=graph._type(np.float32)
    )
    return graph.add("Greater", graph.add("ReduceMin", numbers, keepdims=1), graph.constant([0.5]))


def _pass(graph: Graph, found: Description, state: dict[str, str], inputs: str) -> Units:
    """Add a pass; return the units after it."""
    units = Units(graph, state["units"], found.units)
    for place in found.ones:
        units.write(place, 1, graph.constant([1.0]))
    units.write(0, found.observation_size, inputs)
    for step in found.steps:
        _of_step(graph, found, state, units, step)
    return units


def _of_step(graph: Graph, found: Description, state: dict[str, str], units: Units, step: Step) -> None:
    if isinstance(step, Product):
        one = found.connections[step.connection]
        weights = _weights(graph, one, step.connection, state)
        carried = graph.add("MatMul", units.read(step.source or 0, one.pre_size), weights)
        if step.add:
            carried = graph.add("Add", units.read(one.post_at, one.post_size), carried)
        units.write(one.post_at, one.post_size, carried)
    elif isinstance(step, Convolve):
        units.write(step.target.at, step.target.size, _convolved(graph, found, state, units, step))
    elif isinstance(step, Activate):
        units.write(step.at, step.size, _activated(graph, step.name, units.read(step.at, step.size)))
    elif isinstance(step, Copy):
        units.write(step.target, step.size, units.read(step.source, step.size))
    elif isinstance(step, Add):
        added = graph.add("Add", units.read(step.target, step.size), units.read(step.source, step.size))
        units.write(step.target, step.size, added)
    elif isinstance(step, Multiply):
        product = graph.add("Mul", units.read(step.one, step.size), units.read(step.other, step.size))
        if step.add:
            product = graph.add("Add", units.read(step.target, step.size), product)
        units.write(step.target, step.size, product)
    else:
        units.write(step.target, step.size, _blended(graph, units, step))


def _blended(graph: Graph, units: Units, step: Blend) -> str:
    gate = units.read(step.gate, step.size)
    kept = graph.add("Mul", graph.add("Sub", graph.constant(1.0), gate), units.read(step.one, step.size))
    return graph.add("Add", kept, graph.add("Mul", gate, units.read(step.other, step.size)))


def _weights(graph: Graph, one: Wiring, index: int, state: dict[str, str]) -> str:
    if one.learning is None and one.weights is not None:
        return graph.constant(one.weights.values)
    return state[f"weights_{index}"]


def _convolved(graph: Graph, found: Description, state: dict[str, str], units: Units, step: Convolve) -> str:
    one, source, side = found.connections[step.connection], step.source, step.kernel
    flat = units.read(source.at, source.size)
    if source.colours_last:
        shape = graph.constant([1, source.height, source.width, source.channels], np.int64)
        image = graph.add("Transpose", graph.add("Reshape", flat, shape), perm=[0, 3, 1, 2])
    else:
        shape = graph.constant([1, source.channels, source.height, source.width], np.int64)
        image = graph.add("Reshape", flat, shape)
    filters = graph.add("Transpose", _weights(graph, one, step.connection, state), perm=[1, 0])
    shape = graph.constant([step.target.channels, source.channels, side, side], np.int64)
    found_there = graph.add("Conv", image, graph.add("Reshape", filters, shape), strides=[step.stride] * 2)
    pooled = graph.add("MaxPool", found_there, kernel_shape=[step.pool] * 2, strides=[step.pool] * 2)
    # What does not fill a square at the lower and right edge has been left out.
    return graph.add("Reshape", pooled, graph.constant([-1], np.int64))


def _activated(graph: Graph, name: str, x: str) -> str:
    plain = {"tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu"}
    if name == "linear":
        return x
    if name in plain:
        return graph.add(plain[name], x)
    if name == "silu":
        return graph.add("Mul", x, graph.add("Sigmoid", x))
    if name == "leaky-relu":
        return graph.add("LeakyRelu", x, alpha=0.01)
    if name == "hard-tanh":
        return graph.add("Max", graph.add("Min", x, graph.constant(1.0)), graph.constant(-1.0))
    if name == "selu":
        return graph.add("Selu", x, alpha=1.6732632423543772, gamma=1.0507009873554805)
    return graph.add("Elu", x, alpha=1.0)  # which celu is too


def _remembered(graph: Graph, found: Description, state: dict[str, str], units: Units) -> dict[str, str]:
    """Return the histories with the activations of this tick."""
    new = {}
    for place, one in enumerate(found.histories):
        name, seen = f"history_{place}", units.read(one.at, one.size)
        if one.averaging == "moving-average":
            row = graph.add("Mod", state["tick"], graph.constant([one.window], np.int64))
            here = graph.add("Equal", graph.constant(np.arange(one.window)[:, None], np.int64), row)
            new[name] = graph.add("Where", here, seen, state[name])
        else:
            part = graph.constant(1.0 / one.window)
            new[name] = graph.add("Add", state[name], graph.add("Mul", graph.add("Sub", seen, state[name]), part))
            gathered = state[f"gathered_{place}"]
            rest = graph.add("Mul", graph.add("Sub", graph.constant(1.0), gathered), part)
            new[f"gathered_{place}"] = graph.add("Add", gathered, rest)
    return new


class _Updates:
    """The updates after the tick before."""

    def __init__(self, graph: Graph, found: Description, state: dict[str, str], signal: str | None) -> None:
        self.graph, self.found, self.state, self.signal = graph, found, state, signal

    def run(self) -> tuple[dict[str, str], str]:
        """Return the states that may have changed, and whether all weights are within bounds: truth of [1]."""
        graph = self.graph
        new: dict[str, str] = {}
        within = graph.constant([True], bool)
        zero = graph.constant([0], np.int64)
        before = graph.add("Sub", self.state["tick"], graph.constant([1], np.int64))
        begun = graph.add("Greater", self.state["tick"], zero)
        for number, learning in enumerate(self.found.learnings):
            turn = graph.add("Mod", before, graph.constant([learning.interval], np.int64))
            due = graph.add("And", begun, graph.add("Equal", turn, zero))
            means = self._means(learning)
            for index, one in enumerate(self.found.connections):
                if one.learning != number:
                    continue
                results, fine = self._learn(index, one, learning, means)
                for name, value in results.items():
                    new[name] = graph.add("Where", due, value, self.state[name])
                within = graph.add("And", within, graph.add("Or", fine, graph.add("Not", due)))
        return new, within

    def _means(self, learning: Learning) -> tuple[Units, int]:
        """Return the activations that an update sees, and the unit that they begin with."""
        graph, state = self.graph, self.state
        if learning.history is None:
            return Units(graph, state["units"], self.found.units), 0
        one, rows = self.found.histories[learning.history], state[f"history_{learning.history}"]
        if one.averaging == "moving-average":
            mean = self._mean_of_ticks(one, rows)
        else:
            # Before the first tick nothing has been gathered, and no update is due.
            mean = graph.add(
                "Div", graph.add("Reshape", rows, graph.constant([-1], np.int64)), state[f"gathered_{learning.history}"]
            )
        return Units(graph, mean, one.size), one.at

    def _mean_of_ticks(self, one: History, rows: str) -> str:
        graph = self.graph
        count = graph.add("Min", self.state["tick"], graph.constant([one.window], np.int64))
        count = graph.add("Max", count, graph.constant([1], np.int64))
        total = graph.add("ReduceSum", rows, graph.constant([0], np.int64), keepdims=0)  # rows to come are zero
        return graph.add("Div", total, graph.add("Cast", count, to=graph._type(np.float32)))

    def _learn(
        self, index: int, one: Wiring, learning: Learning, means: tuple[Units, int]
    ) -> tuple[dict[str, str], str]:
        graph, (units, at) = self.graph, means
        weights = self.state[f"weights_{index}"]
        pre = graph.add("Reshape", units.read(one.pre_at - at, one.pre_size), graph.constant([-1, 1], np.int64))
        known = {"weight": weights, "pre": pre, "post": units.read(one.post_at - at, one.post_size)}
        known |= {f"coefficient{n}": graph.constant(part.values) for n, part in enumerate(one.coefficients)}
        known |= {f"state{n}": self.state[f"state_{index}_{n}"] for n in range(len(learning.states))}
        for number, place in enumerate(learning.signals):
            assert self.signal is not None
            known[f"signal{number}"] = graph.add("Gather", self.signal, graph.constant([place], np.int64))
        change, *states = evaluate(graph, learning.change, known)
        changed = self._of_each(learning, graph.add("Add", weights, change))
        bound = WEIGHT_BOUND if learning.normalisation == "none" else _LARGEST
        fine = _all_within(graph, changed, bound)
        shape = graph.constant(one.shape, np.int64)
        results = {f"state_{index}_{n}": graph.add("Expand", value, shape) for n, value in enumerate(states)}
        return {f"weights_{index}": self._of_all(learning, changed), **results}, fine

    def _of_each(self, learning: Learning, weights: str) -> str:
        if learning.normalisation == "clip":
            bounds = self.graph.constant(-learning.bound), self.graph.constant(learning.bound)
            return self.graph.add("Clip", weights, *bounds)
        return self.graph.add("Tanh", weights) if learning.normalisation == "tanh" else weights

    def _of_all(self, learning: Learning, weights: str) -> str:
        graph = self.graph
        if learning.normalisation == "max":
            size = graph.add("ReduceMax", graph.add("Abs", weights), keepdims=1)
            return graph.add("Div", weights, self._or_one(size))
        if learning.normalisation == "standardise":
            deviations = graph.add("Sub", weights, graph.add("ReduceMean", weights, keepdims=1))
            squares = graph.add("ReduceMean", graph.add("Mul", deviations, deviations), keepdims=1)
            spread = graph.add("Sqrt", graph.add("Add", squares, graph.constant(1e-5)))
            return graph.add("Div", deviations, spread)
        if learning.normalisation == "unit-norm":
            squares = graph.add(
                "ReduceSum", graph.add("Mul", weights, weights), graph.constant([0], np.int64), keepdims=1
            )
            return graph.add("Div", weights, self._or_one(graph.add("Sqrt", squares)))
        return weights

    def _or_one(self, size: str) -> str:
        graph = self.graph
        large = graph.add("GreaterOrEqual", size, graph.constant(np.finfo(np.float32).tiny))
        return graph.add("Where", large, size, graph.constant(1.0))


_KINDS = {
    "add": "Add",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "negate": "Neg",
    "absolute": "Abs",
    "larger": "Max",
    "smaller": "Min",
    "root": "Sqrt",
    "exponential": "Exp",
    "logarithm": "Log",
    "tanh": "Tanh",
    "sine": "Sin",
    "cosine": "Cos",
    "less": "Less",
    "at-most": "LessOrEqual",
    "greater": "Greater",
    "at-least": "GreaterOrEqual",
    "equal": "Equal",
    "and": "And",
    "or": "Or",
    "not": "Not",
    "choose": "Where",
}


def evaluate(graph: Graph, expression: Expression, known: dict[str, str]) -> list[str]:
    """Add the operations of an expression; return the names of what it gives."""
    found = dict(known)

    def read(operand: Operand) -> str:
        return found[operand] if isinstance(operand, str) else graph.constant(operand)

    for one in expression.operations:
        found[one.name] = graph.add(_KINDS[one.does], *map(read, one.of))
    return [read(operand) for operand in expression.results]
