import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.plasticity.averaging import average, remember, window_of


def test_a_moving_average_covers_what_it_has_seen_and_no_more():
    # One unit, window 3, activations 3, 5, 10, 9:  3;  (3+5)/2 = 4;  (3+5+10)/3 = 6;  (5+10+9)/3 = 8
    history, means = jnp.zeros((3, 1)), []
    for tick, value in enumerate([3.0, 5.0, 10.0, 9.0]):
        history = remember(history, jnp.array([value]), tick)
        means.append(float(average(history, jnp.int32(tick))[0]))
    np.testing.assert_allclose(means, [3, 4, 6, 8], rtol=1e-6)


def test_what_an_earlier_life_left_is_not_averaged():
    history = remember(jnp.full((3, 1), 100.0), jnp.array([2.0]), 0)
    assert float(average(history, jnp.int32(0))[0]) == 2.0


def test_direct_is_a_window_of_one():
    assert window_of("direct", 10) == 1
    assert window_of("moving-average", 10) == 10


@pytest.mark.parametrize("window", [0, -3])
def test_a_window_below_one_is_refused(window):
    with pytest.raises(HebbaxError, match=rf"window={window}: expected .* at least 1; nearest valid: 1"):
        window_of("moving-average", window)


def test_an_unknown_averaging_names_the_nearest():
    with pytest.raises(HebbaxError, match="unknown averaging 'moving_average': did you mean 'moving-average'"):
        window_of("moving_average", 2)
