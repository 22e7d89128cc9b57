# Two commands: `make run` and `make test`. Both set up what they need, and can be run again.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

TICKETS ?= 2000
PORT ?= 8012
RASA_PORT ?= 8013
# Test processes side by side; a file stays together. Many tests start a Rasa or a browser and wait for it.
WORKERS ?= 2
PYTEST = $(APP)/pytest -n $(WORKERS) --dist loadfile
APP := .venv/bin
RASA := .venv-rasa/bin
PIP := -m pip install --disable-pip-version-check --progress-bar off
# Some containers forbid Python to keep compiled files. Each process of the tests would then compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE
# Threads of torch that wait for one another sleep. By default they keep a core busy, which the other test process needs.
test fast: export OMP_WAIT_POLICY = passive
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
say = printf '\n\033[1m== %s\033[0m\n'

.PHONY: help run demo test setup build bench fast audit clean preflight preflight-run test-tools checks model index types web-checks kb-check lint

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: preflight-run build ## set up, then run the whole system (PORT=8012)
	@WENBAN_PORT=$(PORT) WENBAN_RASA_PORT=$(RASA_PORT) exec $(APP)/wenban run

demo: preflight-run build ## the whole system on a year of made-up tickets, in var/demo (TICKETS=2000)
	@export WENBAN_DATA_DIR=var/demo WENBAN_KB_INDEX_DIR=var/kb_index
	mkdir -p var/rasa/models var/demo/rasa
	ln -sfn ../../rasa/models var/demo/rasa/models
	test -e var/demo/wenban.db || $(APP)/wenban demo --tickets $(TICKETS)
	WENBAN_PORT=$(PORT) WENBAN_RASA_PORT=$(RASA_PORT) exec $(APP)/wenban run

test: preflight test-tools build checks ## set up, then lint, types and every test
	@$(say) 'Tests'
	$(PYTEST)

checks: build # two at a time, the longest first
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target model index types web-checks kb-check lint
model:
	@$(say) 'Rasa model'
	$(APP)/wenban train
index: # the builds of the tests begin with it (tests/knowledge.py)
	@$(say) 'An index for the tests'
	WENBAN_KB_INDEX_DIR=var/tests/kb_index $(APP)/wenban kb build
types:
	@$(say) 'Types'
	$(APP)/mypy
web-checks:
	@$(say) 'Web: types and tests'
	(cd web; npm run --silent check; npm run --silent test)
kb-check:
	@$(say) 'Knowledge base'
	$(APP)/wenban kb check
lint:
	@$(say) 'Lint'
	$(APP)/ruff check .
	$(APP)/ruff format --check .

fast: setup ## the fast tests only: no Rasa, no browser, no PostgreSQL, no training, two rows of each table of cases
	@$(PYTEST) -m 'not (end_to_end or measured or slow or postgresql)' --rows 2

bench: build ## speed and quality, as tables
	@$(APP)/wenban train
	@$(APP)/python -m benchmarks

audit: setup ## known faults of the versions in use (exit code 3: the advisories could not be reached)
	@$(APP)/python scripts/audit || exit $$?

setup: .venv/.installed .venv-rasa/.installed ## both Python environments
build: ## … and the web front end
	@$(MAKE) --no-print-directory --jobs=2 .venv-rasa/.installed .venv/.installed web/dist/.built

test-tools:
	@scripts/test-tools
preflight:
	@scripts/preflight
preflight-run:
	@scripts/preflight $(PORT) $(RASA_PORT)

.venv/.installed: requirements/app.in requirements/dev.in requirements/app.lock pyproject.toml | preflight
	@$(say) 'Installing the app (.venv); a few minutes the first time'
	python=$$(scripts/find-python 3.11 3.12 3.13)
	"$$python" -m venv .venv
	$(APP)/python $(PIP) -q --upgrade pip setuptools wheel -c requirements/app.lock
	$(APP)/python $(PIP) -r requirements/app.in -r requirements/dev.in -c requirements/app.lock | grep -vE '^(Requirement already|Looking in)' || test $${PIPESTATUS[0]} = 0
	$(APP)/python $(PIP) -q --no-deps --no-build-isolation -e .
	touch $@

.venv-rasa/.installed: requirements/rasa.in requirements/rasa.lock | preflight
	@$(say) 'Installing Rasa (.venv-rasa); a few minutes the first time'
	python=$$(scripts/find-python 3.10)
	"$$python" -m venv .venv-rasa
	$(RASA)/python $(PIP) -r requirements/rasa.in -c requirements/rasa.lock | grep -vE '^(Requirement already|Looking in)' || test $${PIPESTATUS[0]} = 0
	touch $@

web/dist/.built: $(WEB_SOURCES) | preflight
	@$(say) 'Building the web front end'
	cd web
	npm ci --no-audit --no-fund
	npm run --silent build
	touch dist/.built

clean: ## remove what was built (never var/)
	rm -rf .venv .venv-rasa web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache

.ONESHELL:
