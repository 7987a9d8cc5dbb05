# The same commands on a laptop and in CI. `make` alone explains them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup run test test-all check format bench evaluate docs site screenshots clean

help: ## say what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## make .venv with everything that run and test need

# Installed straight from the pins: the pin file is complete, so the resolver has no say.
$(VENV)/ready: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Framework Advisor needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## start the service on 127.0.0.1:8000
	$(BIN)/framework-advisor serve

test: setup ## the tests, minutes
	$(BIN)/python -m pytest -m "not slow"

test-all: setup ## every test, also those that take long
	$(BIN)/python -m pytest

check: setup ## ruff and the strict type check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## speed and memory, as figures with their host
	$(BIN)/python -m benchmarks

evaluate: setup ## judge the advisor by published decisions
	$(BIN)/framework-advisor evaluate

docs: setup ## write the pages that are made from data
	$(BIN)/python docs/generate.py

screenshots: setup ## take the pictures of the pages anew; needs Chromium
	$(BIN)/python docs/screenshots.py

site: setup ## the docs as a site, in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

clean: ## remove the environment and caches
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
