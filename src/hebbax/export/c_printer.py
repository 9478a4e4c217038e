"""A controller as C99: a header and a source, which allocate nothing and need no library but C's own."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import lcm

from hebbax.export.c_learning import learning_function, memory_function
from hebbax.export.c_memory import Memory
from hebbax.export.c_pass import pass_function
from hebbax.export.c_start import start_functions
from hebbax.export.c_text import FUNCTIONS, array, number, with_what_they_call
from hebbax.export.description import Description, Numbers

_MOST_TICKS = 2**31
_NO_FAST_MATH = """\
#if defined(__FAST_MATH__)
#error "without -ffast-math: it would take the checks for what is not a number away"
#endif
"""

_SETTLED = 200
"""Windows after which an exponential mean of ones is one, to the last bit."""


def print_c(description: Description) -> dict[str, str]:
    """Return the texts of header and source by the names of their files."""
    printer = _Printer(description)
    return {f"{description.name}.h": printer.header, f"{description.name}.c": printer.source}


@dataclass(frozen=True)
class _Printer:
    """What a controller's files are made of."""

    description: Description

    @cached_property
    def memory(self) -> Memory:
        """What the controller keeps, and where."""
        return Memory(self.description)

    @property
    def header(self) -> str:
        """The header."""
        found, name = self.description, self.description.name
        big = name.upper()
        sizes = {
            "OBSERVATIONS": str(found.observation_size),
            "ACTIONS": str(found.action_size),
            "SIGNALS": str(len(found.signals)),
            "WEIGHTS": str(found.weight_count),
            "CONTROL_PERIOD": number(found.control_period),
        }
        told = {"CONTROL_PERIOD": "s", "WEIGHTS": "that change", "SIGNALS": "that a step hears"}
        defines = "\n".join(
            f"#define {big}_{key} {value}" + (f" /* {told[key]} */" if key in told else "")
            for key, value in sizes.items()
        )
        signal = ", const float *signal" if found.signals else ""
        inputs = "an observation or a signal" if found.signals else "an observation"
        start_from = ""
        if found.weight_count:
            start_from = f"""
/* Begin a life with weights of your own, [{big}_WEIGHTS]:
those of one connection after the other, each row by row, [presynaptic][postsynaptic]. */
void {name}_start_from({name} *controller, const float *weights);
"""
        return f"""\
/* {_banner(found)}

README.md says what observations and actions are. */
#ifndef {big}_H
#define {big}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

{defines}

/* What a step answers. After {big}_NOT_FINITE
the tick was left out: {inputs} was not a finite number, the action is that of the tick before (zeros at the
first), and nothing else has changed. After {big}_DIVERGED
weights or actions are out of bounds: actions are zeros until the next start. */
enum {{ {big}_FINE = 0, {big}_NOT_FINITE = 1, {big}_DIVERGED = 2 }};

/* A controller in RAM. Nothing in it need be read or written by you. */
typedef struct {name} {{
{textwrap.indent(self.memory.fields, "    ")}
}} {name};

/* Begin a life: first weights are drawn from the seed, those of the first life of `hebbax evaluate --seed`. */
void {name}_start({name} *controller, uint32_t seed);

/* Begin a life whose first weights are drawn from a key of hebbax. */
void {name}_start_with_key({name} *controller, uint32_t key0, uint32_t key1);
{start_from}
/* Run one control period: the plasticity of the tick before, then a pass. It fills action [{big}_ACTIONS]
for an observation [{big}_OBSERVATIONS], before any normalisation{_of_signal(found, big)}. */
int {name}_step({name} *controller, const float *observation{signal}, float *action);

#ifdef __cplusplus
}}
#endif

#endif
"""

    @property
    def source(self) -> str:
        """The source."""
        found, name = self.description, self.description.name
        body = "\n".join([*self._functions(), self._normalised(), self._step(), *start_functions(found, self.memory)])
        called = {one for one in FUNCTIONS if re.search(rf"\b{one}\(", body)}
        parts = [
            f'/* {_banner(found)} */\n#include "{name}.h"\n',
            "#include <float.h>\n#include <math.h>\n#include <string.h>\n",
            _NO_FAST_MATH,
            *self._arrays(),
            *with_what_they_call(called),
            body,
        ]
        return "\n".join(parts)

    def _arrays(self) -> Iterator[str]:
        """Yield what stays in flash."""
        found = self.description
        if found.mean.size:
            yield array("mean", Numbers(found.mean))
            yield array("scale", Numbers(found.scale))
        for index, one in enumerate(found.connections):
            if one.weights is not None:
                yield f"/* {one.name}: {'first ' if one.learning is not None else ''}weights */"
                yield array(f"weights_{index}", one.weights)
            if one.learning is None:
                continue
            names = found.learnings[one.learning].coefficients
            for place, (called, numbers) in enumerate(zip(names, one.coefficients, strict=True)):
                if f"coefficient{place}" in found.learnings[one.learning].change.reads:
                    yield f"/* {one.name}: {called} */"
                    yield array(f"coefficient_{index}_{place}", numbers)

    def _functions(self) -> Iterator[str]:
        found = self.description
        yield from (learning_function(found, self.memory, place) for place in range(len(found.learnings)))
        yield pass_function(found, self.memory)
        yield from memory_function(found)

    def _normalised(self) -> str:
        inputs = "(observation[i] - mean[i]) * scale[i]" if self.description.mean.size else "observation[i]"
        return f"""\
static float normalised(const float *observation, int i) {{ return {inputs}; }}
"""

    def _step(self) -> str:
        found, name = self.description, self.description.name
        big = name.upper()
        heard = ", signal" if found.signals else ""
        updates = "".join(
            f"    if (within && controller->tick > 0 && (controller->tick - 1) % {one.interval}u == 0)\n"
            f"        within = learn_{place}(controller{heard if one.signals else ''});\n"
            for place, one in enumerate(found.learnings)
        )
        checks = ""
        if found.signals:
            checks = f"""\
    for (i = 0; i < {big}_SIGNALS; ++i) {{
        if (!(fabsf(signal[i]) <= FLT_MAX)) finite = 0;
    }}
"""
        signal = ", const float *signal" if found.signals else ""
        keeps = "    remember(controller);\n" if found.histories else ""
        wraps = self._wrap()
        return f"""\
int {name}_step({name} *controller, const float *observation{signal}, float *action)
{{
    float *units = controller->units;
    int within = 1, finite = 1, i;
    for (i = 0; i < {big}_OBSERVATIONS; ++i) {{
        if (!(fabsf(normalised(observation, i)) <= FLT_MAX)) finite = 0; /* written so that NaN is not finite */
    }}
{checks}    if (controller->status == {big}_DIVERGED || !finite) {{
        if (controller->status != {big}_DIVERGED) controller->status = {big}_NOT_FINITE;
        for (i = 0; i < {big}_ACTIONS; ++i) action[i] = controller->action[i];
        return controller->status;
    }}
{updates}    for (i = 0; i < {big}_OBSERVATIONS; ++i) units[i] = normalised(observation, i);
    pass(controller);
    for (i = 0; i < {big}_ACTIONS; ++i) {{
        if (!(fabsf(units[{found.units - found.action_size} + i]) <= 1e6f)) within = 0;
    }}
    for (i = 0; i < {big}_ACTIONS; ++i) {{
        controller->action[i] = within ? units[{found.units - found.action_size} + i] : 0.0f;
        action[i] = controller->action[i];
    }}
{keeps}    ++controller->tick;
{wraps}    controller->status = within ? {big}_FINE : {big}_DIVERGED;
    return controller->status;
}}
"""

    def _wrap(self) -> str:
        """Return what keeps ticks countable for ever: a jump back that no interval and no window notices."""
        found = self.description
        together = lcm(1, *(one.interval for one in found.learnings), *(one.window for one in found.histories))
        least = max([1, *(_SETTLED * one.window for one in found.histories)])
        back = -(-least // together) * together
        last = (_MOST_TICKS // together) * together
        if last <= back:  # of windows and intervals that no robot has
            return ""
        return f"    if (controller->tick == {last}u) controller->tick = {back}u; /* which no interval notices */\n"


def _banner(found: Description) -> str:
    """Return what a controller is, in a line."""
    return f"{found.task}, {found.policy}: a controller evolved with hebbax {found.made_with}."


def _of_signal(found: Description, big: str) -> str:
    if not found.signals:
        return ""
    return f", and signals [{big}_SIGNALS] of the tick\nbefore: {', '.join(found.signals)}"
