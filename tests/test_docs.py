"""The documentation against the code: links, commands, keys, examples, public names."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
import tokenize
import tomllib
from functools import cached_property
from importlib import import_module
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import yaml

import hebbax
from hebbax.cli import demo_go1
from hebbax.cli.main import SUBCOMMANDS, module_of
from hebbax.cli.overrides.check import known_keys
from hebbax.cli.overrides.compose import compose_resumed, compose_scenario, compose_train
from hebbax.cli.overrides.sweep import compose_sweep, split_launcher
from hebbax.comparison.curves import METRICS
from hebbax.config.training import TrainingConfig
from hebbax.damage.events import KINDS
from hebbax.damage.text import parse_damages
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.initial import INITIALISERS
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.gene import SCOPES
from hebbax.plasticity.modulation import MODULATIONS
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.rules import RULES
from hebbax.reproduction.registry import budget_named, experiment_named
from hebbax.runs.checkpoint import read_checkpoint
from hebbax.runs.evaluation import Evaluation
from hebbax.runs.stored_run import GENOMES
from hebbax.tasks.ant_run import PUBLISHED_LEGS
from hebbax.tasks.registry import TASKS, make_task
from hebbax.types import Lives
from hebbax.versions import environment
from hebbax.zoo import zoo_names, zoo_path

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
SOURCES = sorted((ROOT / "src/hebbax").rglob("*.py"))
every_page = pytest.mark.parametrize("page", PAGES, ids=IDS)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHIPPED = "half_cheetah/han-e"


def blocks(page: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of a page in one of these languages."""
    return [body for language, body in FENCE.findall(page.read_text("utf-8")) if language in languages]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


