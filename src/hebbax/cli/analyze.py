"""`hebbax analyze`: what the weights do in the long run of a life, and how the robot goes meanwhile."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note, note_replaced, number, print_facts, print_table, returned, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run
from hebbax.cores import keep_algebra_on_one_thread
from hebbax.errors import HebbaxError, about
from hebbax.policies.sizes import sizes_in_words

if TYPE_CHECKING:
    from hebbax.analysis.gait import Motion
    from hebbax.policies.policy import Policy

FILE = "analysis.json"

_DESCRIPTION = """\
Judge what a controller's weights do over several lives (fixed point, limit cycle, quasi-periodic, wandering,
diverging, or not to be told yet), with the numbers behind each verdict, Lyapunov exponents, the basin of the
attractor, gait and effort, and whether a machine or an animal could move so. RUN is the folder of a run,
zoo:TASK/POLICY, or a file that `hebbax record` wrote, which is analysed as it is. The numbers go to
RUN/analysis.json; for the zoo and for a file to ./analysis-TASK-POLICY/analysis.json."""

_EXAMPLES = """\
  hebbax analyze runs/mine
  hebbax analyze zoo:half_cheetah/han-e --lifetimes 5
  hebbax analyze runs/mine/recording.h5 --out analysed"""

_SETTLED = ("--lifetimes", "--ticks", "--seed", "--genome")
"""Options that a recording has no use for: its lives are there."""


def parser() -> Parser:
    """Return the options."""
    options = Parser("analyze", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, zoo:TASK/POLICY, or FILE.h5")
    add_scenario_overrides(options)
    options.add_argument("--lifetimes", type=whole_number, default=20, metavar="N", help="lives (default: 20)")
    options.add_argument("--ticks", type=whole_number, metavar="N", help="of a life (default: as the run lived)")
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of these lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--out", metavar="FOLDER", help=f"where {FILE} goes")
    options.add_argument("--json", action="store_true", help=f"print what {FILE} holds instead of tables")
    return options


def run(options: Namespace) -> int:
    """Analyse; return 0."""
    keep_algebra_on_one_thread()  # before NumPy is loaded
    from hebbax.files.atomic_write import write_error, write_text_atomically

    document, folder = _of_recording(options) if options.target.endswith(".h5") else _of_run(options)
    document = {"command": options.command, **document}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(folder, error) from error
    write_text_atomically(folder / FILE, json.dumps(document, indent=1) + "\n")
    if options.json:
        print(json.dumps(document))
        return 0
    print_lives(document)
    print_footfall(document)
    print_reality(document["summary"])
    print_summary(document)
    print(folder / FILE)
    return 0


def _of_run(options: Namespace) -> tuple[dict[str, Any], Path]:
    from hebbax.analysis.analyze import analyze_source
    from hebbax.runs.stored_run import results_path
    from hebbax.runs.trials import Source

    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    source = Source.of_run(
        stored,
        lifetimes=options.lifetimes,
        ticks=options.ticks,
        seed=options.seed,
        genome=options.genome,
    )
    if not stored.policy.plastic:
        note(f"the weights of policy {stored.policy.name!r} do not change during a life: gait and effort only")
    folder = _folder(options, results_path(stored, "", "analysis"))
    waiting(f"analysing {source.lifetimes} lives; compiling them takes up to 20 s the first time")
    document = analyze_source(source)
    _tell_without_verdict(document, stored.policy)
    return document, folder


def _of_recording(options: Namespace) -> tuple[dict[str, Any], Path]:
    from hebbax.analysis.analyze import analyze_recording
    from hebbax.config.train import from_stored
    from hebbax.evolution.trust import remember_trust
    from hebbax.policies.make_policy import make_policy
    from hebbax.recording.reader import open_recording
    from hebbax.runs.stored_run import path_beside
    from hebbax.tasks.registry import make_task

    for word in options.command:
        if word.partition("=")[0] in _SETTLED:
            raise HebbaxError(f"{word} does not go with a recording: {options.target} holds its lives already")
    with open_recording(options.target) as recording:
        folder = _folder(options, path_beside("analysis", recording.task, recording.policy))
        if recording.every > 1:
            shortest = 2 * recording.every
            note(f"one tick in {recording.every} was kept: no period shorter than {shortest} ticks is seen")
        note("a recording is analysed as it is: no exponent with the body in the loop, and no basin")
        waiting(f"analysing {len(recording)} lives")
        with about(recording.path):
            config = from_stored(recording.config)
        document = analyze_recording(recording, trust=options.trust)
        if options.trust:
            remember_trust(config, recording.path, note)
    if not document["summary"]["judged"]:
        _tell_without_verdict(document, make_policy(config.policy, make_task(config.task.name)))
    return document, folder


def _folder(options: Namespace, default: Path) -> Path:
    """Return where the file goes. Raises HebbaxError, before any work, where it cannot."""
    from hebbax.files.destination import check_file

    folder = default if options.out is None else Path(options.out)
    check_file(folder / FILE)
    note_replaced([folder / FILE])
    return folder


def _tell_without_verdict(document: dict[str, Any], policy: Policy) -> None:
    """Say how long lives have to be where none was long enough for a verdict."""
    from hebbax.attractors.verdict import FEWEST_UPDATES

    if not policy.plastic or document["summary"]["judged"]:
        return
    ticks = FEWEST_UPDATES * max(policy.longest_interval, document["every"])
    longest = max((life["length"] for life in document["lives"]), default=0)
    if longest < ticks:
        note(f"a verdict takes {FEWEST_UPDATES} weight updates: lives of {number(ticks)} ticks, not {number(longest)}")


_VERDICT_COLUMNS = (
    *("life", "verdict", "sure", "period (ticks)", "period / gait", "speed per tick", "published verdict"),
    *("λ with body (1/tick)", "λ of weights (1/tick)"),
)
_VERDICT_LEGEND = """\
sure: ½ where a deciding number is at its threshold, 1 where all are far from theirs. period / gait: the
weights' period in periods of the gait. speed: ‖W(t+1) − W(t)‖ / ‖W(t)‖. published verdict: by the rule of
the HAN paper. λ: Lyapunov exponent; above 0, neighbouring lives part."""
_GAIT_COLUMNS = ("life", "return", "speed (m/s)", "strides (Hz)", "cost of transport")
_GAIT_LEGEND = "cost of transport: work over weight and way, without a unit. –: there is none."


def print_lives(document: dict[str, Any]) -> None:
    """Print one line per life of what its weights do, where they change, and one of what its body does."""
    lives = document["lives"]
    if document["layers"]:
        rows = [[str(life["life"]), *_verdict_cells(life)] for life in lives]
        right = [name for name in _VERDICT_COLUMNS if "verdict" not in name]
        print_table(_VERDICT_COLUMNS, rows, right=right)
        print(_VERDICT_LEGEND)
    print_table(_GAIT_COLUMNS, [_gait_cells(life) for life in lives], right=_GAIT_COLUMNS)
    print(f"{_GAIT_LEGEND}\n")


def _gait_cells(life: dict[str, Any]) -> list[str]:
    gait = life["gait"] or dict.fromkeys(("forward_speed", "stride_frequency", "cost_of_transport"))
    numbers = (gait[name] for name in ("forward_speed", "stride_frequency", "cost_of_transport"))
    return [str(life["life"]), returned(life["return"]), *(number(value, 2) for value in numbers)]


def _verdict_cells(life: dict[str, Any]) -> list[str]:
    verdict, speed, ratio = life["verdict"], life["weight_speed"], life["published_ratio"]
    exponents = [life["lyapunov"][key] for key in ("with_body", "weights_alone")]
    if verdict is None:
        return ["–"] * (len(_VERDICT_COLUMNS) - 1)
    return [
        verdict["label"],
        number(verdict["confidence"], 2),
        number(verdict["period_ticks"], 1),
        number(verdict["gait_ratio"], 2),
        "–" if speed is None else f"{speed['relative']:.4f}",
        "–" if ratio is None else ratio["label"],
        *("–" if found is None else f"{found['exponent']:+.4f}" for found in exponents),
    ]


def print_summary(document: dict[str, Any]) -> None:
    """Print what the lives have in common, and what that means."""
    from hebbax.analysis.footfall import gaits_in_words

    summary = document["summary"]
    medians = summary["medians"]
    facts = [
        ("task, policy", f"{document['task']}, {document['policy']} ({document['genome']} genome)"),
        ("sizes", sizes_in_words(document)),
        ("lives", f"{document['lifetimes']} of {number(document['ticks'])} ticks (seed {document['seed']})"),
        ("numbers", "medians over the lives, unless said otherwise"),
    ]
    if document["layers"]:
        facts += _attractor_facts(summary)
    facts += [
        ("motion", _motions(summary["motions"])),
        *([("gait", gaits_in_words(summary["gaits"]))] if summary.get("gaits") else []),
        (
            "speed, strides",
            f"{_measured(medians['forward_speed'], 'm/s')}, {_measured(medians['stride_frequency'], 'Hz')}",
        ),
        ("torque", f"mean {_measured(medians['torque_mean'], 'N·m')}, peak {_measured(medians['torque_peak'], 'N·m')}"),
        ("cost of transport", number(medians["cost_of_transport"], 2)),
        *((f"{name} touches", _touches(foot)) for name, foot in summary["feet"].items()),
    ]
    print_facts(facts)
    print(f"\n{document['sentence']}\n")


_LEG_COLUMNS = ("leg", "duty factor", "phase", "a stride")
_LEG_LEGEND = """\
of the first life whose gait has a name, or else of the first life. phase: of the middle of its stance, in
parts of a stride. a stride: # where it bears weight, from the middle of the first leg's stance on."""


