# make .venv      the environment: the base install and the development tools, as locked
# make demo       compare four scenarios, results in results/demo
# make ui         open the app in a browser, with the results in results/
# make test       lint, types and tests; make test-full adds the long checks
# make bench      speed and memory, tables and results/benchmarks.json (about ten minutes)
# make docs       bring the generated tables and pictures of the documents up to date
# make clean      remove the environment, caches and builds; results/ stays

PYTHON ?= python3
BIN := .venv/bin
DEMO := baseline cjk_fta port_consolidation talent_retention
PACKAGES := simulator scenarios calibration viz

.PHONY: .venv demo ui test test-full lint bench docs clean

.venv: $(BIN)/.installed

$(BIN)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "liaosim needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Name another: make .venv PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet uv
	@touch $@

$(BIN)/.installed: $(BIN)/.created pyproject.toml requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock --editable '.[dev]'
	@touch $@

demo: .venv
	$(BIN)/liaosim compare $(DEMO) --out results/demo --overwrite

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/mypy

ui: .venv
	$(BIN)/liaosim ui

test: lint
	$(BIN)/pytest -n auto -m "not full"

test-full: lint
	$(BIN)/pytest -n auto

bench: .venv
	$(BIN)/python -m benchmarks

docs: .venv
	$(BIN)/python docs/build.py
	$(BIN)/python -m calibration.document

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
