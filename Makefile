# PPO Playground: `make run` serves the app, `make test` runs every test. Only Python 3.10-3.13 is needed.

PYTHON ?= python3
VENV   ?= .venv

VENV_PYTHON := $(VENV)/bin/python
APP_READY   := $(VENV)/.app-ready
TESTS_READY := $(VENV)/.tests-ready
PIP_INSTALL := $(VENV_PYTHON) -m pip install --disable-pip-version-check --quiet

.PHONY: run test lint bench install install-tests clean help

run: $(APP_READY)
	@$(VENV_PYTHON) -m streamlit run app.py

# Nothing may come after this recipe: pytest's closing line is the last one printed.
test: $(TESTS_READY)
	@$(VENV_PYTHON) -m pytest -n 2

lint: $(TESTS_READY)
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m mypy

bench: $(TESTS_READY)
	@$(VENV_PYTHON) -m ppo_engine bench

install: $(APP_READY)
install-tests: $(TESTS_READY)

# The stamps are younger than the requirements they were made from, so a second run installs nothing.
$(APP_READY): requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; \
	  sys.exit(None if (3, 10) <= v[:2] <= (3, 13) else "PPO Playground needs Python 3.10 to 3.13, and " \
	  "$(PYTHON) is %d.%d: name another one, for example make PYTHON=python3.12 run" % v[:2])'
	@test -x $(VENV_PYTHON) || echo "Making $(VENV) (once; torch is large, so this may take some minutes)"
	@test -x $(VENV_PYTHON) || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(TESTS_READY): $(APP_READY) tests/requirements.txt
	@$(PIP_INSTALL) -r requirements.txt -r tests/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

help:
	@echo "make run     serve the app (PYTHON=python3.12 chooses the interpreter)"
	@echo "make test    run every test; make lint: only ruff and mypy"
	@echo "make bench   env steps per second beside Stable-Baselines3"
	@echo "make clean   remove $(VENV) and caches; runs/ stays"
