# `make` alone lists what there is. Needs Python 3.11 or newer and make; everything else is installed below this folder.
PYTHON ?= python3
UV_VERSION := 0.13.9
PIP_AUDIT_VERSION := 2.10.1

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

EMULATOR := .local/emulator/venv
READY := .venv/.ready $(EMULATOR)/.ready
TESTS ?= tests
# A single test needs no workers.
WORKERS ?= $(if $(findstring ::,$(TESTS)),0,3)
# Printed with the command, so that a failure can be repeated: make test SEED=…
SEED := $(or $(SEED),$(shell date +%s))

COMPILE := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-header --no-annotate
# boto3 is in Lambda's runtime with all that it needs; urllib3 is pinned all the same, as requests needs it too.
LAMBDA_BRINGS := botocore jmespath python-dateutil s3transfer six

.DEFAULT_GOAL := help
.PHONY: help demo up down clean live test browse soak check format bench check-bench deploy status operate rebuild requirements audit

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## start the stack, collect a simulated listener's account, show and verify what was stored; IMPORT=1: and ten years
	@PYTHONPATH=layers/blendify:. python -m operations.demo

up: $(READY) ## start the stack on this machine; with a provider's credentials in the environment it uses the real provider
	@python -m local.stack up

down: $(READY) ## stop the stack; keep what it stored
	@python -m local.stack down

clean: $(READY) ## stop the stack and delete all that it stored
	@python -m local.stack clean

live: $(READY) ## check against the real provider: you log in, everything is collected, read once more and compared
	@PYTHONPATH=layers/blendify:. python -m operations.live

test: $(READY) ## run all tests, or one folder, file or test: TESTS=tests/unit/test_paging.py; SEED=… repeats random ones
	pytest -n $(WORKERS) --hypothesis-seed=$(SEED) $(TESTS)

browse: $(READY) ## look at the pages in Chromium (Debian's package), in light and dark, wide and narrow; .local/screenshots
	pytest -n 0 -m browser tests/browser

soak: $(READY) ## run the long tests: 10,000 schedules of faults, deaths at every request, a full-size account; an hour on two idle cores
	SCHEDULES=10000 pytest -n 2 -m "soak or not soak" --hypothesis-seed=$(SEED) tests/unit/robustness tests/unit/test_erasure.py \
	    tests/unit/test_erasure_concurrency.py tests/e2e/test_size.py tests/e2e/test_bans.py

check: $(READY) ## check lint, format, types, imports between packages, template and its security; run it before a commit
	ruff check .
	ruff format --check .
	mypy
	PYTHONPATH=layers/blendify:. lint-imports --no-cache --no-logo
	sam validate --lint
	pytest -n 0 -q tests/unit/test_rendered_template.py

format: $(READY) ## format the code, and mend what ruff can mend
	ruff format .
	ruff check --fix .

bench: $(READY) ## print the figures of the design, and write docs/bench.md; eight minutes
	@PYTHONPATH=layers/blendify:functions:. python -m bench

check-bench: $(READY) ## fail if a count is worse than its bound: calls, records, units of DynamoDB; under a minute
	@PYTHONPATH=layers/blendify:functions:. python -m bench counts

deploy: $(READY) ## build for AWS and deploy what deploy.yaml says (see deploy.example.yaml); asks nothing
	@python -m operations.deploy $(FILE)

status: $(READY) ## show the fleet: what is due, gates, queues, erasures, the last failures; ON=aws shows the stack on AWS
	@PYTHONPATH=layers/blendify:. python -m operations.operate $(if $(ON),--on $(ON)) status

operate: $(READY) ## lift a pause, sync a listener, resume an erasure, retry polls: DO="…"; ON=aws as above
	@PYTHONPATH=layers/blendify:. python -m operations.operate $(if $(ON),--on $(ON)) $(or $(DO),--help)

rebuild: $(READY) ## make the insights anew from the history: of one listener with LISTENER=…, or of all; ON=aws as above
	@PYTHONPATH=layers/blendify:. python -m operations.operate $(if $(ON),--on $(ON)) rebuild $(LISTENER)

audit: $(READY) ## ask a public database for known vulnerabilities of all pinned packages; needs the internet
	for name in requirements-dev local/emulator/requirements layers/dependencies/requirements layers/dependencies/signing layers/dependencies/webhooks; do \
	    uv tool run --quiet pip-audit==$(PIP_AUDIT_VERSION) --strict --require-hashes --disable-pip -r $$name.txt || exit 1; \
	done

requirements: $(READY) ## pin the newest versions of all packages
	for name in requirements-dev local/emulator/requirements; do $(COMPILE) $$name.in --output-file $$name.txt || exit 1; done
	for name in requirements signing webhooks; do \
	    $(COMPILE) $(LAMBDA_BRINGS:%=--no-emit-package %) layers/dependencies/$$name.in \
	        --output-file layers/dependencies/$$name.txt || exit 1; \
	done

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed: set PYTHON, e.g. make demo PYTHON=python3.13"; exit 1; }
	@echo "  Creating .venv"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/.ready: requirements-dev.txt .venv/.uv
	@echo "  Installing the pinned packages"
	@uv pip install --quiet --python .venv/bin/python --require-hashes --requirements requirements-dev.txt
	@touch $@

$(EMULATOR)/.ready: local/emulator/requirements.txt .venv/.ready
	@echo "  Installing the emulator"
	@mkdir -p $(dir $(EMULATOR))
	@uv venv --quiet --clear --python .venv/bin/python $(EMULATOR)
	@uv pip install --quiet --python $(EMULATOR)/bin/python --require-hashes --requirements local/emulator/requirements.txt
	@touch $@
