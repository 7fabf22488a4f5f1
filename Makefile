# Wraps the commands README.md lists, so that a fresh clone needs one word. Windows: use those commands directly.
VENV   := .venv
PYTHON := $(VENV)/bin/python
JOBS   ?= 2
ARGS   ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench

help: ## Say what each target is for
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile
	@echo 'Settings of make run: HOST, PORT, DATABASE_URL … (school/settings.py). Part of the suite: make test ARGS="tests/homework -k cap"'

run: $(VENV)/.ready ## Set up what is missing, fill an empty database with the demo school, and serve (127.0.0.1:5000)
	@exec $(PYTHON) -m flask --app app school start

test: $(VENV)/.ready-to-test ## Set up what is missing and run the whole suite, on SQLite and PostgreSQL and in a real browser
	@sh .ci/tools test
	@echo '· running the suite in $(JOBS) processes'
	@$(PYTHON) -m pytest -n $(JOBS) --dist loadgroup --durations 5 $(ARGS)

lint: $(VENV)/.ready-to-test ## Check rules and format with ruff
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

format: $(VENV)/.ready-to-test ## Bring all files into ruff's format
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: $(VENV)/.ready-to-test ## Measure every claim in bench/, one JSON object a line
	@$(PYTHON) -m bench.run $(ARGS)

$(PYTHON):
	@echo '· making the virtual environment $(VENV)' >&2
	@python=$$(sh .ci/tools python) && "$$python" -m venv $(VENV)

$(VENV)/.ready: requirements.txt constraints.txt | $(PYTHON)
	@echo '· installing what the product needs (requirements.txt)' >&2
	@$(PYTHON) -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.ready-to-test: requirements-dev.txt $(VENV)/.ready
	@echo '· installing what the tests need (requirements-dev.txt)' >&2
	@$(PYTHON) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@
