"""Robots that break a rule: models that MuJoCo refuses or cannot step, and functions that do not keep their word.

`python robots.py NAME ...` lives with each of them and prints one line of JSON per robot. It is a process of its own: a
robot that ends it is seen from outside.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import hebbax
from hebbax import Group
from hebbax.keys import life_key, root_key

CART = """<mujoco><option timestep="{timestep}"/>{before}<worldbody>{world}<body name="cart">
<joint name="slide" type="slide" axis="1 0 0" damping="{damping}" stiffness="{stiffness}"/>
<geom type="box" size="{size}" mass="{mass}"/></body></worldbody>
<actuator><motor name="motor" joint="{joint}" gear="{gear}" ctrlrange="-1 1"/></actuator>{after}</mujoco>"""

GOOD = {
    "timestep": "0.01",
    "before": "",
    "world": "",
    "damping": "0.5",
    "stiffness": "0",
    "size": "0.1 0.1 0.05",
    "mass": "1",
    "joint": "slide",
    "gear": "5",
    "after": "",
}


def cart(**changes: str) -> str:
    """Return the model of a cart on a rail, with changes."""
    return CART.format(**{**GOOD, **changes})


def reset(noise: Any) -> Any:
    return 0.1 * noise.uniform[:1], 0.1 * noise.normal[1:2], np.zeros(0)


def observe(body: Any, memory: Any) -> Any:
    return np.concatenate((body.qpos, body.qvel))


def actuate(action: Any, body: Any, memory: Any) -> Any:
    return action


def outcome(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.qpos[0] - before.qpos[0], np.abs(body.qpos[0]) > 3.0, memory


def _reset_short(noise: Any) -> Any:
    return noise.uniform[:1], noise.uniform[:0], np.zeros(0)


def _reset_nan(noise: Any) -> Any:
    return noise.uniform[:1] * np.nan, noise.uniform[:1], np.zeros(0)


def _reset_two(noise: Any) -> Any:
    return noise.uniform[:1], noise.uniform[:1]


def _reset_counter(noise: Any) -> Any:
    return noise.uniform[:1], noise.uniform[:1], np.zeros(1)


def _reset_memory(noise: Any) -> Any:
    return noise.uniform[:1], noise.uniform[:1], np.zeros(3)


def _observe_short(body: Any, memory: Any) -> Any:
    return body.qpos


def _observe_nan(body: Any, memory: Any) -> Any:
    return np.concatenate((body.qpos, body.qvel / 0.0 * 0.0))


def _observe_field(body: Any, memory: Any) -> Any:
    return np.concatenate((body.qpos, body.position))


def _observe_text(body: Any, memory: Any) -> Any:
    return "far"


def _observe_huge(body: Any, memory: Any) -> Any:
    return np.concatenate((body.qpos, body.qvel + 1e300))


def _actuate_long(action: Any, body: Any, memory: Any) -> Any:
    return np.concatenate((action, action))


def _actuate_nan(action: Any, body: Any, memory: Any) -> Any:
    return action * np.nan


def _actuate_late_nan(action: Any, body: Any, memory: Any) -> Any:
    return action + np.sqrt(0.5 - np.abs(body.qpos[:1]) * 2.0)


def _outcome_nan(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.qpos[0] * np.nan, False, memory


def _outcome_late_infinity(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return 1.0 / (20.0 - memory[0]), False, memory + 1.0


def _outcome_huge(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return 1e308 + 0.0 * body.qpos[0], False, memory


def _outcome_two(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.qpos[0], False


def _outcome_vector(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return np.concatenate((body.qpos, body.qpos)), False, memory


def _outcome_terms(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return (body.qpos[0], body.qvel[0], 1.0), False, memory


def _outcome_frame(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.xpos[1, 0] - before.xpos[1, 0], False, memory


def _observe_texts(body: Any, memory: Any) -> Any:
    return np.array(["far", "fast"])


def _observe_by_python(body: Any, memory: Any) -> Any:
    return np.array([float(f"{value:.3f}") for value in (body.qpos[0], body.qvel[0])])


def _plain_helper(body: Any) -> Any:
    return np.concatenate((body.qpos, body.qvel))


def _observe_by_helper(body: Any, memory: Any) -> Any:
    return _plain_helper(body)


def _observe_complex(body: Any, memory: Any) -> Any:
    return np.concatenate((body.qpos, body.qvel)) * (1.0 + 1.0j)


def _actuate_texts(action: Any, body: Any, memory: Any) -> Any:
    return np.array(["full"])


def _outcome_text(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return "much", False, memory


def _outcome_complex(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.qpos[0] * 1.0j, False, memory


def _outcome_no_reward(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return None, False, memory


def _outcome_text_end(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.qpos[0], "no", memory


def _outcome_no_end(before: Any, body: Any, action: Any, memory: Any) -> Any:
    return body.qpos[0], None, memory


ROBOTS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "good": (cart(), {}),
    "no XML": ("a robot", {}),
    "nothing": ("", {}),
    "another root": ("<robot name='cart'/>", {}),
    "no mass": (cart(mass="0"), {}),
    "negative mass": (cart(mass="-1"), {}),
    "mass NaN": (cart(mass="nan"), {}),
    "hardly any mass": (cart(mass="1e-9"), {}),
    "no timestep": (cart(timestep="0"), {}),
    "negative timestep": (cart(timestep="-0.01"), {}),
    "long timestep": (cart(timestep="0.5"), {}),
    "no size": (cart(size="0 0 0"), {}),
    "actuator of nothing": (cart(joint="wheel"), {}),
    "explosive": (cart(stiffness="-1e9"), {}),
    "too strong": (cart(gear="1e12"), {}),
    "gear NaN": (cart(gear="nan"), {}),
    "mesh that is missing": (cart(before="<asset><mesh name='m' file='nowhere.stl'/></asset>"), {}),
    "include that is missing": (cart(before="<include file='nowhere.xml'/>"), {}),
    "two of a name": (cart(world="<body name='cart'/>"), {}),
    "plug-in that is missing": (cart(before="<extension><plugin plugin='no.such.plugin'/></extension>"), {}),
    "hardly any memory": (cart(before="<size memory='1K'/>"), {}),
    "gravity NaN": (cart(before="<option gravity='nan 0 0'/>"), {}),
    "keyframe of another size": (cart(after="<keyframe><key qpos='0 0 0'/></keyframe>"), {}),
    "reset: too few velocities": (cart(), {"reset": _reset_short}),
    "reset: NaN": (cart(), {"reset": _reset_nan}),
    "reset: two values": (cart(), {"reset": _reset_two}),
    "reset: memory of another size": (cart(), {"reset": _reset_memory}),
    "observe: too few": (cart(), {"observe": _observe_short}),
    "observe: NaN": (cart(), {"observe": _observe_nan}),
    "observe: a field that is not there": (cart(), {"observe": _observe_field}),
    "observe: text": (cart(), {"observe": _observe_text}),
    "observe: huge": (cart(), {"observe": _observe_huge}),
    "actuate: too many": (cart(), {"actuate": _actuate_long}),
    "actuate: NaN": (cart(), {"actuate": _actuate_nan}),
    "actuate: NaN later": (cart(), {"actuate": _actuate_late_nan}),
    "outcome: NaN": (cart(), {"outcome": _outcome_nan}),
    "outcome: infinite later": (
        cart(),
        {"outcome": _outcome_late_infinity, "reset": _reset_counter, "memory_size": 1},
    ),
    "outcome: rewards whose sum is infinite": (cart(), {"outcome": _outcome_huge}),
    "outcome: two values": (cart(), {"outcome": _outcome_two}),
    "outcome: a vector": (cart(), {"outcome": _outcome_vector}),
    "outcome: a field of before that is not kept": (cart(), {"outcome": _outcome_frame}),
    "observe: an array of text": (cart(), {"observe": _observe_texts}),
    "observe: what is not compiled": (cart(), {"observe": _observe_by_python}),
    "observe: a helper that is not compiled": (cart(), {"observe": _observe_by_helper}),
    "observe: complex": (cart(), {"observe": _observe_complex}),
    "actuate: an array of text": (cart(), {"actuate": _actuate_texts}),
    "outcome: text as reward": (cart(), {"outcome": _outcome_text}),
    "outcome: a complex reward": (cart(), {"outcome": _outcome_complex}),
    "outcome: no reward": (cart(), {"outcome": _outcome_no_reward}),
    "outcome: text as end": (cart(), {"outcome": _outcome_text_end}),
    "outcome: no end": (cart(), {"outcome": _outcome_no_end}),
    "groups of another size": (cart(), {"observation": [Group("slide", 5, "m")]}),
    "names without terms": (cart(), {"reward": ("one", "two")}),
    "terms without names": (cart(), {"reward": ("one", "two"), "outcome": _outcome_terms}),
    "length of nothing": (cart(), {"length": 0}),
    "period that is no multiple": (cart(), {"world": {"control_period": 0.013}}),
    "keyframe that is missing": (cart(), {"world": {"keyframe": "home", "control_period": 0.02}}),
}


def live(name: str) -> dict[str, Any]:
    """Return what became of a robot: refused in so many words, or its lives on both engines."""
    text, changes = ROBOTS[name]
    fields: dict[str, Any] = {
        "reset": reset,
        "observe": observe,
        "actuate": actuate,
        "outcome": outcome,
        "observation": [Group("slide", 1, "m"), Group("slide velocity", 1, "m/s")],
        "action": [Group("motor", 1, "5 N", low=-1, high=1)],
        "length": 40,
        **{key: value for key, value in changes.items() if key != "world"},
    }
    world = {"control_period": 0.02} | dict(changes.get("world", {}))
    try:
        import mujoco

        task = hebbax.Task(
            name="faulty", world=hebbax.mujoco(lambda: mujoco.MjSpec.from_string(text), **world), **fields
        )
        policy = hebbax.make_policy("han-e", task)
        genomes = np.random.default_rng(0).standard_normal((4, policy.genome_size), np.float32)
        engines: list[Callable[..., Any]] = [hebbax.NativeEngine, hebbax.LockstepEngine]
        rows = []
        for make in engines:
            engine = make(task, policy, threads=1)
            lives = engine.evaluate(genomes, root_key(0))
            engine.record(genomes[0], life_key(0, 0), hebbax.Scenario(ticks=10))
            rows.append([[float(returned) for returned in lives.returns], [bool(one) for one in lives.diverged]])
    except hebbax.HebbaxError as error:
        return {"robot": name, "refused": str(error)}
    except Exception:
        return {"robot": name, "raised": traceback.format_exc(limit=-2)}
    return {"robot": name, "lives": rows}


if __name__ == "__main__":
    for robot in sys.argv[1:]:
        print(json.dumps(live(robot)), flush=True)
