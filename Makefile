# The two commands: make demo, make test. Both set up .venv first, from constraints.txt.
# PYTHON=python3.13 chooses an interpreter, VENV=.venv313 another place for it.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=
# Tests wait for disks, servers and browsers more than for processors.
JOBS ?= 4

# What is compiled is kept, whatever the environment says: tests start many processes that read the same files.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint unit lock clean

demo: $(VENV)/.demo
	$(BIN)/civicwire demo $(ARGS)

test: $(VENV)/.test
	$(MAKE) --no-print-directory lint unit

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(VENV)/.test
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Civicwire needs Python 3.11 or newer; none was found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[postgres,test]'
	touch $@ $(VENV)/.demo

# Needs uv: writes the pins of every dependency for every Python and platform that we support.
lock:
	uv pip compile --quiet --universal --no-emit-index-url --no-header --python-version 3.11 --all-extras \
		pyproject.toml --output-file constraints.txt

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache
