PYTHON ?= python3

.PHONY: conformance

conformance:
	$(PYTHON) -m conformance $(UNIT)
