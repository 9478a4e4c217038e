"""The pass of a controller in C."""

from __future__ import annotations

import textwrap

from hebbax.export.c_memory import Memory
from hebbax.export.c_text import element, number
from hebbax.export.description import Description
from hebbax.networks.picture import Convolve
from hebbax.networks.steps import Activate, Add, Blend, Copy, Multiply, Product, Step


def pass_function(found: Description, memory: Memory) -> str:
    """Return the function that runs one pass, from the inputs among the units to the action."""
    lines = "\n".join(_of_step(step, found, memory) for step in found.steps)
    counters = "    int j;\n" if "(j = 0" in lines else ""
    return f"""\
static void pass({found.name} *controller)
{{
    float *const units = controller->units;
{counters}{textwrap.indent(lines, "    ")}
}}
"""


def weights_of(found: Description, memory: Memory, index: int) -> str:
    """Return where the weights of a connection begin."""
    one = found.connections[index]
    if one.learning is not None:
        return f"controller->weights + {memory.weights_at(index)}"
    return f"controller->drawn + {memory.weights_at(index)}" if one.weights is None else f"weights_{index}"


def _of_step(step: Step, found: Description, memory: Memory) -> str:
    if isinstance(step, Product):
        return _product(step, found, memory)
    if isinstance(step, Convolve):
        return _convolution(step, found, memory)
    if isinstance(step, Activate):
        if step.name == "linear":
            return ""
        name = {"celu": "elu"}.get(step.name, step.name).replace("-", "_")
        return _loop(step.size, f"units[{step.at} + j] = {name}_of(units[{step.at} + j]);")
    if isinstance(step, Copy | Add):
        sign = "+=" if isinstance(step, Add) else "="
        return _loop(step.size, f"units[{step.target} + j] {sign} units[{step.source} + j];")
    if isinstance(step, Multiply):
        sign = "+=" if step.add else "="
        return _loop(step.size, f"units[{step.target} + j] {sign} units[{step.one} + j] * units[{step.other} + j];")
    return _blend(step)


def _loop(size: int, body: str) -> str:
    return f"for (j = 0; j < {size}; ++j) {body}"


def _blend(step: Blend) -> str:
    gate = f"units[{step.gate} + j]"
    blended = f"(1.0f - {gate}) * units[{step.one} + j] + {gate} * units[{step.other} + j]"
    return f"for (j = 0; j < {step.size}; ++j)\n    units[{step.target} + j] = {blended};"


def _product(step: Product, found: Description, memory: Memory) -> str:
    one = found.connections[step.connection]
    clear = "" if step.add else _loop(one.post_size, f"units[{one.post_at} + j] = 0.0f;") + "\n"
    sizes = f"units + {step.source}, {one.pre_size}, units + {one.post_at}, {one.post_size}"
    if one.learning is None and one.weights is not None and one.weights.step is not None:
        call = f"product16(weights_{step.connection}, {number(one.weights.step)}, {sizes});"
    else:
        call = f"product({weights_of(found, memory, step.connection)}, {sizes});"
    return f"{clear}{call} /* {one.name} */"


def _convolution(step: Convolve, found: Description, memory: Memory) -> str:
    """Return a convolution and its pooling: of each square of pixels the largest, or what is not a number."""
    one, source, target, side = found.connections[step.connection], step.source, step.target, step.kernel
    stand_in = one.weights if one.learning is None else None
    if stand_in is None:
        weight = f"({weights_of(found, memory, step.connection)})[w]"
    else:
        weight = element(f"weights_{step.connection}", stand_in, "w")
    row, column = f"y * {step.stride} + v", f"x * {step.stride} + u"
    if source.colours_last:
        pixel = f"(({row}) * {source.width} + {column}) * {source.channels} + c"
    else:
        pixel = f"(c * {source.height} + {row}) * {source.width} + {column}"
    at = f"{target.at} + (channel * {target.height} + down) * {target.width} + right"
    return f"""\
/* {one.name}: {source.height} x {source.width}, {source.channels} to {target.channels} channels */
{{
    int channel, down, right, p, c, u, v;
    for (channel = 0; channel < {target.channels}; ++channel)
        for (down = 0; down < {target.height}; ++down)
            for (right = 0; right < {target.width}; ++right) {{
                float most = 0.0f;
                for (p = 0; p < {step.pool**2}; ++p) {{
                    const int y = down * {step.pool} + p / {step.pool}, x = right * {step.pool} + p % {step.pool};
                    float sum = 0.0f;
                    for (c = 0; c < {source.channels}; ++c)
                        for (v = 0; v < {side}; ++v)
                            for (u = 0; u < {side}; ++u) {{
                                const int w = ((c * {side} + v) * {side} + u) * {target.channels} + channel;
                                sum += {weight} * units[{source.at} + {pixel}];
                            }}
                    if (p == 0 || sum > most || sum != sum) most = sum;
                }}
                units[{at}] = most;
            }}
}}"""
