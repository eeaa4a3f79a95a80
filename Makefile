# `make` lists what can be asked for.  Everything installs what it needs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data/calls

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix integration bench bench-lines docs numbering systems soak clean radios bench-wifi

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamps name what they were made from, so that a changed pyproject.toml installs anew.
$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[hub,market]"
	@touch $@

$(VENV)/.dev: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

setup: $(VENV)/.dev  ## make .venv with everything a developer needs

demo: $(VENV)/.demo  ## the whole loop on this machine, narrated
	@$(BIN)/proso demo

check: $(VENV)/.dev  ## format, lint, types, import contracts, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not integration" $(FAST_OPTIONS)

test: FAST_OPTIONS = --cov --cov-report=
test: check  ## everything: check, and then the full suite with coverage
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "slow or integration" --cov --cov-append --cov-report=term:skip-covered

integration: $(VENV)/.dev  ## only the tests on real components
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m integration

fix: $(VENV)/.dev  ## format, and mend what can be mended safely
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	@touch $@

bench: $(VENV)/.bench  ## the figures of docs/benchmarks.md that need no daemon (DATA=folder)
	$(BIN)/python benchmarks/screening.py
	$(BIN)/python benchmarks/packs.py --data $(DATA)/..
	$(BIN)/python benchmarks/packs.py --numbers 10000000 --calls 100000 --peers "sorted 64-bit keys, bisect,SQLite,LMDB"
	$(BIN)/python benchmarks/import_speed.py --data $(DATA)
	$(BIN)/python benchmarks/publish.py --data $(DATA)
	$(BIN)/python benchmarks/market.py --data $(DATA)/../markets
	$(BIN)/python benchmarks/updates.py --data $(DATA)
	$(BIN)/proso backtest calls --reports $(DATA)/ftc --legitimate $(DATA)/legitimate_us.csv --from 2020-09-01 --to 2020-11-30

bench-lines: $(VENV)/.dev  ## calls on real daemons: ModemManager, oFono, Kamailio, FastAGI (needs make systems)
	$(BIN)/python benchmarks/phones.py
	$(BIN)/python benchmarks/sip.py
	$(BIN)/python benchmarks/fastagi.py

bench-wifi: $(VENV)/.dev  ## the Wi-Fi figures; wifi_click.py boots the guest of tests/uml
	$(BIN)/python benchmarks/wifi_twins.py
	$(BIN)/python benchmarks/wifi_ranking.py
	$(BIN)/python benchmarks/wifi_portals.py
	$(BIN)/python benchmarks/wifi_click.py

radios: $(VENV)/.dev  ## the kernel with simulated radios for the Wi-Fi tests (once, 4 to 8 minutes)
	tests/uml/build-kernel.sh

docs: $(VENV)/.dev  ## regenerate the reference pages
	$(BIN)/python docs/generate.py

numbering: $(VENV)/.dev  ## make the table of numbering plans anew, after raising phonenumberslite
	$(BIN)/python tools/generate_numbering.py

systems:  ## what the integration tests drive: Kamailio, Asterisk, the Wi-Fi stack and its kernel (root)
	tools/install_test_systems.sh

soak: $(VENV)/.dev  ## hours of what the suite samples: kills, damaged packs, properties
	PROSO_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup tests

clean:  ## remove what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