def print_footfall(document: dict[str, Any]) -> None:
    """Print when each leg bears weight in a stride of one life; nothing where no legs were seen."""
    from hebbax.analysis.footfall import rows_of_legs

    lives = [life["gait"]["footfall"] for life in document["lives"] if life["gait"] and life["gait"].get("footfall")]
    if not lives:
        return
    shown = next((one for one in lives if one["name"]), lives[0])
    rows = [[name, number(duty, 2), number(phase, 2), stride] for name, duty, phase, stride in rows_of_legs(shown)]
    print_table(_LEG_COLUMNS, rows, right=_LEG_COLUMNS[1:3])
    print(f"{_LEG_LEGEND}\n")


_REALITY_COLUMNS = ("reality check", "median", "plausible up to", "verdict")


def print_reality(summary: dict[str, Any]) -> None:
    """Print whether the motion could be that of a machine or an animal, or why that is not said."""
    from hebbax.analysis.reality import rows_of

    if summary["reality"] is None:
        print(f"reality check: none, because {summary['no_reality']}\n")
        return
    print_table(_REALITY_COLUMNS, rows_of(summary["reality"]), right=_REALITY_COLUMNS[1:3])


def _motions(motions: dict[Motion, int]) -> str:
    """Return what the robot does, such as "has a gait in 18 of 20 lives, stands still in 2 of 20 lives"."""
    from hebbax.analysis.gait import MOTIONS

    seen = sum(motions.values())
    return (
        ", ".join(f"{MOTIONS[motion]} in {count} of {seen} lives" for motion, count in motions.items() if count) or "–"
    )


