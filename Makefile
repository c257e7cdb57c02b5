# make help | demo | test | check | bench | clean. Every target can be run again.
# Variables: ARGS (of demo), PYTEST_ARGS, PROCESSES (of the tests), PYTHON, TORCH_INDEX_URL; REQUIRE_BROWSER,
# REQUIRE_ELASTICSEARCH, REQUIRE_MODEL, REQUIRE_POSTGRES (1: what is not there fails its tests, it is not skipped).
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check bench env clean
SERVICE := .venv/matchmaker-stamp
STAMP := .venv/matchmaker-stamp-test
BIN := .venv/bin
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
# Processes of the tests: one a core, at most four, since each may load the model and start its own servers.
PROCESSES ?= $(shell [ $(CORES) -gt 4 ] && echo 4 || echo $(CORES))
export TORCH_INDEX_URL PYTHON

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | awk -F ':.*## ' '{ printf "make %-7s %s\n", $$1, $$2 }'

env: $(STAMP)  ## the environment in .venv, which the others make by themselves

$(SERVICE): pyproject.toml constraints.txt scripts/environment
	@scripts/environment

$(STAMP): pyproject.toml constraints.txt scripts/environment
	@scripts/environment test

demo: $(SERVICE)  ## a fictional county: loaded, ranked, printed, served (ARGS=--no-serve ends after printing)
	@echo "· demo in var/demo"
	@$(BIN)/matchmaker --home var/demo demo $(ARGS)

test: $(STAMP)  ## the whole test suite (PYTEST_ARGS="-k word" for a part, PROCESSES=1 for one at a time)
	@echo "· tests, in $(PROCESSES) processes"
	@$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile $(PYTEST_ARGS)

check: $(STAMP)  ## style, format, types, import rules
	@echo "· ruff check";  $(BIN)/ruff check .
	@echo "· ruff format"; $(BIN)/ruff format --check .
	@echo "· mypy";        $(BIN)/mypy
	@echo "· import rules"; $(BIN)/lint-imports

bench: $(STAMP)  ## benchmarks, each printing a Markdown table (minutes)
	@set -e; for script in tests/benchmarks/bench_*.py; do echo "· $$script"; \
	  $(BIN)/python -m "tests.benchmarks.$$(basename "$$script" .py)"; done

clean:  ## removes environment, demo and what tools left; your own installations stay
	rm -rf .venv var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
