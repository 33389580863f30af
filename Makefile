# The house of tdm1. Needs Python 3.11 or later, make, and the package index that pip is set up for.
#
#   make trial    the virtual EMILIA trial: table in the terminal, tables and report in a folder of runs/
#   make test     lint, types, floors, tests, docs
#   make help     the other targets

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV ?= .venv
TRIAL ?= emilia
# Folder of the run; left out, the first of runs/NAME, runs/NAME-2, … that is free, for no run overwrites another.
OUT ?=
ARGS ?=
# Test processes side by side; 2 suits the smallest machine that the project is tested on.
JOBS ?= 2

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKED := --quiet --require-hashes --only-binary :all:

.PHONY: help trial qualify serve test lint types floors unit docs long browser watch stress bench lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

trial: $(VENV)/.runtime  ## run TRIAL (emilia) and write OUT (runs/emilia); options in ARGS="--patients 500"
	@name=runs/$(notdir $(basename $(TRIAL))); out="$(OUT)"; number=1; \
	[ -n "$$out" ] || { out=$$name; while [ -e "$$out" ]; do number=$$((number + 1)); out=$$name-$$number; done; }; \
	$(BIN)/tdm1 trial $(TRIAL) --out "$$out" $(ARGS)

qualify: $(VENV)/.dev  ## run the tests and every comparison with published results; report in OUT (runs/qualify)
	@name=runs/qualify; out="$(OUT)"; number=1; mkdir -p runs; \
	[ -n "$$out" ] || { out=$$name; while [ -e "$$out" ]; do number=$$((number + 1)); out=$$name-$$number; done; }; \
	status=0; $(BIN)/python -m pytest -q -n $(JOBS) --junitxml="$$out-tests.xml" || status=$$?; \
	$(BIN)/tdm1 qualify --tests "$$out-tests.xml" --out "$$out" $(ARGS); \
	exit $$status  # tests that failed are in the report, and make says so

test: lint types floors unit docs  ## everything that must pass before a change goes in

lint: $(VENV)/.dev  ## style and common mistakes (ruff)
	$(BIN)/ruff check src tests benchmarks docs

types: $(VENV)/.dev  ## types of the package (pyright, strict)
	$(BIN)/pyright --pythonpath $(BIN)/python

floors: $(VENV)/.dev  ## imports only point down (import-linter)
	$(BIN)/lint-imports

unit: $(VENV)/.dev  ## the tests, less those marked long
	$(BIN)/python -m pytest -q -n $(JOBS) $(ARGS)

long: $(VENV)/.dev  ## the tests that take minutes
	$(BIN)/python -m pytest -q -m long $(ARGS) || [ $$? -eq 5 ]  # 5: no test is marked long

browser: $(VENV)/.dev  ## the pages in a real Chromium: used, read by axe, photographed
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	  echo "make browser needs a Chromium on the PATH (on Debian: apt-get install chromium)" >&2; exit 1; }
	$(BIN)/python -m pytest -q -n $(JOBS) -m browser $(ARGS)

serve: $(VENV)/.runtime  ## the web page on this machine; options in ARGS="--port 8080"
	$(BIN)/tdm1 serve $(ARGS)

docs: $(VENV)/.dev  ## build the documentation into site/, any warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

watch: $(VENV)/.dev  ## results, work and speed beside benchmarks/baseline.yaml
	$(BIN)/python benchmarks/watch.py $(ARGS)

stress: $(VENV)/.dev  ## the engine on random parameter sets far from any person
	$(BIN)/python benchmarks/stress.py $(ARGS)

bench: $(VENV)/.dev  ## speed of the engine as ratios, see benchmarks/README.md
	$(BIN)/python benchmarks/engine_speed.py $(ARGS)

lock:  ## resolve the lock files again (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	for file in requirements.lock:"--extra build" requirements-dev.lock:"--extra build --extra dev"; do \
	  uv pip compile --quiet --universal --python-version 3.11 $${file#*:} --generate-hashes --only-binary :all: \
	    --no-emit-index-url --no-annotate --custom-compile-command "make lock" --output-file $${file%%:*} pyproject.toml; \
	done

clean:  ## remove what make and the tools made, but not the runs
	rm -rf $(VENV) site dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# An environment is made once and brought up to date when a lock file or pyproject.toml is newer.
$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "tdm1 needs Python 3.11 or later, but '$(PYTHON)' is not; say which: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu it comes with the package python3.11-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what tdm1 needs into $(VENV) (once; a few minutes)"
	$(PIP) install $(LOCKED) -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what tdm1 and its tests need into $(VENV) (once; a few minutes)"
	$(PIP) install $(LOCKED) -r requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.runtime
