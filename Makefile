# The commands of CONTRIBUTING.md. Everything happens below .venv and .demo.

PYTHON ?= python3
BIN := .venv/bin
# A process for each core; the tests of a file, which may share a server, stay together. In the order of the files:
# those with few tests are the slow ones, and would all be left for the end.
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: demo test torture quick check format bench docs lock clean

# Deploy examples/hello to a throw-away store, run its flows, print their logs.
demo:
	@PYTHON="$(PYTHON)" sh examples/demo.sh

# Every test that can run on this machine; those that cannot say why.
test: .venv/.ready .prefect-3.9/.ready
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

# Kills, crowds, pairs of deploys, a flood, damaged inputs and deployments in pages, in full numbers, and what came
# of them; `make test` has small ones. A number that is set in the environment counts instead.
torture: .venv/.ready
	SYNTASK_INPUTS=$${SYNTASK_INPUTS:-100000} SYNTASK_TORTURE_KILLS=$${SYNTASK_TORTURE_KILLS:-300} \
	SYNTASK_TORTURE_RUNS=$${SYNTASK_TORTURE_RUNS:-4000} SYNTASK_TORTURE_OUTPUT=$${SYNTASK_TORTURE_OUTPUT:-1000} \
	SYNTASK_TORTURE_CHILDREN=$${SYNTASK_TORTURE_CHILDREN:-100000} \
	SYNTASK_TORTURE_PAIRS=$${SYNTASK_TORTURE_PAIRS:-200} $(BIN)/python -m pytest --timeout=0 -m "torture or not torture" \
		-rP --numprocesses logical --maxprocesses 4 tests/torture tests/fuzz tests/acceptance/worker/test_output.py \
		tests/acceptance/worker/test_children.py tests/acceptance/faults/test_killed_wizard.py tests/acceptance/worker/test_automations.py \
		tests/unit/syntask/_deployments/test_deployable.py
	SYNTASK_TORTURE_DEPLOYMENTS=$${SYNTASK_TORTURE_DEPLOYMENTS:-1300} \
	SYNTASK_TORTURE_SEEDS=$${SYNTASK_TORTURE_SEEDS:-6} SYNTASK_TORTURE_FIELDS=$${SYNTASK_TORTURE_FIELDS:-100} \
	SYNTASK_TORTURE_CASES=$${SYNTASK_TORTURE_CASES:-10000} \
	SYNTASK_TORTURE_SIGNATURES=$${SYNTASK_TORTURE_SIGNATURES:-4000} \
	$(BIN)/python -m pytest --timeout=0 -m "torture or not torture" tests/conformance/test_judge.py \
		tests/unit/project/flows/schema/test_annotations.py \
		tests/real/prefect/test_reading_all.py tests/real/prefect/test_faults.py tests/real/prefect/test_backend_fields.py
	$(BIN)/python -m pytest --timeout=0 -m torture tests/real tests/acceptance tests/contract

# The tests that start no servers.
quick: .venv/.ready
	$(BIN)/python -m pytest -m "not real" $(SIDE_BY_SIDE)

check: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Ours beside the peer, in one run; see benchmarks/README.md.
bench: .venv/.ready
	$(BIN)/python -m benchmarks

# Make what comes from the code: the index of the built-in steps, the JSON Schemas, pages of docs/, and pictures.
docs: .venv/.ready
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/draw.py

# Renew the versions that `make demo` and `make test` install: the newest that fit together, for every Python.
lock:
	uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header \
		--no-emit-package syntask-yaml --all-extras --group test --group lint pyproject.toml --output-file constraints.txt
	echo 'prefect>=3.9,<3.10' | uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header \
		- --output-file tests/prefect-3.9.txt

clean:
	rm -rf .venv .demo .servers .versions .prefect-* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache htmlcov .coverage*

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docker,s3,gcs,azure,ui]' --group test --group lint
	@touch $@

# The newer Prefect: servers, loaders and schemas are compared with both.
.prefect-3.9/.ready: tests/prefect-3.9.txt
	$(PYTHON) -m venv .prefect-3.9
	.prefect-3.9/bin/python -m pip install --quiet --requirement tests/prefect-3.9.txt
	@touch $@
