# Everything a person does here. `make help` lists it.

VENV := .venv
BIN := $(VENV)/bin
PYPROJECTS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml apps/*/pyproject.toml deploy/*/pyproject.toml)
PACKAGES := $(PYPROJECTS:/pyproject.toml=)
INSTALLED := $(VENV)/.installed
PYTEST_ARGS ?= -n auto --maxprocesses=4 --dist=loadfile -m "not chaos and not polyglot" --ignore=tests/browser

.DEFAULT_GOAL := help
.PHONY: help install run demo audit stop clean test test-browser test-chaos test-containers test-interop pictures contracts lint lint-fix types lock \
	bench-orders bench-first-view bench-pages bench-code bench-search bench-notify check-money search-models test-search

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Make .venv with everything in it (other targets do it when needed)

$(INSTALLED): requirements-dev.lock $(PYPROJECTS)
	@PYTHON="$(PYTHON)" deploy/local/bootstrap $(VENV) $(PACKAGES)
	@touch $@

run: $(INSTALLED) ## Start Kafka, MongoDB and every service with demo data; Ctrl-C stops them
	@exec $(BIN)/python -m anchorage_local run

demo: $(INSTALLED) ## Play the story from a video to a paid order against the running system
	@exec $(BIN)/anchorage demo

audit: $(INSTALLED) ## Check the six invariants over the running system's databases and streams
	@exec $(BIN)/anchorage audit

stop: ## Stop what `make run` started in another shell
	@if [ -x $(BIN)/python ]; then exec $(BIN)/python -m anchorage_local stop; fi

clean: stop ## Remove .data (all state) and .venv
	rm -rf .data $(VENV)

test: $(INSTALLED) ## Run all tests against a real Kafka and a real MongoDB
	@$(BIN)/python -m anchorage_local fetch
	@exec $(BIN)/python -m pytest $(PYTEST_ARGS)

test-browser: $(INSTALLED) ## The story in a real Chromium, in both hosts and both languages
	@tests/browser/chromium.sh
	@$(BIN)/python -m anchorage_local fetch
	@exec $(BIN)/python -m pytest tests/browser

test-chaos: $(INSTALLED) ## 300 orders, and 100 payments with refunds, while services, Kafka and MongoDB are killed at random
	@ANCHORAGE_CHAOS_ORDERS=300 ANCHORAGE_CHAOS_PAYMENTS=100 ANCHORAGE_OUTAGE_SECONDS=60 $(BIN)/python -m pytest tests/chaos -s

test-interop: $(INSTALLED) ## Published Alipay clients against the sandbox, those for Node.js and Java too (needs npm, and a JDK with Maven)
	@$(BIN)/python -m anchorage_local fetch
	@exec $(BIN)/python -m pytest tests/interop

test-containers: $(INSTALLED) ## The integration tests on testcontainers, and an order in `docker compose` (needs Docker)
	@exec $(BIN)/python tests/containers/run.py

contracts: $(INSTALLED) ## Write AsyncAPI, JSON Schemas and the event table; refuses what would break a reader
	@exec $(BIN)/python -m contracts.generate

pictures: $(INSTALLED) ## Make the README's pictures from the running system
	@tests/browser/chromium.sh
	@PYTHONPATH=tests $(BIN)/python tests/browser/pictures.py .data/demo.json docs/pictures

bench-orders: $(INSTALLED) ## Whole paid orders a second and CPU for each, against the running system
	@PYTHONPATH=tests exec $(BIN)/python tests/load/orders.py $(ARGS)

bench-first-view: $(INSTALLED) ## How long a newcomer's first view of each screen takes, in Chromium, on the running system
	@tests/browser/chromium.sh
	@PYTHONPATH=tests $(BIN)/python tests/browser/first_view.py .data/demo.json

bench-pages: $(INSTALLED) ## Product and store pages a second and CPU for each, against the running system
	@PYTHONPATH=tests exec $(BIN)/python tests/load/pages.py $(ARGS)

bench-notify: $(INSTALLED) ## Alipay notices verified and settled a second, beside a floor, against the running system's parts
	@exec $(BIN)/python services/payment/bench/notify.py

bench-search: $(INSTALLED) ## Relevance and costs of search; DATA=folder of judged queries, ARGS="--opensearch .data/search --hybrid .data/search/models"
	@exec $(BIN)/python -m search.bench $(DATA) $(ARGS)

search-models: $(INSTALLED) ## Fetch the embedding models for ANCHORAGE_SEARCH_HYBRID (40 MB, into .data/search/models)
	@exec $(BIN)/python -m search.bench.parts .data/search models

test-search: $(INSTALLED) search-models ## Search's tests on every engine: embedded, hybrid, and a real OpenSearch (no Docker)
	@$(BIN)/python -m anchorage_local fetch
	@ANCHORAGE_TEST_SEARCH_MODELS=.data/search/models $(BIN)/python -m search.bench.opensearch .data/search $(BIN)/python -m pytest services/search $(ARGS)

bench-code: $(INSTALLED) ## How often the round code is read from seeded photographs, next to zxing-cpp on QR
	@cd libs/roundcode && exec ../../$(BIN)/python -m bench $(ARGS)

check-money: $(INSTALLED) ## 100,000 random cases of prices, commissions and partial refunds, to the fen
	@exec $(BIN)/python -m pytest --hypothesis-profile=money --timeout=7200 -n auto --maxprocesses=3 services/payment/tests/unit/test_shares.py

lint: $(INSTALLED) ## Check style and layout of the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

lint-fix: $(INSTALLED) ## Mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(INSTALLED) ## Check types
	@$(BIN)/mypy $(wildcard $(PACKAGES:=/src)) tests/support conftest.py

lock: $(INSTALLED) ## Compile the requirements locks from all pyproject.toml files (UPGRADE=1: newest versions)
	@$(BIN)/python -m anchorage_local.requirements $(if $(UPGRADE),--upgrade)
