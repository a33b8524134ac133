# What one can do here. Every target sets up what it needs into .venv, from the committed locks.
# Assumed: git, make, and Python 3.11 or later with venv (another one: make PYTHON=python3.13 test).

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
WHEELS := --only-binary :all:
# Where a company or hospital adds its own certificate to the system's, pip trusts it; so shall uv.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)
OPTIONS ?=

# Two tests at a time, one thread each: on two cores that halves the wait, and no test needs more.
WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
test fast wheel: export OPENBLAS_NUM_THREADS := 1
test fast wheel: export POLARS_MAX_THREADS := 1

.PHONY: help demo test fast check lint types floors dead docs-drift wheel bench docs lock clean

help:
	@echo "make demo    analyse the simulated runner that comes with evenstride"
	@echo "make test    every test"
	@echo "make fast    the tests that take seconds, not minutes"
	@echo "make check   every gate: style, types, floors, dead code, docs, the built wheel"
	@echo "make bench   measure, and write docs/science"
	@echo "make docs    write docs/reference anew from the code"
	@echo "make lock    resolve the locks anew"

demo: .venv/run
	@$(BIN)/evenstride demo

test: .venv/dev
	$(PYTEST) $(OPTIONS)

fast: .venv/dev
	$(PYTEST) -m "not slow" $(OPTIONS)

check: lint types floors dead docs-drift wheel

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy src tests docs $(if $(wildcard bench/*.py),bench)

floors: .venv/dev
	$(BIN)/lint-imports --no-logo

dead: .venv/dev
	$(BIN)/deptry src
	$(BIN)/vulture

docs-drift: .venv/dev
	$(BIN)/python docs/generate.py --check

wheel: .venv/dev
	.ci/wheel -n $(WORKERS) --dist worksteal $(OPTIONS)

# The other pages are measured at the thresholds that the first script sets.
bench: .venv/bench
	for script in bench/healthy_tail.py $(filter-out bench/healthy_tail.py,$(wildcard bench/*.py)); do \
		$(BIN)/python "$$script" || exit 1; done

docs: .venv/dev
	$(BIN)/python docs/generate.py

# One resolution for all, then one lock for each purpose, so that no two locks disagree.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --no-emit-index-url --no-annotate --no-header
lock: .venv/setup
	$(COMPILE) pyproject.toml --group setup --group dev --group bench -o .venv/all.txt
	$(COMPILE) --group setup -c .venv/all.txt -o locks/setup.txt
	$(COMPILE) pyproject.toml -c .venv/all.txt -o locks/run.txt
	$(COMPILE) pyproject.toml --group dev -c .venv/all.txt -o locks/dev.txt
	$(COMPILE) pyproject.toml --group bench -c .venv/all.txt -o locks/bench.txt

clean:
	rm -rf .venv

# Stamps: a second run is instant, a changed lock installs again.
.venv/setup: locks/setup.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "evenstride needs Python 3.11 or later. If you have one, name it: make PYTHON=python3.13")'
	@echo "Setting up .venv; this happens once and can take a minute."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
	  --only-binary :all: -r $<
	@touch $@

.venv/run: locks/run.txt .venv/setup pyproject.toml
	@$(INSTALL) --require-hashes $(WHEELS) -r $<
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# One rival of the bench is published as source only.
.venv/bench: WHEELS :=
.venv/dev .venv/bench: .venv/%: locks/%.txt .venv/run
	@$(INSTALL) --require-hashes $(WHEELS) -r $<
	@touch $@
