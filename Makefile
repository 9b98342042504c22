# Each target sets up what it needs: Python 3.11, make and git are enough.
SHELL := bash
PYTHON := $(shell command -v python3.11 || command -v python3)
VENV := .venv
LINTERS := 2
WAREHOUSE := $(or $(EXPANSION_WAREHOUSE),data/warehouse.duckdb)
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DAGSTER_HOME := $(CURDIR)/data/dagster
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help setup build report boards docs status publish-postgres test lint format
.PHONY: dev bench demo lock clean metrics pytest fuzz case catalogue

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 26

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

build: setup ## Build and test every table of the demo company, or of EXPANSION_RAW
	@$(BIN)/python -m orchestration.build

report: setup ## Write a month's workbook, MONTH=2026-05 or the last, and the boards as HTML
	@test -f "$${EXPANSION_WAREHOUSE:-data/warehouse.duckdb}" || $(BIN)/python -m orchestration.build
	@$(BIN)/python -m orchestration.report $(MONTH); is_marked=$$?; \
		$(BIN)/python -m orchestration.boards write && exit $$is_marked

boards: setup ## Serve the boards on http://127.0.0.1:3001
	@$(BIN)/python -m orchestration.boards serve

publish-postgres: setup ## Copy the snapshot to the PostgreSQL of EXPANSION_POSTGRES
	@$(BIN)/python -m orchestration.postgres

docs: setup ## Write a page for every definition, and lineage: data/docs/index.html
	@test -f "$${EXPANSION_WAREHOUSE:-data/warehouse.duckdb}" || $(BIN)/python -m orchestration.build
	@$(BIN)/python -m orchestration.docs

status: setup ## Show the last build, what runs now, what ran lately, what comes next
	@$(BIN)/python -m orchestration.status

test: setup ## Lint, unit tests, golden cases, the reference, the door, the wiring
	@$(MAKE) --no-print-directory --jobs 2 lint pytest LINTERS=1

pytest: setup
	@$(BIN)/python -m pytest

lint: setup ## ruff and sqlfluff
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@DBT_TARGET_PATH=target/lint $(BIN)/sqlfluff lint --processes $(LINTERS) \
		--disable-progress-bar models tests/singular analyses

format: setup ## Let ruff and sqlfluff mend what they can
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --disable-progress-bar --quiet models tests/singular analyses

dev: setup ## Open Dagster, its schedules and sensors on http://127.0.0.1:3000
	@mkdir -p $(DAGSTER_HOME) && cp dagster.yaml $(DAGSTER_HOME)/
	@$(BIN)/dbt parse --quiet --target-path $(basename $(WAREHOUSE)).target
	@$(BIN)/dagster dev --host 127.0.0.1 --port 3000

metrics: setup ## Ask METRICS="arr net_revenue_retention_12m" BY="account__segment" ONLY="account__country=DE"; without, list all
	@$(BIN)/python -m orchestration.metrics $(METRICS) $(if $(BY),--by $(BY)) $(if $(ONLY),--only $(ONLY))

bench: setup ## Race the models against one hand-written script, at scale
	@$(BIN)/python -m benchmarks.run

fuzz: setup ## Take random valid companies through the whole graph: SEED=1 N=500
	@$(BIN)/python -m tests.python.campaign --seed $(or $(SEED),1) --n $(or $(N),100)

catalogue: setup ## Write docs/catalogue.md, every table with its columns
	@$(BIN)/python -m orchestration.catalogue

case: setup ## Build a golden case as a company of its own: CASE=annual_price
	@$(BIN)/python -m tests.python.golden_cases build $(CASE)

demo: setup ## Write the demo company anew: the same bytes each time
	@$(BIN)/python -m seeds.demo_company

lock: ## Pin what pyproject.toml asks for
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header \
		--no-strip-extras --quiet --output-file requirements.lock

clean: ## Remove what was built; raw data and the code stay
	@rm -rf data target logs
