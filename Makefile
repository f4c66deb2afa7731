# Everything there is to know: make run, demo, test, check, bench, sim, schema.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= examples/dead-letter/config.xml
SEED ?= 1

.PHONY: run demo test check bench bench-all sim schema soak clean
.DEFAULT_GOAL := help

help:
	@echo "make run              start the daemon on $(CONFIG)"
	@echo "make demo             drive it with the official client and print the story"
	@echo "make test             everything CI runs"
	@echo "make check            format, types, layers"
	@echo "make sim SEED=7       one run of the simulator, replayed byte for byte"
	@echo "make soak             long runs of the simulator and of kill -9"
	@echo "make bench            two minutes: throughput, latency and CPU, beside the peers that are installed"
	@echo "make bench-all        all workloads, the costs that must not grow, filters, the linter; writes docs/performance.md"
	@echo "make schema           write schemas/ and docs/reference/ from the declarations"

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

# Sample files of the official client, for tests only; they are never part of this repository.
$(VENV)/official: $(VENV)/.installed tests/official_sources.py
	@$(BIN)/python tests/official_sources.py
	@touch $@

run: $(VENV)/.installed
	@exec $(BIN)/ampsd run $(CONFIG)

demo: $(VENV)/.installed
	@$(BIN)/python examples/dead-letter/demo.py

check: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n0 tests/test_tidy.py

test: check $(VENV)/official
	$(BIN)/pytest -n 2 --dist worksteal -m "not soak"

soak: $(VENV)/.installed
	$(BIN)/pytest -n 2 -m soak

sim: $(VENV)/.installed
	@$(BIN)/ampsd sim run --seed $(SEED)

schema: $(VENV)/.installed
	$(BIN)/ampsd schema schemas
	$(BIN)/ampsd reference docs/reference

bench: $(VENV)/.installed
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python benchmarks/event_grid.py

bench-all: $(VENV)/.installed
	@$(BIN)/python benchmarks/bench.py --all
	@$(BIN)/python benchmarks/flat.py
	@$(BIN)/python benchmarks/expressions.py
	@$(BIN)/python benchmarks/lint.py
	@$(BIN)/python benchmarks/testing.py
	@$(BIN)/python benchmarks/reload.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis var
