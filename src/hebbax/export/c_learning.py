"""The plasticity of a controller in C: what past activations are kept, and the update of the weights."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from hebbax.export.c_memory import Memory
from hebbax.export.c_text import element, lines_of, number, operand
from hebbax.export.description import Description, History, Learning, Numbers, Wiring


def learning_function(found: Description, memory: Memory, place: int) -> str:
    """Return the function that runs an update: it returns whether all weights stay within bounds."""
    learning = found.learnings[place]
    signal = ", const float *signal" if learning.signals else ""
    means = "controller->units" if learning.history is None else f"mean_{learning.history}(controller)"
    blocks = [
        _connection(found, memory, learning, index)
        for index, one in enumerate(found.connections)
        if one.learning == place
    ]
    heard = "".join(
        f"    const float signal{n} = signal[{at}];\n"
        for n, at in enumerate(learning.signals)
        if f"signal{n}" in learning.change.reads
    )
    unread = "" if heard or not signal else "    (void)signal;\n"
    mean = "" if learning.history is None else _mean(found, learning.history) + "\n"
    return f"""\
{mean}/* {learning.rule}, normalisation {learning.normalisation} */
static int learn_{place}({found.name} *controller{signal})
{{
    const float *const means = {means};
{heard}{unread}    int i, j;
{textwrap.indent("".join(blocks), "    ")}    return 1;
}}
"""


def _connection(found: Description, memory: Memory, learning: Learning, index: int) -> str:
    """Return the update of a connection."""
    one = found.connections[index]
    at = 0 if learning.history is None else found.histories[learning.history].at
    rows, columns = one.shape
    reads = learning.change.reads
    lines = [f"const float weight = weights[{_k(columns)}];"] if "weight" in reads else []
    lines += [f"const float post = means[{one.post_at - at} + j];"] if "post" in reads else []
    lines += [
        f"const float coefficient{place} = {_coefficient(one, index, place, numbers)};"
        for place, numbers in enumerate(one.coefficients)
        if f"coefficient{place}" in reads
    ]
    states = [f"states[{place * one.size} + {_k(columns)}]" for place in range(len(learning.states))]
    lines += [f"const float state{n} = {state};" for n, state in enumerate(states) if f"state{n}" in reads]
    lines += lines_of(learning.change)
    change, *next_states = learning.change.results
    lines.append(f"weights[{_k(columns)}] = {_of_each(learning, f'weights[{_k(columns)}] + {operand(change)}')};")
    lines += [f"{state} = {operand(value)};" for state, value in zip(states, next_states, strict=True)]
    limit = "1e8f" if learning.normalisation == "none" else "FLT_MAX"
    lines.append(f"largest = further(largest, fabsf(weights[{_k(columns)}]));")
    pre = f"        const float pre = means[{one.pre_at - at} + i];\n" if "pre" in reads else ""
    keeps = f"    float *const states = controller->states + {memory.states_at(index)};\n" if states else ""
    return f"""\
{{ /* {one.name}: {rows} x {columns} */
    float *const weights = controller->weights + {memory.weights_at(index)};
{keeps}    float largest = 0.0f;
    for (i = 0; i < {rows}; ++i) {{
{pre}        for (j = 0; j < {columns}; ++j) {{
{textwrap.indent(chr(10).join(lines), " " * 12)}
        }}
    }}
    if (!(largest <= {limit})) return 0;
{textwrap.indent(_of_all(learning, one), "    ")}}}
"""


def _k(columns: int) -> str:
    return f"i * {columns} + j"


def _coefficient(one: Wiring, index: int, place: int, numbers: Numbers) -> str:
    rows, columns = numbers.values.shape
    own = f"i * {columns}" if rows > 1 else ""
    where = " + ".join(part for part in (own, "j" if columns > 1 else "") if part) or "0"
    return element(f"coefficient_{index}_{place}", numbers, where)


def _of_each(learning: Learning, value: str) -> str:
    if learning.normalisation == "tanh":
        return f"tanh_of({value})"
    if learning.normalisation == "clip":
        return f"clipped({value}, {number(learning.bound)})"
    return value


def _of_all(learning: Learning, one: Wiring) -> str:
    """Return what is done to the weights of a connection after its update."""
    rows, columns = one.shape
    if learning.normalisation == "max":
        return f"if (largest >= FLT_MIN) scaled(weights, {one.size}, 1.0f / largest);\n"
    if learning.normalisation == "standardise":
        return f"standardise(weights, {one.size});\n"
    if learning.normalisation == "unit-norm":
        return f"unit_norm(weights, {rows}, {columns});\n"
    return ""


def _mean(found: Description, place: int) -> str:
    """Return the function that gives the activations that an update sees."""
    one = found.histories[place]
    body = _of_ticks(one, place) if one.averaging == "moving-average" else _exponential(one, place)
    return f"""\
/* {one.averaging}: the mean of {one.size} units from {one.at} on */
static const float *mean_{place}({found.name} *controller)
{{
{body}    return controller->means;
}}
"""


def _of_ticks(one: History, place: int) -> str:
    return f"""\
    const int count = controller->tick < {one.window}u ? (int)controller->tick : {one.window};
    const float part = 1.0f / (float)count;
    int row, j;
    for (j = 0; j < {one.size}; ++j) controller->means[j] = 0.0f;
    for (row = 0; row < count; ++row)
        for (j = 0; j < {one.size}; ++j) controller->means[j] += controller->history_{place}[row * {one.size} + j];
    for (j = 0; j < {one.size}; ++j) controller->means[j] *= part;
"""


def _exponential(one: History, place: int) -> str:
    return f"""\
    const float factor = 1.0f / controller->gathered_{place};
    int j;
    for (j = 0; j < {one.size}; ++j) controller->means[j] = controller->history_{place}[j] * factor;
"""


def memory_function(found: Description) -> Iterator[str]:
    """Yield the function that keeps the activations of a pass, where any are kept."""
    if not found.histories:
        return
    lines = []
    for place, one in enumerate(found.histories):
        unit = f"controller->units[{one.at} + j]"
        if one.averaging == "moving-average":
            row = f"(int)(controller->tick % {one.window}u) * {one.size} + j"
            lines.append(f"for (j = 0; j < {one.size}; ++j) controller->history_{place}[{row}] = {unit};")
        else:
            part, kept = number(1.0 / one.window), f"controller->history_{place}[j]"
            lines.append(f"for (j = 0; j < {one.size}; ++j) {kept} += ({unit} - {kept}) * {part};")
            lines.append(f"controller->gathered_{place} += (1.0f - controller->gathered_{place}) * {part};")
    yield f"""\
/* Keep the activations of this tick. */
static void remember({found.name} *controller)
{{
    int j;
{textwrap.indent(chr(10).join(lines), "    ")}
}}
"""
