# What can be done here; `make` alone lists it. Every target sets up .venv first where it needs one.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench chaos fuzz kafka test-kafka play

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  make play FILE=…        feed a .jsonl.gz of complaints or posts to the running product"

setup: ## make .venv from the lock file (instant when it is there)
	@deploy/local/setup.sh

run: setup ## start the whole product on this machine, with its sample; Ctrl-C stops it (ARGS="--help" for options)
	@$(PYTHON) -m deploy.local $(ARGS)

test: setup ## all tests (ARGS="tests/unit -k name" for some)
	@$(PYTHON) -m pytest $(ARGS)

check: setup ## lint, format, types, import directions, generated documents
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m deploy.documents --check

bench: setup ## the numbers, each beside its floor, into var/bench.json
	@$(PYTHON) -m tests.bench $(ARGS)

chaos: setup ## kill, starve and fill while complaints come in; the account into var/chaos.json
	@$(PYTHON) -m tests.chaos $(ARGS)

fuzz: setup ## every service along its own document as each role, mutated webhooks, a hostile edge; into var/fuzz.json
	@$(PYTHON) -m tests.fuzz $(ARGS)

kafka: setup ## a real Apache Kafka of three brokers, until Ctrl-C (ARGS="--help" for options)
	@$(PYTHON) -m deploy.kafka $(ARGS)

test-kafka: setup ## the bus, journal, flow and chaos tests against a real Apache Kafka
	@$(PYTHON) -m deploy.kafka run $(PYTHON) -m pytest tests/bus tests/journal tests/flows tests/chaos $(ARGS)

play: setup
	@test -n "$(FILE)" || { echo "用法 / usage: make play FILE=complaints.jsonl.gz" >&2; exit 2; }
	@$(PYTHON) -m deploy.sample.play "$(FILE)" $(ARGS)
