# The commands of this repository; `make help` lists them.

VENV := .venv
BIN := $(VENV)/bin
PYPROJECTS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml apps/*/pyproject.toml deploy/*/pyproject.toml)
PACKAGES := $(PYPROJECTS:/pyproject.toml=)
# Two sets of packages in one environment: what `make run` needs, and everything. The second includes the first.
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
# Tests use a Kafka and a MongoDB that run already, where both are given.
FETCH = $(if $(and $(ANCHORAGE_TEST_KAFKA),$(ANCHORAGE_TEST_MONGODB)),,$(BIN)/python -m anchorage_local fetch)
STATE := $(or $(ANCHORAGE_DATA),.data)
S3_SERVER = $(abspath $(or $(ANCHORAGE_CACHE),.data/runtime))/versitygw-1.8.0/versitygw
PYTEST_ARGS ?= -n auto --maxprocesses=4 --dist=loadfile -m "not chaos and not polyglot and not s3 and not promtool"

.DEFAULT_GOAL := help
.PHONY: help install run demo audit stop clean test test-all test-browser test-chaos test-replicas test-failpoints failpoints drill-restore test-containers test-observability compose-secrets test-interop test-s3 test-kubernetes pictures contracts examples clients metrics lint lint-fix types lock \
	bench-orders bench-hostile bench-first-view bench-pages bench-code bench-search bench-notify bench-limits bench-poison bench-feeds bench-webhooks check-money search-models simulate test-search

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

install: $(DEV) ## Make .venv with everything in it (other targets do it when needed)

$(RUN): requirements-run.lock $(PYPROJECTS)
	@PYTHON="$(PYTHON)" deploy/local/bootstrap run $(VENV) $(PACKAGES)
	@touch $@

$(DEV): requirements-dev.lock $(PYPROJECTS)
	@PYTHON="$(PYTHON)" deploy/local/bootstrap dev $(VENV) $(PACKAGES)
	@touch $@ $(RUN)

run: $(RUN) ## Start Kafka, MongoDB and every service; Ctrl-C stops them (DEMO=no: without demo data)
	@exec $(BIN)/python -m anchorage_local run --demo=$(or $(DEMO),yes)

demo: $(RUN) ## Play the story from a video to a paid order on the running system
	@exec $(BIN)/anchorage demo

audit: $(RUN) ## Check the invariants in the databases and streams of the running system
	@exec $(BIN)/anchorage audit

stop: ## Stop what `make run` started in another shell
	@if [ -x $(BIN)/python ]; then exec $(BIN)/python -m anchorage_local stop; fi

clean: stop ## Remove .data (all state) and .venv
	rm -rf .data $(VENV)

test: $(DEV) ## Run the tests, but browser and chaos, against a real Kafka and a real MongoDB
	@$(FETCH)
	@exec $(BIN)/python -m pytest --ignore=tests/browser $(PYTEST_ARGS)

test-all: $(DEV) ## The same with the browser tests, all at once
	@tests/browser/chromium.sh
	@$(FETCH)
	@exec $(BIN)/python -m pytest $(PYTEST_ARGS)

test-browser: $(DEV) ## The story in a real Chromium, in both hosts and both languages
	@tests/browser/chromium.sh
	@$(FETCH)
	@exec $(BIN)/python -m pytest tests/browser

test-chaos: $(DEV) ## 300 orders, and 100 payments with refunds, while services, Kafka and MongoDB are killed at random
	@ANCHORAGE_CHAOS_ORDERS=$${ANCHORAGE_CHAOS_ORDERS:-300} ANCHORAGE_CHAOS_PAYMENTS=$${ANCHORAGE_CHAOS_PAYMENTS:-100} \
		ANCHORAGE_OUTAGE_SECONDS=$${ANCHORAGE_OUTAGE_SECONDS:-60} exec $(BIN)/python -m pytest tests/chaos --ignore=tests/chaos/test_replicas.py -s