def _measured(value: float | None, unit: str, decimals: int = 2) -> str:
    """Return a number with its unit, or a dash where there is none."""
    return "–" if value is None else f"{number(value, decimals)} {unit}"


def _attractor_facts(summary: dict[str, Any]) -> list[tuple[str, str]]:
    medians = summary["medians"]
    verdicts = ", ".join(f"{count} {label}" for label, count in summary["verdicts"].items() if count)
    facts = [
        ("verdicts", verdicts or "none"),
        (
            "period, transient",
            f"{number(medians['period_ticks'], 1)} ticks, {number(medians['transient_ticks'])} ticks",
        ),
        ("weights' motion", f"{number(medians['shared_motion'], 3)} of their norm"),
        (
            "published ratio",
            f"{number(medians['published_ratio'], 2)}; its rule agrees in {summary['published_agrees']} lives",
        ),
    ]
    for key, name in (("with_body", "λ with the body"), ("weights_alone", "λ of the weights")):
        facts.append((name, _exponent(summary["lyapunov"][key])))
    for name, basin in summary["basin"].items():
        if basin["lives"]:
            ticks = "" if basin["ticks_median"] is None else f", after {number(basin['ticks_median'])} ticks"
            facts.append((f"come back, {name}", f"{basin['came_back']} of {basin['lives']}{ticks}"))
    return facts


def _touches(foot: dict[str, Any]) -> str:
    return (
        f"{number(foot['duty_factor'], 2)} of the time, {number(foot['touch_downs'], 2)} touch-downs/s, "
        f"{number(foot['air_time'], 3)} s in the air (in {foot['lives']} {'life' if foot['lives'] == 1 else 'lives'})"
    )


def _exponent(found: dict[str, Any] | None) -> str:
    if found is None:
        return "–"
    error = "" if found["standard_error"] is None else f" ± {2 * found['standard_error']:.4f} (2 standard errors)"
    return f"{found['exponent']:+.4f} per tick{error}"
