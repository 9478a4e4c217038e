from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.learner import LEARNERS
from hebbax.config.policy import PRESETS
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.ppo.actor import check_actor, for_task, genome_of, has_limits
from hebbax.tasks.groups import Group
from hebbax.tasks.registry import make_task


def test_a_genome_is_written_out_by_hand():
    """One input, one hidden unit, two actions: tanh(2 x + 3), then (5 h + 7, 11 h + 13), row by row of ours."""
    weights = {
        "mlp_extractor.policy_net.0.weight": np.array([[2.0]]),
        "mlp_extractor.policy_net.0.bias": np.array([3.0]),
        "action_net.weight": np.array([[5.0], [11.0]]),
        "action_net.bias": np.array([7.0, 13.0]),
        "value_net.weight": np.array([[99.0]]),
    }
    assert genome_of(weights).tolist() == [2, 3, 5, 11, 7, 13]


def test_an_lstm_of_pytorch_is_ours_gate_by_gate():
    """PyTorch's documentation: i, f, g, o one below the other; c = f c + i g, h = o tanh(c); the action is W h + b."""
    task = make_task("inverted_pendulum")
    policy = make_policy(replace(PRESETS.get("ppo-lstm"), hidden=[3], output_activation="linear"), task)
    draw = np.random.default_rng(0).normal
    names = {"weight_ih": (12, 4), "weight_hh": (12, 3), "bias_ih": (12,), "bias_hh": (12,)}
    weights = {f"lstm_actor.{name}_l0": draw(size=shape) for name, shape in names.items()}
    weights |= {"action_net.weight": draw(size=(1, 3)), "action_net.bias": draw(size=1)}
    genome, carry = genome_of(weights), policy.birth(jax.random.key(0), genome_of(weights))
    assert genome.shape == (policy.genome_size,)
    h, c = np.zeros(3), np.zeros(3)
    for observation in draw(size=(5, 4)):
        total = sum(weights[f"lstm_actor.bias_{kind}_l0"] for kind in ("ih", "hh"))
        total = total + weights["lstm_actor.weight_ih_l0"] @ observation + weights["lstm_actor.weight_hh_l0"] @ h
        i, f, g, o = np.split(total, 4)
        sigmoid = [1 / (1 + np.exp(-gate)) for gate in (i, f, o)]
        c = sigmoid[1] * c + sigmoid[0] * np.tanh(g)
        h = sigmoid[2] * np.tanh(c)
        action, carry = policy.act(genome, carry, observation.astype(np.float32))
        np.testing.assert_allclose(action, weights["action_net.weight"] @ h + weights["action_net.bias"], atol=1e-5)


def test_limits_decide_whether_the_output_is_cut_off():
    assert has_limits(make_task("half_cheetah"))
    assert not has_limits(make_task("car_racing"))
    assert for_task(PRESETS.get("ppo-mlp"), make_task("car_racing")).output_activation == "linear"
    task = replace(make_task("half_cheetah"), action=(Group("six", 6, "N", low=0.0, high=2.0),))
    with pytest.raises(HebbaxError, match="limits other than -1 and 1"):
        has_limits(task)


@pytest.mark.parametrize(
    ("policy", "learner", "message"),
    [
        (
            PRESETS.get("han-e"),
            "ppo",
            "'han-e' is plastic: ppo learns weights, not rules; nearest valid: policy=ppo-mlp",
        ),
        (PRESETS.get("mlp"), "ppo", "bias=False: ppo on task 'half_cheetah' learns a policy with bias=true"),
        (PRESETS.get("ppo-mlp"), "recurrent-ppo", "network=mlp: recurrent-ppo .* network=lstm; nearest .*ppo-lstm"),
        (replace(PRESETS.get("ppo-mlp"), output_activation="tanh"), "ppo", "output_activation=tanh: .*hard-tanh"),
        (replace(PRESETS.get("ppo-mlp"), activation="selu"), "ppo", "activation=selu: ppo has tanh, relu"),
        (
            replace(PRESETS.get("ppo-lstm"), activation="relu"),
            "recurrent-ppo",
            "activation=relu: recurrent-ppo has tanh",
        ),
    ],
)
def test_what_ppo_cannot_learn_is_said(policy, learner, message):
    with pytest.raises(HebbaxError, match=message):
        check_actor(policy, LEARNERS.get(learner), make_task("half_cheetah"))
