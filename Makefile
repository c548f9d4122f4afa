# The commands of CONTRIBUTING.md. Everything happens below .venv and .demo.

PYTHON ?= python3
BIN := .venv/bin
# A process for each core; the tests of a file, which may share a server, stay together.
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 4 --dist loadfile

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
	SYNTASK_TORTURE_PAIRS=$${SYNTASK_TORTURE_PAIRS:-200} $(BIN)/python -m pytest --timeout=0 -m "torture or not torture" \
		-rP --numprocesses logical --maxprocesses 4 tests/torture tests/fuzz tests/acceptance/worker/test_output.py
	SYNTASK_TORTURE_DEPLOYMENTS=$${SYNTASK_TORTURE_DEPLOYMENTS:-1300} $(BIN)/python -m pytest --timeout=0 \
		tests/real/prefect/test_reading_all.py

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
	rm -rf .venv .demo .servers .versions .prefect-3.9 .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache htmlcov .coverage*

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docker,s3,gcs,azure]' --group test --group lint
	@touch $@

# The newer Prefect: servers, loaders and schemas are compared with both.
.prefect-3.9/.ready: tests/prefect-3.9.txt
	$(PYTHON) -m venv .prefect-3.9
	.prefect-3.9/bin/python -m pip install --quiet --requirement tests/prefect-3.9.txt
	@touch $@
