# jiesu needs Python 3.11 to 3.14 and make, nothing else: `make run` starts it, `make test` shows that it is whole.

# The embedded PostgreSQL has wheels for these and no later ones.
PYTHONS := python3 python3.13 python3.12 python3.11 python3.14
IS_FIT := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PYTHON := .venv/bin/python
ARGS ?=
# What is compiled is kept: every command, every server of a test and every test process would else compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check hard bench schema migration

help:  ## list what can be made
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "  %-16s %s\n", $$1, $$2 }'

# One plain command, so that no shell stands between make and Python: TERM to make then stops the server and its database.
run: .venv/.ready  ## start jiesu; the settings are in the README
	.venv/bin/python -m api serve

test: .venv/.ready  ## lint, types and tests (ARGS="-k word" for some), with a summary
	@$(STEPS) \
	$(CHECKS) \
	step tests $(PYTHON) -m pytest -n 2 --ignore=tests/hard $(ARGS); \
	$(SUMMARY)

check: .venv/.ready  ## lint and types only
	@$(STEPS) $(CHECKS) $(SUMMARY)

hard: .venv/.ready  ## the slow and rough tests: kills, races, floods
	@$(STEPS) step "hard tests" $(PYTHON) -m pytest tests/hard $(ARGS); $(SUMMARY)

bench: .venv/.ready  ## measure over HTTP, see bench/RESULTS.md
	$(PYTHON) -m bench.run $(ARGS)

schema: .venv/.ready  ## write schema/schema.graphql anew from the types
	@$(PYTHON) -m schema > schema/.schema.graphql.new
	@mv schema/.schema.graphql.new schema/schema.graphql

migration: .venv/.ready  ## write a migration for changed models (NAME=what_changed), or none, and the script of all of them
	.venv/bin/tortoise makemigrations $(if $(NAME),--name $(NAME))
	@$(PYTHON) -m resolvers.migrations > resolvers/migrations/.whole.sql.new
	@mv resolvers/migrations/.whole.sql.new resolvers/migrations/whole.sql

# --- steps that all run, whatever the others say, and are summed up at the end

STEPS = said=; failed=0; \
	step() { title=$$1; shift; printf '\n== %s\n' "$$title"; begun=$$(date +%s); \
	  if "$$@"; then word=passed; else word=FAILED; failed=1; fi; \
	  said="$$said$$(printf '  %-12s %s in %s s' "$$title" $$word $$(($$(date +%s) - begun)))|"; };
CHECKS = step lint $(PYTHON) -m ruff check .; \
	step format $(PYTHON) -m ruff format --check .; \
	step types $(PYTHON) -m mypy;
SUMMARY = printf '\n== summary\n'; printf '%s' "$$said" | tr '|' '\n'; \
	if [ $$failed = 0 ]; then echo 'all passed'; else echo 'FAILED'; exit 1; fi

# --- the environment: one for running and testing, so that neither installs over the other and a test runs what is served

# An environment whose Python is gone is no environment.
$(shell [ -x $(PYTHON) ] || rm -f .venv/.ready)

# The stamp is the last thing made and the first removed: whatever a kill leaves half done is made anew.
# uv does not read pip's settings: it is told the index, and where that is not enough pip installs the same files.
.venv/.ready: $(wildcard requirements/*.txt) Makefile
	@python=; for name in $(PYTHONS); do \
	  if "$$name" -c '$(IS_FIT)' > /dev/null 2>&1; then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo 'jiesu needs Python 3.11 to 3.14 with its venv module; none of $(PYTHONS) is that.' >&2; exit 1; fi; \
	if [ -f $@ ]; then rm $@; else rm -rf .venv; echo "Making .venv with $$python ..."; "$$python" -m venv .venv; fi
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@index=$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PYTHON) -m pip config get global.index-url 2> /dev/null)}}; \
	UV_DEFAULT_INDEX=$$index $(PYTHON) -m uv pip sync --quiet --python $(PYTHON) --require-hashes requirements/dev.txt \
	  || $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@printf '%s\n' "$$COMMAND" > .venv/bin/jiesu && chmod +x .venv/bin/jiesu
	@touch $@

# A relative JIESU_DATA_DIR means the caller's folder; without one it is .jiesu beside this file, as for `make run`.
define COMMAND
#!/bin/sh
case "$${JIESU_DATA_DIR-}" in
  "" | /* | "~"*) ;;
  *) JIESU_DATA_DIR=$$PWD/$$JIESU_DATA_DIR && export JIESU_DATA_DIR ;;
esac
cd "$$(dirname "$$(readlink -f "$$0")")/../.." && exec .venv/bin/python -m api "$$@"
endef
export COMMAND
