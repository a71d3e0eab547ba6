# Everything runs in a virtual environment of its own, made on first use and kept until pyproject.toml changes.
#
#   make run           the proxy on 127.0.0.1:6380 in front of two embedded servers, with lines to try
#   make test          all tests               make lint     style, types and import rules
#   make bench         beside the peers        make conformance [UNIT=unit/type/list]
#   make asan          the leaves in C memory, fuzzed under AddressSanitizer
#   make count         instructions per request, compared with those recorded
#
# RESPKIT_BUILD=compiled|pure chooses the build; without it, respkit is compiled where there is a compiler.

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip -q --disable-pip-version-check
BUILD := $(or $(RESPKIT_BUILD),default)
SOURCES := $(shell find src -name '*.py' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h') setup.py
BUILT := $(VENV)/.built-$(BUILD)
export PIP_ROOT_USER_ACTION := ignore

.PHONY: run test lint bench conformance asan count build clean
.DELETE_ON_ERROR:

run: build
	@$(PY) examples/try_it.py

test: $(VENV)/.extra-test build
	$(PY) -m pytest $(ARGS)

lint: $(VENV)/.extra-test $(VENV)/.extra-lint
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo

bench: $(VENV)/.extra-bench build
	$(PY) -m bench $(ARGS)

conformance: build
	$(PY) -m conformance $(UNIT) $(ARGS)

count: build
	$(PY) -m bench.instructions $(ARGS)

asan: $(VENV)/.extra-test
	VENV=$(abspath $(VENV)) .ci/asan

build: $(BUILT)

# The package is installed in place, uncompiled; then the hot modules are compiled beside their sources.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install $$($(PY) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'])")
	RESPKIT_BUILD=pure $(PIP) install --no-build-isolation --editable .
	@rm -f $(VENV)/.extra-* $(VENV)/.built-*
	@touch $@

$(VENV)/.extra-%: $(VENV)/.installed
	$(PY) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['$*'], sep='\n')" > $@
	$(PIP) install -r $@

$(BUILT): $(SOURCES) $(VENV)/.installed
	@rm -f $(VENV)/.built-*
	$(PY) setup.py -q build_ext --inplace
	@$(PY) -m respkit --version
	@# Uncompiled for want of a compiler: the next make looks for one again.
	@if [ $(BUILD) != default ] || ! $(PY) -m respkit --version | grep -q '(pure)'; then touch $@; fi

clean:
	rm -rf $(VENV) build conformance/tmp
	find src -name '*.so' -delete
