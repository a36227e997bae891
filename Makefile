# 仮想化ラボ. `make run` starts it, `make test` checks it; the README says more.
PORT ?= 8000
WORKERS ?= 2
THREADS ?= 16
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := LOCAL=1 $(BIN)/python manage.py

.PHONY: run test format check unit isa-tests fuzz fuzz-cpuinfo bench screenshots system-packages vendor-codemirror clean

run: $(VENV)/.installed
	@scripts/check-port $(BIN)/python "$(PORT)"
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) import_content
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) create_local_instructor
	@echo
	@echo "  仮想化ラボ: http://127.0.0.1:$(PORT)/   (止めるには Ctrl+C)"
	@echo
	@LOCAL=1 $(BIN)/gunicorn courseware.config.wsgi --bind 127.0.0.1:$(PORT) \
		--workers $(WORKERS) --threads $(THREADS) --log-level warning

test: $(VENV)/.installed-dev system-packages check unit

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	LOCAL=1 $(BIN)/mypy
	$(BIN)/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		ALLOWED_HOSTS=example.com $(BIN)/python manage.py check --deploy --fail-level WARNING

unit: $(VENV)/.installed-dev
	$(BIN)/pytest -n auto --dist loadgroup

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# ISA test suites from elsewhere, such as riscv-tests: make isa-tests DIR=where their ELF files are
isa-tests: $(VENV)/.installed
	@$(BIN)/python -m tests.isa_suites "$(DIR)"

# Damaged texts of /proc/cpuinfo, at random: make fuzz-cpuinfo CASES=100000
CASES ?= 10000
fuzz-cpuinfo: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.cpuinfo.fuzz $(CASES)

# Speeds: the machine's beside other emulators', the rest as ratios to named peers.
# make bench PART=machine (or PART=web) measures one of them only.
bench: $(VENV)/.installed-dev
	@LOCAL=1 DJANGO_SETTINGS_MODULE=courseware.config.settings \
		$(BIN)/python -m tests.bench $(PART)

# The pictures in the README.
screenshots: $(VENV)/.installed-dev system-packages
	LOCAL=1 DJANGO_SETTINGS_MODULE=courseware.config.settings \
		$(BIN)/python -m tests.browser.screenshots docs/screenshots

# The browser tests need Debian's Chromium and a Japanese font.
system-packages:
	@scripts/install-test-packages

# The editor's bundle in static/vendor, from the versions that tools/codemirror pins. Needs Node.js
# and npm, which nothing else here does: the bundle is committed.
vendor-codemirror:
	npm ci --prefix tools/codemirror --ignore-scripts --no-audit --no-fund
	npm run --prefix tools/codemirror build

$(VENV)/.installed: requirements.txt
	@scripts/make-venv "$(PYTHON)" $(VENV) requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt
	@scripts/make-venv "$(PYTHON)" $(VENV) requirements-dev.txt
	@touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