test-replicas: $(DEV) ## Two processes of every service answer the same while 300 orders are placed, then the audit
	@ANCHORAGE_REPLICAS_ORDERS=$${ANCHORAGE_REPLICAS_ORDERS:-300} exec $(BIN)/python -m pytest tests/chaos/test_replicas.py -s

drill-restore: $(DEV) ## Backup while ORDERS (100000) are paid, databases lost, restore, audit; prints the times
	@$(FETCH)
	@ANCHORAGE_RESTORE_ORDERS=$(or $(ORDERS),100000) exec $(BIN)/python -m pytest tests/integration/test_restore.py -s

test-failpoints: $(DEV) ## A process ends at each place between two effects, in turn; about 20 minutes
	@$(FETCH)
	@exec $(BIN)/python -m pytest tests/failpoints -n auto --maxprocesses=3 --dist=load

failpoints: $(DEV) ## Write the list of these places, tests/failpoints/places.txt
	@PYTHONPATH=tests $(BIN)/python -m support.failpoints.places

simulate: $(DEV) ## Play SEEDS (20000) schedules of the order path with kills, losses and wrong clocks; SEED=n replays one step by step
	@PYTHONPATH=tests exec $(BIN)/python -m simulation --seeds $(or $(SEEDS),20000) $(if $(SEED),--seed $(SEED)) $(ARGS)

compose-secrets: ## Make the secrets that `docker compose up` needs, once (needs Python alone)
	@$(or $(PYTHON),python3) deploy/docker/make_secrets.py

test-interop: $(DEV) ## Published Alipay clients against the sandbox, and our client for TypeScript (needs npm, and a JDK with Maven)
	@$(FETCH)
	@exec $(BIN)/python -m pytest tests/interop tests/e2e/test_clients.py

test-s3: $(DEV) ## Pictures in a bucket of a server that speaks S3, versitygw (needs Go, to build it once)
	@test -x $(S3_SERVER) || GOBIN=$(dir $(S3_SERVER)) go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
	@ANCHORAGE_S3_SERVER=$(S3_SERVER) exec $(BIN)/python -m pytest -m s3 services/catalog/tests/integration/test_picture_storage.py

test-observability: $(DEV) ## Alerts and dashboards, with Prometheus' promtool (Debian: package prometheus)
	@exec $(BIN)/python -m pytest tests/architecture/test_observability.py

test-containers: $(DEV) ## The integration tests on testcontainers, and an order in `docker compose` (needs Docker)
	@exec $(BIN)/python tests/containers/run.py

metrics: $(DEV) ## Write the page of all metrics, docs/metrics.md
	@PYTHONPATH=tests exec $(BIN)/python -m support.metrics_page

test-kubernetes: $(DEV) ## The Kubernetes manifests against the schemas of their kinds (needs kubectl, Go)
	@PYTHON=$(abspath $(BIN))/python deploy/kubernetes/schemas.sh .data/kubernetes
	@exec $(BIN)/python -m pytest --timeout=600 deploy/kubernetes/tests

contracts: $(DEV) ## Write AsyncAPI, JSON Schemas and the event table; refuses breaking changes
	@exec $(BIN)/python -m contracts.generate

examples: $(DEV) ## Record an example of every call, on a platform of its own
	@$(FETCH)
	@ANCHORAGE_EXAMPLES=write exec $(BIN)/python -m pytest tests/e2e/test_examples.py

clients: $(DEV) ## Write clients/openapi.json, and build the client libraries into clients/dist (needs Node.js with npm)
	@$(BIN)/python -m gateway.for_clients clients/openapi.json
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir clients/dist clients/python
	@cd clients/typescript && npm ci --silent && npm run --silent build && npm pack --silent --pack-destination ../dist

pictures: $(DEV) ## Make the README's pictures from the running system
	@tests/browser/chromium.sh
	@PYTHONPATH=tests $(BIN)/python tests/browser/pictures.py $(STATE)/demo.json docs/pictures

