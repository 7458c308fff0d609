# One target for each thing that a person does. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench format clean

help:  ## List the targets.
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' Makefile | expand -t 10

demo: $(READY)  ## Break a real registry on this machine and see it diagnosed.
	@sh tools/install-system-packages.sh
	@$(BIN)/regdoctor lab demo

test: $(READY)  ## Run every test, those with real components included.
	@sh tools/install-system-packages.sh test
	$(BIN)/pytest -n 2 --dist worksteal

lint: $(READY)  ## ruff, mypy --strict, and which part may import which.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(READY)  ## Measure the ratios that ARCHITECTURE.md promises.
	@sh tools/install-system-packages.sh
	@$(BIN)/python -m benchmarks

format: $(READY)  ## Let ruff put the code into shape.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove what the targets made.
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "regdoctor needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)
