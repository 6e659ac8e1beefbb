# Run `make` for the list of commands.
.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c

VENV   := .venv
PYTHON := $(VENV)/bin/python
CACHE  := .cache

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: setup
setup: ## Python environment, Pulumi CLI and the Go functions (idempotent)
	@local/setup.sh

.PHONY: functions
functions: ## The Go functions alone, for arm64 and this machine
	@local/setup.sh functions

.PHONY: demo
demo: setup ## Deploy to the local emulator under the pack, process sample files, show the results
	@$(VENV)/bin/pipeline demo $(FILES)

.PHONY: test
test: setup ## Every test: what continuous integration runs
	@local/test.sh

.PHONY: quick
quick: setup ## About a minute, before each commit: style, types, policies, stack, functions (TEST=path: that alone)
	@local/quick.sh $(TEST)

.PHONY: regenerate
regenerate: setup ## Make every generated file anew; review what changed with git diff
	@$(PYTHON) -m tools.mutation --record
	@$(PYTHON) -m tests.policies.kit.reference
	@$(PYTHON) -m tests.permissions.reference
	@$(PYTHON) -m tests.formats.reference
	@$(PYTHON) -m tests.compliance.samples

.PHONY: bench
bench: setup ## Every benchmark, each against something real, in one table (QUICK=1: a short version)
	@$(PYTHON) -m tools.benchmarks $(if $(QUICK),--quick)

.PHONY: mutation
mutation: setup ## Change one thing of the stack at a time: every policy has to bite, and no other
	@$(PYTHON) -m tools.mutation --record $(if $(JSON),--json)

.PHONY: chaos
chaos: setup ## 100,000 simulated schedules, and a storm over the emulator: kills, repeats, restarts
	@go -C handlers test ./internal/simulation -run Schedule -count 1 -schedules 100000 -timeout 0
	@CHAOS_FEEDS=60 CHAOS_FILES=8 $(VENV)/bin/pytest --quiet tests/chaos

.PHONY: mutation-code
mutation-code: setup ## Mutants of the pack's own code: how many its tests notice (SAMPLE=N: N of them)
	@$(PYTHON) -m tools.mutation.code $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(JSON),--json)

.PHONY: lock
lock: ## Compile the requirement files, with hashes
	@for name in uv runtime development checkov readers; do \
	  $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" \
	    --output-file requirements/$$name.txt requirements/$$name.in; done

.PHONY: clean
clean: ## Stop the emulator, and remove everything that was built or cached
	-@[ ! -x $(VENV)/bin/pipeline ] || $(VENV)/bin/pipeline stop
	rm -rf $(VENV) $(CACHE) .pipeline build reports cfn-outputs Pulumi.local.yaml
