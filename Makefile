# make demo    build the environment and the example release, and open the app on it
# make test    lint, types, import floors and all tests
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint unit soak mutants bench wheel schemas snapshots pictures clean

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */\1|/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/bin/python:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3.11" >&2; exit 2; }
	"$(PYTHON)" -m venv .venv

.venv/.run: .venv/bin/python constraints.txt pyproject.toml
	@echo "Setting up .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q runbook_tui
	@touch $@

.venv/.dev: .venv/.run constraints-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-dev.txt
	@touch $@

demo: .venv/.run  ## the example release: in the app, or plainly when there is no terminal
	@$(BIN)/runbook demo demo

test: lint unit  ## everything that has to hold

lint: .venv/.dev  ## style, types, import floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache | tail -n 3
	@$(BIN)/mypy

unit: .venv/.dev  ## the tests alone
	@$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "not soak"

soak: .venv/.dev  ## the long forms: 10,000 kills, power cuts (as root), a million hostile texts
	@$(BIN)/pytest -m soak -s

.venv/.mutation: .venv/.dev constraints-mutation.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-mutation.txt
	@touch $@

mutants: .venv/.mutation  ## how many small changes of recorder, shim, sanitiser and quoting the tests notice
	@$(BIN)/python -m tests.mutation --jobs $(JOBS)

bench: .venv/.dev  ## timings, as ratios to a baseline of the same run
	@$(BIN)/python -m tests.benchmarks

snapshots: .venv/.dev  ## accept the app's pictures as they are now
	@$(BIN)/pytest -q tests/tui --snapshot-update

pictures: .venv/.dev  ## make the pictures of the documentation anew; look at them before you keep them
	@$(BIN)/python docs/make_pictures.py

wheel: .venv/.run  ## build dist/*.whl
	@$(BIN)/python -m hatchling build -t wheel

clean:  ## remove what was built
	rm -rf dist build demo .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
