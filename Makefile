# One target for each thing that a person does. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CAPTURE_PYTHON ?= $(shell sh tools/newer-python.sh)

.DEFAULT_GOAL := help
.PHONY: help demo test test-capture lint bench format clean

help:  ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' Makefile | expand -t 14

demo: $(READY)  ## Break a real registry on this machine and see it diagnosed.
	@sh tools/install-system-packages.sh
	@$(BIN)/regdoctor lab demo

test: $(READY)  ## Run every test, those with real components included.
	@sh tools/install-system-packages.sh test
	$(BIN)/pytest -n 2 --dist worksteal

test-capture:  ## Run the tests of the addon with the newest mitmproxy, which needs Python 3.12 or later.
	@test -n "$(CAPTURE_PYTHON)" || { echo "needs Python 3.12 or later; try: make test-capture CAPTURE_PYTHON=…" >&2; exit 2; }
	@sh tools/install-system-packages.sh test
	$(CAPTURE_PYTHON) -m venv $(VENV)-capture
	$(VENV)-capture/bin/pip install -qq --disable-pip-version-check --editable '.[dev]'
	$(VENV)-capture/bin/pytest -n 2 --dist worksteal tests/addons tests/capture tests/e2e/test_addon*.py tests/e2e/test_capture_run.py

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
	rm -rf $(VENV) $(VENV)-capture build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "regdoctor needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)
