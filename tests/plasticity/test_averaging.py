import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.plasticity.averaging import average, history_rows, remember


def means_of(averaging, window, values, history=None):
    """Return the mean after each of the activations of one unit."""
    history, means = jnp.zeros((history_rows(averaging, window), 1)) if history is None else history, []
    for tick, value in enumerate(values):
        units = jnp.array([value])
        history = remember(averaging, window, history, units, jnp.int32(tick))
        means.append(float(average(averaging, window, history, units, jnp.int32(tick))[0]))
    return means


def test_a_moving_average_covers_what_it_has_seen_and_no_more():
    # Window 3, activations 3, 5, 10, 9:  3;  (3+5)/2 = 4;  (3+5+10)/3 = 6;  (5+10+9)/3 = 8
    np.testing.assert_allclose(means_of("moving-average", 3, [3.0, 5.0, 10.0, 9.0]), [3, 4, 6, 8], rtol=1e-6)


def test_an_exponential_mean_is_not_biased_towards_its_start():
    # α = 1/2, activations 4, 8, 0 from zero: 2, 5, 2.5, over the weights gathered, 1/2, 3/4, 7/8:  4, 20/3, 20/7
    np.testing.assert_allclose(means_of("exponential", 2, [4.0, 8.0, 0.0]), [4, 20 / 3, 20 / 7], rtol=1e-6)


def test_an_exponential_mean_of_a_constant_is_the_constant():
    np.testing.assert_allclose(means_of("exponential", 50, [0.7] * 300), 0.7, rtol=1e-5)


@pytest.mark.parametrize("averaging", ["direct", "exponential", "moving-average"])
def test_a_window_of_one_is_the_last_activation(averaging):
    np.testing.assert_allclose(means_of(averaging, 1, [4.0, 8.0, 0.0]), [4, 8, 0], rtol=1e-6)


def test_what_an_earlier_life_left_is_not_averaged():
    assert means_of("moving-average", 3, [2.0], jnp.full((3, 1), 100.0)) == [2.0]


def test_direct_keeps_nothing():
    assert history_rows("direct", 10) == 0
    assert history_rows("moving-average", 10) == 10
    assert history_rows("exponential", 10) == 1


@pytest.mark.parametrize("window", [0, -3])
def test_a_window_below_one_is_refused(window):
    with pytest.raises(HebbaxError, match=rf"window={window}: expected .* at least 1; nearest valid: 1"):
        history_rows("moving-average", window)


def test_an_unknown_averaging_names_the_nearest():
    with pytest.raises(HebbaxError, match="unknown averaging 'moving_average': did you mean 'moving-average'"):
        history_rows("moving_average", 2)
