"""The convolutional network: its sizes, what it refuses, and which policies have it."""

import re

import jax
import numpy as np
import pytest

from hebbax.config.policy import PRESETS, PolicyConfig
from hebbax.errors import HebbaxError
from hebbax.keys import root_key
from hebbax.networks.conv import Conv
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.policies.synapses import Synapses
from hebbax.tasks.registry import make_task

IMAGE = (16, 17, 3)  # the least height that the published convolutions can do with
SIZES = (16 * 17 * 3, 4, 2)


@pytest.fixture(scope="module")
def task():
    return make_task("car_racing")


def test_the_published_car_evolves_458002_numbers(task):
    policy = make_policy("najarro-car", task)
    filters, rules = 3 * 6 * 9 + 6 * 8 * 25, 5 * (648 * 128 + 128 * 64 + 64 * 3)
    assert (filters, rules) == (1362, 456_640)
    assert policy.genome_size == filters + rules == 458_002
    assert [gene.at for gene in policy.layout][:3] == [0, 162, 1362]  # filters first
    assert policy.layer_names == ("layer 0", "layer 1", "layer 2")  # what changes
    assert policy.network.weight_count == 92_690
    assert [one.target.size for one in policy.network.convolutions] == [6 * 41 * 41, 648]


def test_without_evolved_filters_or_plasticity_it_evolves_the_rest(task):
    assert make_policy("najarro-car-fixed", task).genome_size == 456_640
    assert make_policy("conv", task).genome_size == 92_690


def test_an_image_of_the_least_size_is_not_too_small():
    network = Conv(SIZES, image=IMAGE)
    assert [(one.target.height, one.target.width) for one in network.convolutions] == [(7, 7), (1, 1)]
    assert network.connections[2].pre_size == 8


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        (
            (15 * 23 * 3, 2),
            {"image": (15, 23, 3)},
            r"an image of 15 × 23 pixels is too small .* expected at least 16 × 16",
        ),
        (SIZES, {"image": (16, 17)}, r"image=\(16, 17\): expected height, width and colours"),
        (SIZES, {"image": (16, 16, 3)}, "it has 768 numbers, but there are 816 inputs"),
        (SIZES, {"image": IMAGE, "pools": (2,)}, r"pools=\[2\]: expected a number for each of 2 convolutions"),
        (
            SIZES,
            {"image": IMAGE, "strides": (0, 2)},
            "number=0: expected a whole number of at least 1; nearest valid: 1",
        ),
    ],
)
def test_what_does_not_fit_is_refused(sizes, options, message):
    with pytest.raises(HebbaxError, match=message):
        Conv(sizes, **options)


def test_filters_cannot_be_plastic():
    with pytest.raises(HebbaxError, match=r"'convolution 0' cannot be plastic, .* expected plastic=false"):
        Policy("p", Conv(SIZES, image=IMAGE), None, by_connection={"convolution 0": Synapses(Plasticity())})
    plastic = {"convolution 1": {"plastic": True}}
    with pytest.raises(HebbaxError, match="'convolution 1' cannot be plastic"):
        make_policy(PolicyConfig(network="conv", connections=plastic), make_task("car_racing"))


@pytest.mark.parametrize("name", ["najarro-car", "najarro-car-fixed", "conv"])
def test_a_task_without_an_image_is_refused(name):
    message = "network=conv: task 'swimmer' observes 8 numbers, not an image; nearest valid: network=mlp"
    with pytest.raises(HebbaxError, match=re.escape(message)):
        make_policy(name, make_task("swimmer"))


def test_sizes_of_convolutions_are_refused_where_nothing_reads_them():
    config = PolicyConfig(kernels=[3, 3])
    with pytest.raises(HebbaxError, match=r"kernels=\[3, 3\]: network=mlp sees no image and does not read it"):
        make_policy(config, make_task("swimmer"))


def test_fixed_filters_are_the_same_in_all_lives_and_others_by_another_seed(task):
    config = PRESETS.get("najarro-car-fixed")
    policy = make_policy(config, task)
    one, other = (policy.birth(root_key(seed)) for seed in (1, 2))
    for filters, same in zip(one.fixed, other.fixed, strict=True):
        np.testing.assert_array_equal(filters, same)
        assert np.std(filters) == pytest.approx(0.3, rel=0.2)
    assert not np.array_equal(one.weights[2], other.weights[2])
    seeded = {name: {**options, "initial_seed": 1} for name, options in config.connections.items()}
    again = make_policy(PolicyConfig(**{**vars(config), "name": "custom", "connections": seeded}), task)
    assert not np.array_equal(again.birth(jax.random.key(1)).fixed[0], one.fixed[0])


def test_a_seed_that_nobody_reads_is_refused():
    with pytest.raises(HebbaxError, match="initial_seed=3: birth=fixed alone reads it"):
        make_policy(PolicyConfig(initial_seed=3), make_task("swimmer"))
