# Two commands matter: `make demo` and `make test`. Both set everything up first and can be run again at any time.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: help setup demo test check format bench soak docs weights clean

help:  ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

# The stamp makes set-up idempotent: it runs again only when what is to be installed changed.
$(VENV)/.ready: pyproject.toml constraints.txt
	@echo "setting up $(VENV) (development install, editable; the first time takes a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.ready  ## an editable development install in .venv

demo: setup  ## index a small handbook and this project's docs, ask three questions
	@$(BIN)/python examples/demo.py

test: setup  ## every test that needs no network and no patience
	@$(BIN)/python -m pytest -q -m "not soak"

check: setup  ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup  ## put the code into shape
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

soak: setup  ## the long runs: crashes, mutated files, load
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench,server-tests,browser-tests]'
	@$(BIN)/python -m pytest -q -m soak --timeout 7200

bench: setup  ## side-by-side measurements; each prints a table and writes benchmarks/results/*.json
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@for script in encoders lexical vectors indexing query overhead; do \
		echo "== $$script"; $(BIN)/python benchmarks/$$script.py || exit 1; done

docs: setup  ## build the user guide into site/
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict && echo "site/index.html"

weights: setup  ## make the shipped weights again from the published model
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,weights]'
	@$(BIN)/python -m rag.weights.convert
	@echo "static.safetensors is distilled from texts: $(BIN)/python -m rag.weights.distill --help; rag/weights/static.md names ours"

clean:  ## remove what was built, not the environment
	@rm -rf .rag site build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
