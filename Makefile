# One entry point for people and for CI: `make` lists the targets.
# Needs python3, make and a package index; everything else is set up below this folder.

UV_VERSION := 0.13.9
# Older ones do not read the lock file.
UV_OLDEST := 0.9.0
PYTHON3 ?= python3

# A uv on PATH is used if it is recent enough; else a private one, never the system's packages.
UV := $(shell found=$$(uv --version 2>/dev/null | cut -d' ' -f2); \
	test -n "$$found" && printf '%s\n' $(UV_OLDEST) "$$found" | sort -V -C 2>/dev/null \
	&& command -v uv || echo .tools/uv/bin/uv)
UV_STAMP := $(if $(filter .tools/%,$(UV)),.tools/uv/$(UV_VERSION).stamp)

BIN := .venv/bin
STAMP := .venv/setup.stamp
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup
DEMO_PROMPT := Create PostgreSQL CRUD Effect node with connection pooling, retry logic and circuit breaker

# The wheel test and the hooks call the same uv; an environment of the caller's stays untouched.
export UV := $(abspath $(UV))
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
# A company's own certificates stand in the system's store; uv looks there only if told.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= 1
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint types test-fast carried gaps judge hundred mutate chaos fuzz fuzz-http bench bench-bus build clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## install what is needed into .venv; nothing to do if it is there

demo: $(STAMP) ## make a node package from one sentence
	$(BIN)/onexgen run pipelines/default.yaml --prompt "$(DEMO_PROMPT)"

test: lint types ## all checks and all tests
	$(PYTEST) -m "not judge and not hundred and not mutate and not chaos"

lint: $(STAMP) ## style, layout of the code, direction of imports, rules that do nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/onexgen rules lint --strict

types: $(STAMP) ## mypy in strict mode
	$(BIN)/mypy

test-fast: $(STAMP) ## the tests that take no time
	$(PYTEST) -m "not judge and not hundred and not mutate and not chaos and not slow"

carried: $(STAMP) ## how much of what sixty requests name reaches contract, code and tests
	PYTHONPATH=. $(BIN)/python -m tests.carried

CORPUS ?= tests/corpus
gaps: $(STAMP) ## what packages leave to be written: CORPUS=FILE or a folder of requests; minutes
	PYTHONPATH=. $(BIN)/python -m tests.gaps $(CORPUS)

judge: $(STAMP) ## the judge on packages of each family, made and hand-written; ten minutes
	$(PYTEST) -n 2 -v -m "not mutate and not hundred" tests/test_judge.py tests/test_golden.py

hundred: $(STAMP) ## the judge on the packages of a hundred requests, 25 of each kind; half an hour
	$(PYTEST) -n 2 -v -m hundred tests/test_judge.py

# The mutations use all cores by themselves: -n 0.
mutate: $(STAMP) ## how many planted faults the tests of a package of each family notice; an hour
	$(PYTEST) -n 0 -m mutate -rP

chaos: $(STAMP) ## workers that are killed, a broker that is cut off, hundreds of requests; minutes
	$(BIN)/python -m pytest -v -m chaos tests/service

fuzz: $(STAMP) ## property tests with many more examples
	$(PYTEST) -m fuzz --hypothesis-profile=fuzz

fuzz-http: $(STAMP) ## five thousand requests made from the description of the service; minutes
	PYTHONPATH=. $(BIN)/python -m tests.service.http.fuzzing 280

bench: $(STAMP) ## speed and memory as ratios to other tools
	$(BIN)/python benchmarks/run.py

bench-bus: $(STAMP) ## what a broker and a history add to a run
	PYTHONPATH=. $(BIN)/python benchmarks/bus.py

build: $(STAMP) ## wheel and source archive in dist/
	$(BIN)/python -m hatchling build

clean: ## remove all that make and the tools made
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist generated_nodes
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --compile-bytecode: hundreds of short processes start in the tests, each importing much.
$(STAMP): pyproject.toml uv.lock .python-version $(UV_STAMP)
	@echo "setup: $(UV) installs the locked packages into .venv"
	@python=$$($(UV) python find --no-project --no-python-downloads "$$(cat .python-version)" 2>/dev/null \
	  || $(UV) python find --no-project --no-python-downloads '>=3.12' 2>/dev/null) || { \
	  echo "setup: no Python 3.12 or newer was found. Install one and run make again, for example:" >&2; \
	  echo "  pyenv install 3.12          (any system with pyenv)" >&2; \
	  echo "  $(UV) python install 3.12   (downloads a build)" >&2; \
	  echo "  or the package python3.12 of your system (apt-get, dnf, brew)" >&2; \
	  exit 1; }; \
	echo "setup: with $$python"; \
	$(UV) sync --frozen --quiet --compile-bytecode --no-python-downloads --python "$$python"
	@touch $@

$(UV_STAMP):
	@echo "setup: no uv of $(UV_OLDEST) or newer on PATH: uv $(UV_VERSION) goes into .tools/uv"
	@rm -rf .tools/uv
	@$(PYTHON3) -m venv .tools/uv && .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || { \
	  echo "setup: could not install uv with $(PYTHON3). It needs a python3 with venv and pip" >&2; \
	  echo "  (Debian: apt-get install python3-venv; pyenv: pyenv install 3.12) and a package index." >&2; \
	  echo "  Or install uv yourself: a uv on PATH is used." >&2; \
	  exit 1; }
	@touch $@
