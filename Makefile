# The index of what one can do here. "make help" prints it.
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help install demo test test-crash check bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "make %-12s %s\n", $$1, $$2}'

install: $(VENV)/ready ## the virtual environment with the command .venv/bin/dagsplan, no more

demo: $(VENV)/ready ## the demonstration town at http://127.0.0.1:8080 (ARGS=--once: one day, printed; ARGS=--night: a storm night)
	@$(BIN)/dagsplan demo $(ARGS)

test: $(VENV)/ready ## the whole suite but the long kills
	$(BIN)/pytest -m "not crash" -n auto --dist worksteal $(ARGS)

test-crash: $(VENV)/ready ## kills of daemon, broker and database
	$(BIN)/pytest -m crash $(ARGS)

check: $(VENV)/ready ## lint, types, import rules, size report
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/size_report.py

bench: $(VENV)/ready ## benchmarks as a table and as JSON under build/bench/
	$(BIN)/python -m tests.benchmarks $(ARGS)

lock: $(VENV)/ready ## requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --group dev pyproject.toml -o requirements.lock

clean: ## removes the virtual environment and all that was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dagsplan needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name one: make PYTHON=python3.12 …")'
	@echo "making the virtual environment in $(VENV) (a few minutes, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@$(BIN)/dagsplan warm
	@touch $@
