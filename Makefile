# make run    the whole city hall with a sample city     make test   all tests
# make check  style, types, rules of the house           make bench  measurements, as JSON
# make faults what the house must survive (kill, outage, failover, old backups); ARGS=--full for the full size
#
# PYTHON=… names the Python to use (3.11 or newer); otherwise the newest suitable one is taken.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

# Only looked for when the virtual environment is made.
find_python = for name in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; exit; }; done

.PHONY: run test check bench bench-messaging bench-channels bench-procedures faults mutations coverage catalogues clean
.DELETE_ON_ERROR:

run: $(VENV)/.run
	@$(PY) -m todoke.project.cli up

# They start hundreds of processes; what Python compiled for one serves all, whatever the environment says otherwise.
test faults: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/.develop
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.develop
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q tests/house/test_migrations.py

bench: $(VENV)/.develop
	@$(PY) -m bench $(ARGS)

# The mass lane beside its peers, which this installs.
bench-messaging: $(VENV)/.bench
	@$(PY) -m bench messaging

# One order on every channel, its wording in ten languages, its speech.
bench-channels: $(VENV)/.develop
	@$(PY) -m bench channels wording speech

# Handing a form in beside a plain Django form, a full inbox, ten thousand certificates; smaller by
# TODOKE_BENCH_FILINGS=96 TODOKE_BENCH_DOCUMENTS=200
bench-procedures: $(VENV)/.develop
	@$(PY) -m bench procedures inbox formulas documents

faults: $(VENV)/.develop
	@$(PY) -m tests.faults $(ARGS)

# Small mistakes in the kernels that their tests must notice; ARGS="formulas --sample 200"
mutations: $(VENV)/.develop
	@$(PY) -m tests.mutations $(ARGS)

# Which lines and turns of the kernels no test of theirs takes; docs/running/mutations.md
KERNEL_TESTS := tests/base/formulas tests/base/calendar tests/base/names tests/base/codes tests/shared/decisions \
	tests/shared/casework tests/ground/retention tests/shared/paperwork
coverage: $(VENV)/.develop
	@$(PY) -m coverage run -m pytest -q $(KERNEL_TESTS) $(ARGS) && $(PY) -m coverage report

catalogues: $(VENV)/.run
	@$(PY) -m todoke.project.cli catalogues

clean:
	rm -rf $(VENV)

# Stamps: a second call installs nothing; a changed lock installs anew.
$(VENV)/.run: locks/run.txt pyproject.toml | $(VENV)/.python
	@echo "Installing what Todoke runs with (locks/run.txt) …"
	@$(PIP) install --require-hashes -r locks/run.txt
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.develop: locks/develop.txt locks/alone.txt $(VENV)/.run
	@echo "Installing what tests and checks need (locks/develop.txt) …"
	@$(PIP) install --require-hashes -r locks/develop.txt
	@$(PIP) install --no-deps --require-hashes -r locks/alone.txt
	@touch $@

$(VENV)/.bench: locks/bench.txt $(VENV)/.develop
	@echo "Installing what the mass lane is measured beside (locks/bench.txt) …"
	@$(PIP) install --require-hashes -r locks/bench.txt
	@touch $@

$(VENV)/.python:
	@python=$$($(find_python)); \
	if [ -z "$$python" ]; then \
		echo "Todoke needs Python 3.11 or newer, and none was found. Install one, or name it: make run PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi; \
	echo "Making the virtual environment with $$("$$python" --version) …"; \
	"$$python" -m venv $(VENV) || { \
		echo "The virtual environment could not be made. On Debian and Ubuntu, install the package python3-venv." >&2; \
		rm -rf $(VENV); exit 1; \
	}
	@touch $@
