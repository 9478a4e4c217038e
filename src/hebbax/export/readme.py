"""The README of an exported folder: what the numbers are, the loop, and what is answered where something is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from hebbax.export.description import Description, Quantity
from hebbax.export.manifest import FORMATS, Manifest
from hebbax.export.test_vector import Vector
from hebbax.tasks.groups import Limit


def readme(found: Description, manifest: Manifest, vector: Vector, vector_file: str) -> str:
    """Return the README of a folder."""
    parts = [_head(found, manifest), _USES[manifest.format](found), _numbers(found), _answers(found)]
    return "\n".join([*parts, _vector(found, manifest, vector, vector_file), _signals(found)]).rstrip() + "\n"


def _head(found: Description, manifest: Manifest) -> str:
    kept = "" if manifest.bits == 32 else f" Coefficients and weights are kept in {manifest.bits} bits."
    learns = ", ".join(dict.fromkeys(f"{one.rule} ({one.equation})" for one in found.learnings))
    how = f"Its weights change while it lives, by the rule {learns}." if learns else "Its weights stay as they are."
    return f"""\
# {found.task}, {found.policy}

A controller that was evolved with hebbax {manifest.hebbax}: `{manifest.run}`, {found.genome} genome. Exported as
{FORMATS[manifest.format]}.{kept}

{how} Call a step once every **{found.control_period:g} s**, the control period that it was evolved with.
"""


def _in_c(found: Description) -> str:
    signal = ", signal" if found.signals else ""
    return f"""\
## The loop

```c
#include "{found.name}.h"

static {found.name} controller;
float observation[{found.name.upper()}_OBSERVATIONS], action[{found.name.upper()}_ACTIONS];

{found.name}_start(&controller, seed);
for (;;) {{ /* every {found.control_period:g} s */
    read_sensors(observation);
    {found.name}_step(&controller, observation{signal}, action);
    drive_motors(action);
}}
```

`{found.name}.h` and `{found.name}.c` are C99, allocate nothing and need no library but C's own (`-lm`).
`example_loop.c` is the loop for Arduino, Zephyr and a computer, `check.c` runs the test vector, and `ros2_node.py` is a
node of ROS 2 around hebbax itself. Do not compile with `-ffast-math`: it takes the checks for NaN away, and the source
refuses it.
"""


def _in_numpy(found: Description) -> str:
    signal = ", signal" if found.signals else ""
    return f"""\
## The loop

```python
from {found.name} import Controller

controller = Controller()
controller.start(seed=1)
while True:  # every {found.control_period:g} s
    drive_motors(controller.step(read_sensors(){signal}))
```

`{found.name}.py` needs NumPy alone. `ros2_node.py` is a node of ROS 2 around hebbax itself.
"""


def _in_onnx(found: Description) -> str:
    signal = ', "signal": signal' if found.signals else ""
    return f"""\
## The loop

```python
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("{found.name}.onnx")
state = dict(np.load("start.npz"))
while True:  # every {found.control_period:g} s
    action, *values = session.run(None, {{"observation": read_sensors(){signal}, **state}})
    state = dict(zip(state, values))
    drive_motors(action)
```

`{found.name}.onnx` is one step, of opset 17: every input but the observation is a number of the state, and every output
`next_NAME` is its next value. `start.npz` holds the state that a life begins with; `hebbax export --seed N` that of
another seed.
"""


def _in_json(found: Description) -> str:
    return f"""\
## The file

`{found.name}.json` holds everything as numbers with names. A step is, in this order:

1. Unless it is the first: for each entry of `learnings` whose `interval` divides the number of the tick before, counted
   from 0, each of its connections gets new weights. `change` is a list of operations on single numbers, one line each:
   a name, what is done, and what with. `pre` and `post` are activations (or their means, by `history`) of the units
   from `pre_at` and `post_at` on, `weight` is the weight, `coefficientN` the Nth of the connection's `coefficients`
   [presynaptic or 1, postsynaptic or 1], `stateN` a number of each synapse that is zero at the start, `signalN` what is
   heard. The first of `results` is added to the weight, the others are the next states; then the normalisation.
2. The first units become `(observation - mean) * scale`; `ones` are units that are always 1. The `steps` run one after
   the other over all units; the last units are the action.
3. `histories` keep the units of this tick.

Weights of a connection are in `weights`, or drawn at the start as `draw` says. Arrays with `wholes` are so many steps
of `step`.
"""


_USES = {"c": _in_c, "numpy": _in_numpy, "onnx": _in_onnx, "json": _in_json}


def _numbers(found: Description) -> str:
    return f"""\
## Observations

Before any normalisation, in this order:

{_table(found.observations)}

## Actions

{_table(found.actions)}

The numbers are as task `{found.task}` of hebbax has them: `hebbax tasks {found.task}` prints them too.
"""


def _table(quantities: Sequence[Quantity]) -> str:
    rows = [
        f"| {_places(one)} | {one.name} | {one.unit or '–'} | {_limits(one.low)} | {_limits(one.high)} |"
        for one in quantities
    ]
    return "\n".join(["| number | name | unit | low | high |", "|---|---|---|---|---|", *rows])


def _places(one: Quantity) -> str:
    return str(one.at) if one.size == 1 else f"{one.at} to {one.at + one.size - 1}"


def _limits(limit: Limit) -> str:
    values = limit if isinstance(limit, tuple) else (limit,)
    return ", ".join("–" if value is None else f"{value:g}" for value in values)


def _answers(found: Description) -> str:
    heard = " or a signal" if found.signals else ""
    return f"""\
## Where something is wrong

- **An observation{heard} that is NaN or infinite**: the tick is left out. The action is that of the tick before,
  zeros at the first, the status is 1, and nothing else changes: the next tick goes on as if this one had not been.
- **Weights or actions that grow out of bounds** (1e8 where no normalisation holds weights, 1e6 of an action): actions
  are zeros and the status is 2 until the next start.
- The status is 0 where all is well.
"""


def _vector(found: Description, manifest: Manifest, vector: Vector, name: str) -> str:
    return f"""\
## Is it still the same?

`{name}` has {len(vector.observations):,} observations of its own lives, and the actions
that it must give when it was started with seed {manifest.seed}, each within {manifest.tolerance:g}.
`hebbax verify-export FOLDER` runs them, and then whole lives of the task through what is in this folder, beside those
of the original.
"""


def _signals(found: Description) -> str:
    if not found.signals:
        return ""
    return f"""\
## What it hears

Each step gets, beside the observation, what came of the action before: {", ".join(found.signals)},
in this order; zeros at the first step.
"""