def documented(page: str, heading: str) -> list[str]:
    """Return the names in the first column of the table under a heading; of several tables, of all."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, f"{page} has no section {heading!r}"
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_kind_of_damage_has_a_picture_of_what_a_life_can_meet():
    text = (ROOT / "docs/damages.md").read_text("utf-8")
    calls = re.findall(
        r"^`([a-z-]+)(\(.*\))`: .*\n\n!\[([a-z-]+)\]\(images/damages/([a-z-]+)\.png\)$", text, re.MULTILINE
    )
    assert sorted(kind for kind, *_ in calls) == sorted(KINDS)
    assert all(kind == words == picture for kind, _, words, picture in calls)
    cheetah = make_task("half_cheetah")
    for kind, arguments, *_ in calls:
        ((event,),) = parse_damages(kind + arguments, cheetah.control_period)
        assert (event.kind, event.onset) == (kind, 160)


# Links and paths


@every_page
def test_relative_links_and_images_exist(page):
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target.partition("#")[0]).exists()]
    assert missing == []


@every_page
def test_links_to_a_heading_find_it(page):
    for target in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        text = (page.parent / path if path else page).read_text("utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != ROOT], ids=lambda page: page.name)
def test_pages_link_within_the_site(page):
    """The built site holds docs/ alone."""
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)) if "://" not in target]
    assert all((page.parent / target).resolve().is_relative_to(ROOT / "docs") for target in targets)


@every_page
def test_no_path_of_one_machine(page):
    folders = re.findall(r"(?<![\w.~/])/(?:home|root|work|Users|tmp|mnt|opt|var)\b|[A-Z]:\\", page.read_text("utf-8"))
    assert folders == []


@every_page
def test_make_targets_exist(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for line in commands(page, "make"):
        for target in shlex.split(line, comments=True)[1:]:
            if "=" not in target:
                assert f"\n{target}:" in makefile, line


TOLD = (tokenize.COMMENT, tokenize.STRING)
PARTS = {path.name for path in (ROOT / "src/hebbax").iterdir() if path.is_dir()}
FOLDERS = PARTS | {path.name for path in ROOT.iterdir() if path.is_dir()}


def not_there(text: str) -> list[str]:
    """Return the paths of the repository and the modules of the package that a text names as code and do not exist."""
    named = re.findall(r"(?<!`)`([\w./-]+)`(?!`)", text)
    return [span for span in named if not (is_a_path(span) if "/" in span else is_a_module(span))]


def is_a_path(span: str) -> bool:
    """Whether a path exists, of a module or in a folder of the repository or of the package; others are not ours.

    In `runs` and `results` a user has files too. Capitals stand for what differs from case to case.
    """
    first = span.partition("/")[0]
    ours = first in FOLDERS - {"runs", "results"} or span.endswith(".py")
    if not ours or re.search("[A-Z]{3}", span):
        return True
    return any((place / span).exists() for place in (ROOT, ROOT / "src/hebbax"))


def is_a_module(span: str) -> bool:
    """Whether a name that begins with one of our packages is that of a module, or of something in it."""
    first, *rest = span.split(".")
    if first not in {*PARTS, "hebbax"} or (rest and re.fullmatch("yaml|json|md|h5|html|png|svg|[A-Z]+|__.*", rest[-1])):
        return True
    return is_a_name(span.removeprefix("hebbax."))


def is_a_name(dotted: str) -> bool:
    """Whether `engines.twins`, or `damage.events.Event`, is a package, a module or what it holds."""
    *path, last = ["hebbax", *dotted.split(".")]
    folder = ROOT / "src" / "/".join(path)
    if (folder / last).is_dir() or (folder / f"{last}.py").is_file():
        return True
    holder = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return holder.is_file() and re.search(rf"\b{last}\b", holder.read_text("utf-8")) is not None


@every_page
def test_paths_and_modules_that_a_page_names_exist(page):
    if page.name != "CHANGELOG.md":  # tells of what was
        assert not_there(page.read_text("utf-8")) == []


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks"])
def test_paths_and_modules_that_comments_name_exist(folder):
    missing = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        with tokenize.open(path) as file:
            comments = [token.string for token in tokenize.generate_tokens(file.readline) if token.type in TOLD]
        if found := not_there("\n".join(comments)):
            missing[str(path.relative_to(ROOT))] = found
    assert missing == {}


def test_a_path_or_module_that_is_not_there_is_seen():
    there = "`engines/life.py` `kernels/` `engines.twins` `damage.events.Event` `hebbax.runs.stored_run` `runs/first`"
    gone = [
        "engines/nowhere.py",
        "tests/nothing/",
        "engines.nothing",
        "damage.events.Nothing",
        "hebbax.verdict.verdict",
    ]
    assert not_there(there) == []
    assert not_there(" ".join(f"`{name}`" for name in gone)) == gone


# The site


def test_every_page_is_in_the_navigation_once():
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    assert [*chain.from_iterable(navigation)] == ["Start", "Guide", "Reference", "Results", "Internals"]
    pages = [page for section in navigation for entries in section.values() for page in entries]
    assert sorted(pages) == sorted(str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md"))
    assert pages[0] == "index.md"


# Commands


def commands(page: Path, program: str) -> list[str]:
    """Return the commands of a page that call a program: after a prompt in a block, and as code within a sentence."""
    typed = re.findall(rf"^\$ ({program} .*)$", "\n".join(blocks(page, "console")), re.MULTILINE)
    return typed + re.findall(rf"`({program} [^`]+)`", prose(page))


def check_command(line: str) -> None:
    """Raise HebbaxError or AssertionError unless a command can be run as it stands."""
    words = shlex.split(line, comments=True)[1:]
    words = words[: next((place for place, word in enumerate(words) if word in (">", ">>")), len(words))]
    name, *arguments = words
    if name in ("--help", "--version", "COMMAND"):
        return
    assert name in SUBCOMMANDS, line
    if not arguments:
        return  # the name of a subcommand within a sentence
    if "--help" in arguments:
        return
    options = import_module(module_of(name)).parser().read(arguments)
    if name == "train":
        if options.multirun:
            assert compose_sweep(split_launcher(options.overrides)[0]), line
        else:
            (compose_resumed if options.resume is not None else compose_train)(options.overrides)
        assert options.run is None or options.resume is None, line
    elif name == "import":
        compose_train(options.overrides)
    elif getattr(options, "overrides", ()):
        compose_scenario(options.overrides)
    if name == "reproduce":
        experiment = experiment_named(options.experiment)
        budget_named(experiment, options.budget or next(iter(experiment.budgets)))
    if hasattr(options, "metric"):
        assert options.metric in METRICS, line
    if str(getattr(options, "target", "")).startswith("zoo:") and "TASK" not in options.target:
        zoo_path(options.target)
    if hasattr(options, "genome"):
        assert options.genome in GENOMES, line
    if hasattr(options, "task"):
        make_task(options.task or demo_go1.TASK)


@every_page
def test_commands_parse(page, capsys, request):
    if page.name.startswith("adding-"):
        request.getfixturevalue("install_page")(page)
    if page.name in ("your-own-robot.md", "README.md"):
        request.getfixturevalue("install_own_robot")(ROOT / "docs/your-own-robot.md")
    for line in commands(page, "hebbax"):
        check_command(line)


def test_the_readme_is_short_and_its_picture_small():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.split()) <= 700
    (picture,) = re.findall(r"!\[[^]]+\]\((.*)\)", readme)
    assert (ROOT / picture).stat().st_size < 1_000_000
    assert blocks(ROOT / "README.md", "python") == blocks(ROOT / "docs/python.md", "python")[:1]


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/first-hour.md"])
def test_blocks_of_commands_hold_commands(page):
    """A line without a prompt would be left out of the test above."""
    lines = "".join(blocks(ROOT / page, "console")).splitlines()
    assert len(lines) >= 5
    assert all(line.startswith(("$ hebbax ", "$ make ", "$ pip install ")) for line in lines)
    assert not blocks(ROOT / page, "", "bash", "sh", "shell")


@pytest.mark.parametrize(
    "line",
    [
        "hebbax trian",
        "hebbax train task=half_cheeta",
        "hebbax train polcy=han-e",
        "hebbax train --resume runs/first seed=1",
        "hebbax train -m policy=han-a,mpl",
        "hebbax compare runs/first --metric worst",
        "hebbax reproduce han-gymnasium --budget paperr",
        "hebbax train --resume runs/first --run runs/second generations=3",
        "hebbax evaluate runs/first --lifetime 3",
        "hebbax evaluate runs/first --genome worst",
        "hebbax show zoo:half_cheetah/han-z",
        "hebbax policies --task swimer",
    ],
)
def test_a_wrong_command_would_be_found(line):
    with pytest.raises((hebbax.HebbaxError, AssertionError)):
        check_command(line)


@every_page
def test_controllers_that_pages_name_ship(page):
    for name in re.findall(r"zoo:([a-z_]+/[a-z-]+)", page.read_text("utf-8")):
        assert name in zoo_names()


# Keys and files of a run


def test_every_configuration_key_is_documented():
    assert documented("run-folder.md", "config.yaml") == list(known_keys())


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Rules", RULES),
        ("Normalisations", NORMALISATIONS),
        ("Averagings", AVERAGINGS),
        ("Networks", NETWORKS),
        ("Activations", ACTIVATIONS),
        ("Initial weights", INITIALISERS),
        ("Scopes", SCOPES),
        ("Modulations", MODULATIONS),
    ],
)
def test_every_part_of_a_policy_is_documented(heading, names):
    assert documented("policies.md", heading) == [name for name in names if not name.startswith("test-")]


def test_the_equation_of_every_rule_is_documented():
    page = (ROOT / "docs/policies.md").read_text("utf-8")
    assert [name for name, rule in RULES.items() if f"| {rule.equation} |" not in page] == []


def test_what_ends_a_life_of_each_task_is_documented():
    page = (ROOT / "docs/tasks-and-rules.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (.*) \|$", page, re.MULTILINE)
    assert [name for name, *_ in rows] == list(TASKS)
    for name, observations, actions, words in rows:
        task = make_task(name)
        assert (int(observations), int(actions)) == (task.observation_size, task.action_size)
        assert words in (
            task.termination,
            "as `ant`; its observation leaves out the contact forces, its reward does not",
        )


def test_the_legs_of_both_ants_are_where_the_page_says():
    page = (ROOT / "docs/tasks-and-rules.md").read_text("utf-8")
    columns = r"^\| ([a-z-]+) \| (.)x, (.)y \| `(\w+)`, `(\w+)` \| ([a-z-]+) \| (\S+) \| (\S+) \|$"
    rows = re.findall(columns, page, re.MULTILINE)
    assert len(rows) == 4
    told = {"han": {row[-2]: row[0] for row in rows}, "najarro": {row[-1]: row[0] for row in rows if row[-1] != "–"}}
    assert told == PUBLISHED_LEGS
    ours, theirs = make_task("ant_run"), make_task("ant")
    for leg, x, y, *joints, motor, _, _ in rows:
        corner = [0.2 if sign == "+" else -0.2 for sign in (x, y)]
        np.testing.assert_allclose(ours.world.model.body(f"{leg} upper leg").pos[:2], corner)
        model = theirs.world.model
        for joint, kind in zip(joints, ("hip", "ankle"), strict=True):
            at = model.body_parentid[model.joint(joint).bodyid[0]] if kind == "ankle" else model.joint(joint).bodyid[0]
            np.testing.assert_allclose(model.body_pos[at, :2], corner)
            actuator = [group.name for group in theirs.action].index(f"{motor} {kind}")
            assert model.actuator_trnid[actuator, 0] == model.joint(joint).id


def test_every_kind_of_event_is_documented():
    assert sorted(documented("interventions.md", "Kinds")) == sorted(KINDS)


@pytest.fixture(scope="module")
def growing_run(tmp_path_factory) -> Path:
    """A run that has all that a run can store."""
    config = hebbax.TrainConfig(
        task=hebbax.TaskConfig("swimmer", 10),
        strategy=hebbax.StrategyConfig(population=2),
        training=TrainingConfig("growing"),
        generations=1,
        evaluate_lifetimes=1,
    )
    path = tmp_path_factory.mktemp("docs") / "run"
    assert hebbax.Training.start(config, path).run()
    return path


def test_every_metric_is_documented(growing_run):
    lines = (growing_run / "metrics.jsonl").read_text("utf-8").splitlines()
    written = {key for line in lines for key in json.loads(line)}
    assert set(documented("run-folder.md", "metrics.jsonl")) == written


@pytest.mark.usefixtures("default_settings")
def test_every_key_of_run_json_is_documented(growing_run):
    record = json.loads((growing_run / "run.json").read_text("utf-8"))
    assert set(documented("run-folder.md", "run.json")) == set(record)
    assert environment().keys() <= record.keys()


def test_every_tensor_and_key_of_a_checkpoint_is_documented(growing_run):
    path = sorted((growing_run / "checkpoints").iterdir())[-1]
    checkpoint = read_checkpoint(path)
    header = path.read_bytes()[8:]
    envelope = json.loads(json.JSONDecoder().raw_decode(header.decode("utf-8", "replace"))[0]["__metadata__"]["hebbax"])
    assert set(documented("run-folder.md", "Checkpoints")) == {*checkpoint.tensors, *envelope}
    assert checkpoint.document.keys() == {"config", "environment", "best"}


def no_lives() -> Lives:
    """Return two lives of zeros, for the keys of what tells of lives."""
    return Lives(*(np.zeros(2) for _ in range(6)), *(np.zeros((2, 3)) for _ in range(2)))


def test_every_key_of_an_evaluation_is_documented():
    written = Evaluation("task", "policy", "best", 1, "end", no_lives()).to_json()
    assert documented("run-folder.md", "evaluate --json") == list(written)


def test_a_checkpoint_can_be_read_as_documented(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "runs/first/checkpoints"
    shutil.copytree(zoo_path(f"zoo:{SHIPPED}") / "checkpoints", folder)
    monkeypatch.chdir(tmp_path)
    (block,) = blocks(ROOT / "docs/run-folder.md", "python")
    assert "hebbax." not in block

    exec(compile(block, "run-folder.md", "exec"), {})
    assert "han-e (1840,)" in capsys.readouterr().out

    (path,) = folder.iterdir()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(AssertionError):
        exec(compile(block, "run-folder.md", "exec"), {})


# Architecture


def test_every_core_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    reasons = documented("architecture.md", "Dependencies")
    names = [[re.split("[<>=]", text)[0] for text in texts] for texts in (reasons, project["dependencies"])]
    assert names[0] == names[1]


# Numbers


def test_defaults_are_as_told():
    config = hebbax.TrainConfig()
    told = (
        f"population {config.strategy.population}, one life a genome, {config.generations} generations, "
        f"learning rate {config.strategy.learning_rate} and σ {config.strategy.sigma}."
    )
    assert config.lifetimes == 1
    assert told in (ROOT / "docs/architecture.md").read_text("utf-8")


def test_the_shipped_controllers_returns_are_those_of_its_card():
    card = json.loads((zoo_path(f"zoo:{SHIPPED}") / "card.json").read_text("utf-8"))
    told = re.search(
        r"Over ([\d,]+) fresh lives, .*? mean return of ([\d,]+)\. The lowest was (−?[\d,]+) and the highest ([\d,]+),",
        (ROOT / "docs/first-hour.md").read_text("utf-8").replace("\n", " "),
    )
    assert told is not None
    keys = ("lifetimes", "return_mean", "return_min", "return_max")
    assert list(told.groups()) == [f"{card[key]:,.0f}".replace("-", "−") for key in keys]
    config = (zoo_path(f"zoo:{SHIPPED}") / "config.yaml").read_text("utf-8")
    assert f"\nseed: {card['seed']}\n" not in config, "another seed than it evolved with"


# Public names


def test_every_public_name_is_in_the_reference():
    """Each by where it is defined, so that nothing of a name is imported twice by the site."""
    text = (ROOT / "docs/python.md").read_text("utf-8")
    told = re.findall(r"^::: hebbax\.(.*)\.(\w+)$", text, re.MULTILINE)
    assert {name: home for home, name in told} == {n: h for n, h in hebbax._HOME.items() if n != "__version__"}
    assert len(told) == len(hebbax.__all__) - 1


def test_public_names_have_one_home():
    assert sorted(hebbax._HOME) == sorted(hebbax.__all__)
    typed = {}
    for node in ast.walk(ast.parse(Path(hebbax.__file__).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hebbax."):
            if node.module == "hebbax.moved":
                continue
            typed |= {alias.asname: node.module.removeprefix("hebbax.") for alias in node.names}
    assert typed == hebbax._HOME, "what type checkers see is what there is"


@pytest.mark.parametrize("name", hebbax.__all__)
def test_public_names_are_documented(name):
    value = getattr(hebbax, name)
    if name == "__version__":
        assert isinstance(value, str)
        return
    assert value.__module__ == f"hebbax.{hebbax._HOME[name]}"
    members = vars(value).items() if inspect.isclass(value) else ()
    public = [member for key, member in members if not key.startswith("_") and is_documentable(member)]
    for documented_object in [value, *public]:
        doc = inspect.cleandoc(documented_object.__doc__ or "")
        # Dataclasses and named tuples without a docstring get their signature for one.
        assert len(doc) > 10, documented_object
        assert not doc.startswith(f"{name}("), documented_object


def is_documentable(member: object) -> bool:
    """Whether a class's attribute is a method or property, not a field or its default."""
    kinds = (property, cached_property, classmethod, staticmethod)
    return isinstance(member, kinds) or inspect.isfunction(member)


