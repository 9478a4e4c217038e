"""`hebbax merge`: a new run that begins at the rules of another, merged to a few."""

from __future__ import annotations

from argparse import Namespace

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note, quoted
from hebbax.cli.parser import Parser
from hebbax.cli.starting import new_run_path
from hebbax.cli.trust import add_trust_option, open_run
from hebbax.errors import HebbaxError
from hebbax.policies.sizes import sizes_in_words, sizes_of

_DESCRIPTION = """\
Merge the rules of a controller's synapses to a few, by K-means, connection by connection: each synapse gets the
nearest. That begins a new run, which `hebbax train --resume` evolves on. Evolve and merge in turn to get fewer and
fewer rules.

KEY=VALUE says what the new run has otherwise, as for `hebbax train --from`."""

_EXAMPLES = """\
  hebbax merge runs/mine --table 128 --run runs/merged
  hebbax train --resume runs/merged
  hebbax merge runs/merged --table 32 strategy.sigma=0.05 generations=100"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("merge", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    options.takes_overrides = True
    options.add_argument(
        "--table", type=int, required=True, metavar="N", help="rules that each connection is left with"
    )
    options.add_argument(
        "--run", metavar="PATH", help="folder of the new run (default: runs/<task>-<policy>-s<seed>-<date>)"
    )
    add_genome_option(options)
    add_trust_option(options)
    return options


def run(options: Namespace) -> int:
    """Write the run and say how large it is; return 0."""
    from hebbax.cli.overrides.compose import compose_like
    from hebbax.evolution.trust import remember_trust
    from hebbax.runs.merge import merge_run

    if options.run == "":
        raise HebbaxError("--run: expected the name of a new folder, such as runs/merged")
    source = open_run(options.target, trust=options.trust)
    config = compose_like(source.trained, options.overrides)
    path = new_run_path(options.run, config)
    training = merge_run(source, config, options.table, path, options.command, options.genome)
    remember_trust(training.search.config, path, note)
    print(f"before: {sizes_in_words(sizes_of(source.policy))}")
    print(f"merged: {sizes_in_words(sizes_of(training.search.policy))}")
    print(f"next: hebbax evaluate {quoted(path)}\n      hebbax train --resume {quoted(path)}")
    return 0
