"""`hebbax train`: evolve a controller in a new run, or go on with one."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.evolve import evolve, print_best
from hebbax.cli.interrupt import interruption
from hebbax.cli.output import note, quoted
from hebbax.cli.parser import Parser
from hebbax.cli.starting import new_run_path, starting
from hebbax.cli.trust import add_trust_option, open_run
from hebbax.config.engines import SHIPPED
from hebbax.errors import HebbaxError

if TYPE_CHECKING:
    from hebbax.runs.training import Training

_DESCRIPTION = f"""\
Evolve a controller. Everything is set by KEY=VALUE: task=, policy= and strategy= choose a preset (see `hebbax tasks`,
`hebbax policies` and `hebbax strategies`), and any other key changes one value of it:

  generations=150  lifetimes=1  termination=end|restart  seed=0  threads=2  engine={"|".join(SHIPPED)}
  task.ticks=500  strategy.population=256  strategy.learning_rate=0.1  strategy.sigma=0.2
  policy.hidden=[64,64]  policy.rule=abcd  policy.normalisation=none  policy.averaging=moving-average
  policy.window=20  policy.interval=0.2 (seconds) or policy.interval='4 ticks'
  training.ticks=full|growing|200  'training.weights={{survive:0}}'  'training.phases=[{{after:20,ticks:400}}]'
  training.births=each|common|mirrored  training.race=0.9  training.first_mean=average|weighted|normal|uniform
  training.first_scale=0.01  training.first_of=2000
  training.over_variants=mean|minimum|1.0
  learner=ppo|recurrent-ppo (PPO in place of evolution; its options are learner.KEY=VALUE)
  evaluate_every=10  evaluate_lifetimes=16  checkpoint_every=10  keep_checkpoints=3

With -m, keys can have several values, as a,b or 'range(0,5)': every combination is a run in a folder of its own, one
after another. The same command again skips finished runs, goes on with interrupted ones and begins the others.

Ctrl-C stops cleanly and says how to go on; a second one stops at once."""

_EXAMPLES = """\
  hebbax train task=half_cheetah policy=han-e generations=150 seed=0
  hebbax train task=swimmer policy=mlp strategy.population=256 --run runs/mine
  hebbax train task=gymnasium/CartPole-v1 policy=han-b generations=20
  hebbax train task=swimmer 'policy.hidden=[64,64]' policy.interval=0.2
  hebbax train task=half_cheetah training.ticks=growing
  hebbax train learner=ppo task=half_cheetah generations=300
  hebbax train --resume runs/mine generations=300
  hebbax train --from runs/mine strategy.sigma=0.05 'damage=none | scale-friction(0.5)'
  hebbax train -m task=swimmer policy=han-b,han-e,mlp seed=0,1,2 --run runs/sweep"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("train", _DESCRIPTION, _EXAMPLES)
    options.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="what to evolve, and how")
    options.add_argument(
        "--run", metavar="PATH", help="folder of the new run (default: runs/<task>-<policy>-s<seed>-<date>)"
    )
    options.add_argument(
        "-m", "--multirun", action="store_true", help="a sweep; --run then is the folder of its runs (runs/sweep)"
    )
    options.add_argument(
        "--resume",
        metavar="RUN",
        help="go on with this run at its newest checkpoint; generations= and engine= can change",
    )
    options.add_argument(
        "--from",
        dest="source",
        metavar="RUN",
        help="begin a new run at the controller of this one, or of zoo:TASK/POLICY, with its task, policy and "
        "observations unless keys say otherwise",
    )
    add_genome_option(options)
    add_trust_option(options)
    return options


def run(options: Namespace) -> int:
    """Train; return 0 at the last generation, 128 and the signal's number when stopped before it; see also `sweep`."""
    if options.trust and options.resume is None and options.source is None:
        raise HebbaxError("--trust is for --resume and --from: what a command line names itself is imported anyway")
    if options.source is not None and options.resume is not None:
        raise HebbaxError("--from begins a new run and --resume goes on with an old one: give one of them")
    if options.genome != "best" and options.source is None:
        raise HebbaxError(f"--genome {options.genome} is for --from: it says which of that run's genomes")
    if options.multirun:
        return _swept(options)
    with interruption() as asked:
        with starting(options.own_process):
            training = _resumed(options) if options.resume is not None else _started(options)
        stopped_by = evolve(training, asked)
    if not stopped_by:
        print_best(training)
        path = quoted(training.folder.path)
        print(f"next: hebbax evaluate {path}\n      hebbax show {path}")
    return stopped_by


def _swept(options: Namespace) -> int:
    from hebbax.cli.sweep import sweep

    if options.source is not None:
        raise HebbaxError("-m draws where its runs begin: give --from to one run at a time")
    if options.resume is not None:
        raise HebbaxError("-m goes on with what it has begun by itself: repeat the command without --resume")
    return sweep(options)


def _started(options: Namespace) -> Training:
    from hebbax.cli.overrides.compose import compose_like, compose_train
    from hebbax.evolution.trust import remember_trust
    from hebbax.runs.begin_from import begin_from
    from hebbax.runs.training import Training

    source = None if options.source is None else open_run(options.source, trust=options.trust)
    config = compose_train(options.overrides) if source is None else compose_like(source.trained, options.overrides)
    path = new_run_path(options.run, config)
    if source is None:
        training = Training.start(config, path, options.command)
    else:
        training = begin_from(source, config, path, options.command, options.genome)
    remember_trust(training.search.config, path, note)  # its modules were named by who has begun it
    return training


def _resumed(options: Namespace) -> Training:
    from hebbax.cli.overrides.compose import compose_resumed
    from hebbax.evolution.trust import remember_trust
    from hebbax.runs.training import Training

    if options.run is not None:
        raise HebbaxError("--run names a new run and --resume an old one: give one of them")
    generations, engine = compose_resumed(options.overrides)
    training = Training.resume(
        Path(options.resume),
        generations=generations,
        engine=engine,
        command=options.command,
        on_note=note,
        trust=options.trust,
    )
    if options.trust:
        remember_trust(training.search.config, training.folder.path, note)
    return training