def test_doctests_run():
    for path in SOURCES:
        if ">>>" in path.read_text("utf-8"):
            name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
            assert doctest.testmod(import_module(name)).failed == 0, name


# Examples in Python

EXAMPLES = [(page, number) for page in PAGES for number in range(len(blocks(page, "python")))]
EXAMPLE_IDS = [f"{page.relative_to(ROOT)}-{number}" for page, number in EXAMPLES]


@pytest.mark.parametrize(("page", "number"), EXAMPLES, ids=EXAMPLE_IDS)
def test_examples_use_public_names(page, number):
    tree = ast.parse(blocks(page, "python")[number])
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hebbax":
            assert node.attr in hebbax.__all__
        # A dataclass of ours is given the fields that it has.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in hebbax.__all__:
            kind = getattr(hebbax, node.func.attr)
            if dataclasses.is_dataclass(kind):
                assert {word.arg for word in node.keywords} <= {field.name for field in dataclasses.fields(kind)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "number", "expected"),
    [
        ("README.md", 0, r"\[[^]]*\] \[1000 1000 1000 1000 1000 1000 1000 1000\]\n"),
        ("docs/python.md", 1, r"0 -?[\d.]+\n(.*\n){3}4 -?[\d.]+\n"),
        ("docs/tasks-and-rules.md", 0, r"0 -?[\d.]+\n(.*\n){3}4 -?[\d.]+\n"),
        ("docs/tasks-and-rules.md", 1, r"0 {'progress': .*, 'effort': -.*}\n(.*\n){3}4 {'progress': .*}\n"),
        ("docs/interventions.md", 0, r"left alone mean .*\nfrozen .*\nlamed .*\nboth .* to +\d+\n"),
        ("docs/interventions.md", 1, ""),
        ("docs/plug-ins.md", 0, ""),
        ("docs/plug-ins.md", 1, ""),
    ],
    ids=["engine", "own rule and task", "rule", "task", "events", "events as JSON", "plug-in", "strategy"],
)
@pytest.mark.usefixtures("kept_lives")
def test_examples_run(page, number, expected, tmp_path):
    for xml in blocks(ROOT / page, "xml"):
        (tmp_path / "rail.xml").write_text(xml, encoding="utf-8")
    (tmp_path / "example.py").write_text(blocks(ROOT / page, "python")[number], encoding="utf-8")
    done = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
    # First there may be notes: a controller of the zoo was evolved on another processor.
    assert re.fullmatch(rf"(.* since this controller was evolved: .*\n)*{expected}", done.stdout), done.stdout
