"""`hebbax import najarro`: a run of a controller that published code has evolved."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.evolve import print_best
from hebbax.cli.output import quoted, waiting
from hebbax.cli.parser import Parser
from hebbax.cli.starting import new_run_path, starting
from hebbax.errors import HebbaxError, unknown_name
from hebbax.policies.sizes import sizes_in_words, sizes_of

if TYPE_CHECKING:
    from hebbax.config.train import TrainConfig

KINDS = ("najarro",)

_DESCRIPTION = """\
Make a run of coefficients that the code of Najarro and Risi (2020) has evolved: a .dat as its torch.save writes it, in
the older format or the newer one. No torch is needed, and nothing in the file is run. The run begins at these
coefficients: all commands take it, and `hebbax train --resume` goes on from there.

KEY=VALUE says what they evolved with, as for `hebbax train`. Without it that is the quadruped, 128 and 64 hidden units,
weights that nothing bounds, and the rule that has as many columns as the file (of five: ABCD_lr)."""

_EXAMPLES = """\
  hebbax import najarro heb_coeffs.dat
  hebbax import najarro heb_coeffs.dat policy.rule=ABCD_lr_D_out --run runs/theirs
  hebbax import najarro heb_coeffs.dat task=gymnasium/BipedalWalker-v3 policy.normalisation=max \\
      policy.output_activation=linear"""

_USUAL = {
    "task": "quadruped",
    "policy": "najarro-hebbian",
    "strategy": "najarro-es",
    "observations.normalise": "none",
}
"""What a run has of these keys unless the command line says otherwise: what the published code does."""


def parser() -> Parser:
    """Return the options."""
    options = Parser("import", _DESCRIPTION, _EXAMPLES)
    options.add_argument("kind", metavar="najarro", help="whose code has written the file")
    options.add_argument("file", metavar="FILE", help="the coefficients: a .dat")
    options.takes_overrides = True
    options.add_argument(
        "--run", metavar="PATH", help="folder of the new run (default: runs/<task>-<policy>-s<seed>-<date>)"
    )
    return options


def run(options: Namespace) -> int:
    """Write the run; say how good its controller is here, and what to type next."""
    from hebbax.importing.najarro import import_najarro

    if options.kind not in KINDS:
        raise unknown_name("kind of controller", options.kind, KINDS)
    if options.run == "":
        raise HebbaxError("--run: expected the name of a new folder, such as runs/theirs")
    file = Path(options.file)
    config = configuration(file, options.overrides)
    path = new_run_path(options.run, config)
    waiting(f"running {config.evaluate_lifetimes} lives; compiling them takes up to 20 s the first time")
    with starting(options.own_process):
        training = import_najarro(file, config, path, options.command)
    print(f"{config.task.name} · {config.policy.name} → {path}")
    print(sizes_in_words(sizes_of(training.search.policy)))
    print_best(training)
    print(f"next: hebbax evaluate {quoted(path)}\n      hebbax show {quoted(path)}")
    return 0


def configuration(file: Path, overrides: Sequence[str]) -> TrainConfig:
    """Return the configuration of a file's run. Raises HebbaxError for a file or a key that is none."""
    from hebbax.cli.overrides.compose import compose_train
    from hebbax.importing.najarro import read_coefficients, rule_of

    columns = read_coefficients(file).shape[1]
    given = {text.partition("=")[0] for text in overrides}
    usual = [f"{key}={value}" for key, value in _USUAL.items() if key not in given]
    if "policy.rule" not in given and "policy" not in given:
        usual.append(f"policy.rule={rule_of(columns)}")
    return compose_train([*usual, *overrides])
