"""A film shows the body that the life had, not the one of the task."""

import jax
import mujoco
import numpy as np

import hebbax
from hebbax.damage.events import FOREVER, Event
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.report.film import life_film
from hebbax.report.film.life_film import Filmed, film_life


def test_a_shortened_limb_is_drawn_short_and_a_change_in_the_film_is_told(tmp_path, monkeypatch):
    task = hebbax.make_task("ant_run")
    policy = Replay(task.action_size, 6)
    engine = hebbax.LockstepEngine(task, policy, threads=1)
    drawn = []
    monkeypatch.setattr(life_film, "render_video", lambda model, *_, **__: drawn.append(model.read_bytes()))
    for onset, told in ((0, []), (3, ["the body changes at tick 3: the film shows it from its start as it is then"])):
        events = (Event("shorten-limb", onset, FOREVER, "front-left lower leg", 0.25),)
        genome = np.zeros(policy.genome_size, np.float32)
        _, record = engine.record(genome, jax.random.key(0), Scenario(6, damages=events))
        notes = []
        film_life(
            Filmed(task, record, 1, events), tmp_path / "life.mp4", on_file=lambda path: None, on_note=notes.append
        )
        assert notes == told
        (tmp_path / "model.mjb").write_bytes(drawn[-1])
        model = mujoco.MjModel.from_binary_path(str(tmp_path / "model.mjb"))
        whole = task.world.model
        half = model.geom("front-left lower leg").size[1] / whole.geom("front-left lower leg").size[1]
        np.testing.assert_allclose(half, 0.25)
