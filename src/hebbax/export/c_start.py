"""The beginning of a life in C: first weights, drawn from a seed or kept in flash."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from hebbax.export.c_memory import Memory
from hebbax.export.c_text import element, number
from hebbax.export.description import Description, Draw, Wiring
from hebbax.networks.initial import ZEROS


def start_functions(found: Description, memory: Memory) -> Iterator[str]:
    """Yield the functions that begin a life."""
    name = found.name
    of_life = any(one.draw is not None and one.draw.key is None for one in found.connections)
    yield _clear(found)
    lines = [_first(memory, index, one) for index, one in enumerate(found.connections) if _in_ram(one)]
    key = "    uint32_t key[2];\n" if of_life else ""
    counter = "    int k;\n" if lines else ""
    taken = "    key[0] = key0;\n    key[1] = key1;\n" if of_life else "    (void)key0;\n    (void)key1;\n"
    yield f"""\
void {name}_start_with_key({name} *controller, uint32_t key0, uint32_t key1)
{{
{key}{counter}{taken}    clear(controller);
{textwrap.indent("".join(lines), "    ")}}}
"""
    yield _start(name, of_life)
    if found.weight_count:
        yield f"""\
void {name}_start_from({name} *controller, const float *weights)
{{
    int k;
    {name}_start(controller, 1u);
    for (k = 0; k < {name.upper()}_WEIGHTS; ++k) controller->weights[k] = weights[k];
}}
"""


def _in_ram(one: Wiring) -> bool:
    return one.learning is not None or one.weights is None


def _clear(found: Description) -> str:
    """Return the function that forgets whatever was."""
    ones = "".join(f"    controller->units[{place}] = 1.0f;\n" for place in found.ones)
    return f"""\
static void clear({found.name} *controller)
{{
    memset(controller, 0, sizeof *controller);
{ones}}}
"""


def _start(name: str, of_life: bool) -> str:
    if not of_life:
        return f"""\
void {name}_start({name} *controller, uint32_t seed)
{{
    (void)seed; /* nothing is drawn */
    {name}_start_with_key(controller, 0u, 0u);
}}
"""
    return f"""\
void {name}_start({name} *controller, uint32_t seed)
{{
    uint32_t key[2], words[2];
    key[0] = 0u;
    key[1] = seed;
    threefry(key, 0u, UINT32_C(0x8E840A88), words); /* the CRC-32 of "evaluate" */
    threefry(words, 0u, 0u, key); /* the first life */
    threefry(key, 0u, 0u, key); /* its first weights */
    {name}_start_with_key(controller, key[0], key[1]);
}}
"""


def _first(memory: Memory, index: int, one: Wiring) -> str:
    """Return the lines that put a connection's first weights in their place."""
    at = memory.weights_at(index)
    target = f"controller->{'drawn' if one.learning is None else 'weights'}[{at} + k]"
    loop = f"for (k = 0; k < {one.size}; ++k)"
    if one.weights is not None:
        return f"{loop} {target} = {element(f'weights_{index}', one.weights, 'k')};\n"
    draw = one.draw
    assert draw is not None
    if draw.key is None:
        return f"{loop} {target} = {_drawn(draw, 'key')};\n"
    words = ", ".join(f"UINT32_C({word})" for word in draw.key)
    return f"{{\n    const uint32_t own[2] = {{{words}}};\n    {loop} {target} = {_drawn(draw, 'own')};\n}}\n"


def _drawn(draw: Draw, key: str) -> str:
    """Return the weight of number k."""
    centre, spread, index = number(draw.centre), number(draw.spread), f"{draw.at}u + (uint32_t)k"
    if draw.shape == "uniform":
        return f"uniform_of({key}, {index}, {centre} - {spread}, {centre} + {spread})"
    unit = f"uniform_of({key}, {index}, -0.99999994f, 1.0f)"
    if draw.shape == "sparse":
        unit = f"beyond({unit}, {number(ZEROS)}, {number(1.0 / (1.0 - ZEROS))})"
    return f"{centre} + {spread} * normal_of({unit})"
