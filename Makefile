# Needs only make and Python 3.11 to 3.14. Every target first makes .venv with the versions in constraints.txt.
# PYTHON=/path/to/python chooses the interpreter, WORKERS=n the number of test processes, TIME_LIMIT=s the seconds that
# `make test` may take on two cores (twice as many on one; 0 for no limit, as on a slow machine).

WORKERS ?= 2
TIME_LIMIT ?= 720
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
SUPPORTED := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Else pyright asks the network for a newer version of itself at every check.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-pages test-slow test-extras check bench docs dist dist-extras dist-versions

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: .venv/.installed ## Evolve a controller in one to two minutes; curve, pictures and video go to demo/
	$(BIN)/hebbax demo

test: .venv/.installed ## Run the tests
	$(PYTEST) -p tests.time_limit --time-limit=$(TIME_LIMIT)

test-slow: .venv/.installed ## Run the tests that take long
	$(PYTEST) -m slow

test-pages: .venv/.installed ## Run the notebooks, and the pages in a headless browser
	$(PYTEST) -m slow tests/test_notebooks.py tests/report/html/test_browser.py tests/play/test_server.py \
	  tests/cli/test_play.py

test-extras: .venv/.installed-extras ## Run the tests of what the extras add, after installing them
	$(PYTEST) tests/tasks/test_envpool.py tests/tasks/test_bullet.py tests/worlds/car/test_gymnasium_car.py tests/tasks/external/test_menagerie.py \
	  tests/engines/test_ray.py tests/engines/test_mjx.py tests/export/test_onnx.py tests/evolution/test_tracking.py tests/ppo tests/environments/test_page.py \
	  tests/cli/overrides/test_sweep.py tests/cli/test_sweep.py tests/cli/test_external.py

check: .venv/.installed ## Check formatting, lint and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright

bench: .venv/.installed ## Measure speed on this machine
	$(BIN)/hebbax bench

docs: .venv/.installed-docs ## Build the documentation into site/
	$(BIN)/mkdocs build --strict

dist: .venv/.installed ## Build wheel and sdist into dist/, and try them in an empty environment; nothing is uploaded
	rm -rf dist
	$(BIN)/python -m build --outdir dist >/dev/null
	$(BIN)/python tests/try_dist.py dist

dist-versions: dist ## Try the wheel with the oldest versions that it allows, and with the newest
	$(BIN)/python tests/try_dist.py dist --oldest
	$(BIN)/python tests/try_dist.py dist --newest

dist-extras: dist ## Try each extra that users install, by itself in an empty environment
	set -e; for extra in envpool bullet box2d viewer menagerie tensorboard wandb slurm ppo onnx mjx ray; do \
	  $(BIN)/python tests/try_dist.py dist --extra $$extra; done

.venv/.installed: pyproject.toml constraints.txt $(BIN)/python
	$(PIP) -e '.[dev]' -c constraints.txt
	@touch $@

.venv/.installed-docs: .venv/.installed
	$(PIP) -e '.[docs]' -c constraints.txt
	@touch $@

.venv/.installed-extras: .venv/.installed
	$(PIP) -e '.[envpool,bullet,box2d,menagerie,mjx,ray,onnx,ppo,tensorboard,wandb,slurm]' -c constraints.txt
	@touch $@

# Made anew when the interpreter behind it is gone.
$(BIN)/python:
	@for python in $(CANDIDATES); do \
	  "$$python" -c '$(SUPPORTED)' 2>/dev/null || continue; \
	  echo "Making .venv with $$("$$python" --version)"; \
	  exec "$$python" -m venv --clear .venv; \
	done; \
	echo "error: found no Python 3.11 to 3.14 with its venv and ensurepip modules among: $(CANDIDATES)" >&2; \
	echo "  Debian, Ubuntu: apt-get install python3 python3-venv    macOS: brew install python@3.13" >&2; \
	echo "  one that is elsewhere: make PYTHON=/path/to/python" >&2; \
	exit 1
