# Every target sets up what it needs and is quick when that is already there. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO ?= demo
BENCH ?= runs/bench-index

.PHONY: help setup demo test test-services bench-index check format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(STAMP) ## virtual environment .venv with pinned packages and the console script

$(STAMP): pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash scripts/setup.sh
	@touch $@

demo: setup ## the main job on a phantom archive: archive and reports in, graded levels out
	@$(BIN)/deepspine demo --out $(DEMO)

test: setup ## unit, property, doctest and end-to-end tests
	@$(BIN)/python -m pytest -n 2 -q

test-services: setup ## tests against real servers (Orthanc, PostgreSQL, Chromium); installs Debian's packages when root
	@bash scripts/install_services.sh
	@$(BIN)/python -m pytest -q -m services tests

bench-index: setup ## speed of indexing and reading against pydicom and SimpleITK, on a phantom archive
	@$(BIN)/deepspine phantom --out $(BENCH) --studies 8 --seed 1
	@$(BIN)/deepspine bench index $(BENCH)/archive

check: setup ## ruff and mypy
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: setup ## put the code in its format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove build output, keep .venv
	rm -rf build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache $(DEMO)
