# Every target is what CI runs too. With uv on the PATH it builds the environment, else venv and pip.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLEAN := build/wheel-test
# The tests that need what a wheel must bring along: templates, scaffold, schema, ranks, entry points.
IN_WHEEL := tests/replay tests/unit/report tests/unit/suite tests/unit/cost \
  $(patsubst %,tests/cli/test_%.py,run_command newcomer tokens_command compare_command grade_command) \
  tests/plugin/test_pytest_plugin.py tests/plugin/test_evalkit_fixture.py tests/docs/test_extending_examples.py
STAMP := $(VENV)/.installed
DATA := $(abspath ../shared/data)
export EVALKIT_TEST_DATA ?= $(if $(wildcard $(DATA)),$(DATA))

ifneq ($(shell command -v uv 2>/dev/null),)
install = uv venv --quiet --allow-existing --python $(PYTHON) $(1) && uv pip install --quiet --python $(1)/bin/python $(2)
else
install = $(PYTHON) -m venv $(1) && $(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)
endif

.PHONY: demo test lint types layers wheel cassettes bench matrix docs clean

demo: $(STAMP)  ## replay the recorded suites, compare the providers, write the HTML report
	@$(BIN)/evalkit run suites --output reports/demo/run.jsonl --report reports/demo; code=$$?; \
	  if [ $$code -gt 1 ]; then exit $$code; fi
	@echo "The simulated provider 'hasty' fails on purpose: that is what the report shows."

test: $(STAMP)  ## run every test
	$(BIN)/pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

cassettes: $(STAMP)  ## record every cassette anew from the simulator, over HTTP on this machine
	@$(BIN)/evalkit run suites --record all --output reports/demo/run.jsonl; code=$$?; \
	  if [ $$code -gt 1 ]; then exit $$code; fi

bench: $(STAMP)  ## measure speed against a floor in the same run
	$(BIN)/pytest tests/benchmarks -s -m benchmark

MATRIX := vcrpy-8.2.1 openai-3.0.0 anthropic-1.0.0 newest
MATRIX_TESTS := tests/unit/cassettes/test_cassette_interop.py \
  tests/unit/cassettes/test_cassette_sdks.py tests/unit/providers/test_sdk_sender.py

matrix: $(MATRIX:%=matrix-%)  ## run the tests beside other tools, for their oldest and newest versions

matrix-%:
	@echo "With $*, and the newest of the others:"
	@$(call install,build/matrix/$*,--upgrade -e '.[simulator]' pytest-recording hypothesis vcrpy openai anthropic)
	@$(if $(filter newest,$*),,$(call install,build/matrix/$*,'$(subst -,==,$*)'))
	build/matrix/$*/bin/python -m pytest -q -p no:cacheprovider $(MATRIX_TESTS)

docs: $(STAMP)  ## write the page of commands from the code, and build the site into build/site
	@$(call install,$(VENV),-e '.[docs]')
	$(BIN)/python docs/cli_page.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheel: $(STAMP)  ## build the wheel, and run the tests against it with the source out of reach
	@rm -rf dist $(CLEAN) && mkdir -p $(CLEAN)
	$(BIN)/python -m build --wheel --installer pip --outdir dist . >/dev/null
	@cp -r tests suites cassettes docs evalkit.yaml pyproject.toml README.md $(CLEAN)
	$(call install,$(CLEAN)/.venv,"$$(ls dist/*.whl)[dev]")
	cd $(CLEAN) && .venv/bin/python -m pytest -q -n auto -m "not checkout and not benchmark" $(IN_WHEEL)

clean:
	rm -rf $(VENV) dist build reports/demo .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache

$(STAMP): pyproject.toml
	@echo "Installing evalkit into $(VENV) ..."
	@$(call install,$(VENV),-e '.[dev]')
	@touch $(STAMP)