bench-orders: $(DEV) ## Paid orders a second and CPU per order, on the running system
	@PYTHONPATH=tests exec $(BIN)/python tests/load/orders.py $(ARGS)

bench-first-view: $(DEV) ## Time of the first view of each screen, in Chromium, on the running system
	@tests/browser/chromium.sh
	@PYTHONPATH=tests $(BIN)/python tests/browser/first_view.py $(STATE)/demo.json

bench-pages: $(DEV) ## Product and store pages a second and CPU per page, on the running system
	@PYTHONPATH=tests exec $(BIN)/python tests/load/pages.py $(ARGS)

bench-hostile: $(DEV) ## Orders while one caller attacks with streams, silent connections, wrong secrets and pictures, on the running system
	@PYTHONPATH=tests exec $(BIN)/python tests/load/under_attack.py $(ARGS)

bench-notify: $(DEV) ## Alipay notices verified and settled a second, next to the floor of bare parts
	@exec $(BIN)/python services/payment/bench/notify.py

bench-limits: $(DEV) ## One rate limit over four gateways, and what a call costs, on the running system
	@PYTHONPATH=tests exec $(BIN)/python tests/load/limits.py $(ARGS)

bench-poison: $(DEV) ## How long good keys wait next to 2,000 records with a fault of their own
	@$(FETCH)
	@PYTHONPATH=tests:libs/runtime/tests exec $(BIN)/python tests/load/poison.py $(or $(ANCHORAGE_CACHE),.data/runtime)

bench-feeds: $(DEV) ## Time and memory of reading feeds of up to a million lines; ARGS="--lines 1000"
	@cd libs/product_feeds && exec $(abspath $(BIN))/python -m bench $(ARGS)

bench-webhooks: $(DEV) ## Deliveries a second and their delay, with 1,000 webhooks of which 10 hang
	@$(FETCH)
	@PYTHONPATH=tests:tests/load exec $(BIN)/python tests/load/deliveries.py $(or $(ANCHORAGE_CACHE),.data/runtime) $(ARGS)

bench-search: $(DEV) ## Relevance and costs of search; DATA=folder of judged queries, ARGS="--opensearch .data/search --hybrid .data/search/models"
	@PYTHONPATH=services/search exec $(BIN)/python -m bench $(DATA) $(ARGS)

search-models: $(DEV) ## Fetch the embedding models for ANCHORAGE_SEARCH_HYBRID (40 MB, into .data/search/models)
	@PYTHONPATH=services/search exec $(BIN)/python -m bench.parts $(STATE)/search models

test-search: $(DEV) search-models ## Search's tests on every engine: embedded, hybrid, and a real OpenSearch (no Docker)
	@$(BIN)/python -m anchorage_local fetch
	@PYTHONPATH=services/search ANCHORAGE_TEST_SEARCH_MODELS=$(STATE)/search/models $(BIN)/python -m bench.opensearch $(STATE)/search $(BIN)/python -m pytest services/search $(ARGS)

bench-code: $(DEV) ## Read rate of the round code on seeded photographs, next to zxing-cpp on QR
	@cd libs/roundcode && exec ../../$(BIN)/python -m bench $(ARGS)

check-money: $(DEV) ## 100,000 random cases of prices, commissions and partial refunds, to the fen
	@exec $(BIN)/python -m pytest --hypothesis-profile=money --timeout=7200 -n auto --maxprocesses=3 services/payment/tests/unit/test_shares.py

lint: $(DEV) ## Check style and layout of the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

lint-fix: $(DEV) ## Fix what can be fixed automatically
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(DEV) ## Check types
	@$(BIN)/mypy $(wildcard $(PACKAGES:=/src)) tests/support conftest.py clients/python/src

lock: $(DEV) ## Compile the requirements locks from all pyproject.toml files (UPGRADE=1: newest versions)
	@$(BIN)/python -m anchorage_local.requirements $(if $(UPGRADE),--upgrade)
