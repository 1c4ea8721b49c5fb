# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make demo` and `make test` need git, make and Python 3.11 or later, and set up the rest by themselves under .build.
# CONTRIBUTING.md explains the targets. What they do is in scripts/toolchain.

CHECKS := lint types units functional surroundings sanity integration molecule docs package

PYTHON ?= $(shell sh scripts/find-python)
TOOLCHAIN = PYTHONPATH=scripts PYTHONDONTWRITEBYTECODE=1 "$(PYTHON)" -m toolchain

# make units CORE=2.18: a release line of supported.toml instead of the floor and the newest one
OPTIONS = $(if $(CORE),--core $(CORE))

.PHONY: help bench demo test check $(CHECKS) format changelog release pytest exec mutate versions requirements clean

help:
	@echo "make demo            declare, see who would be cut off, converge, drift, correct: in an emulated AWS"
	@echo "make bench           all measurements; ARGS=evaluate: that one"
	@echo "make test            everything below, side by side, and a summary"
	@echo "make check           in under two minutes what most mistakes meet: lint, types, unit tests of one release"
	@echo "make CHECK           one of: $(CHECKS)"
	@echo "make CHECK CORE=2.18 the same on one release line of ansible-core"
	@echo "make format          let ruff format and repair what it can"
	@echo "make pytest ARGS=... pytest in the working copy, such as ARGS='tests/unit -k merge'"
	@echo "make exec ARGS=...   any command with Ansible, amazon.aws and this collection at hand"
	@echo "make mutate          random changes of the core, and which of them no unit test notices"
	@echo "make versions        what this machine tests"
	@echo "make changelog       put fragments and new plugins under the version of galaxy.yml in the changelog"
	@echo "make release         changelog and archive of the version in galaxy.yml, and what is left to a person"
	@echo "make requirements    compile the pinned packages anew"
	@echo "make clean           remove all that was made"

bench:
	@$(TOOLCHAIN) exec -- python benchmarks $(ARGS)

demo:
	@$(TOOLCHAIN) exec -- python scripts/demo $(ARGS)

test:
	@$(TOOLCHAIN) test

check:
	@$(TOOLCHAIN) quick

$(CHECKS):
	@$(TOOLCHAIN) check $(OPTIONS) $@

format:
	@$(TOOLCHAIN) format

changelog:
	@$(TOOLCHAIN) changelog

release:
	@$(TOOLCHAIN) release

pytest:
	@$(TOOLCHAIN) pytest $(OPTIONS) -- $(ARGS)

exec:
	@$(TOOLCHAIN) exec $(OPTIONS) -- $(ARGS)

mutate:
	@$(TOOLCHAIN) exec -- python scripts/mutate $(ARGS)

versions:
	@$(TOOLCHAIN) versions

requirements:
	@$(TOOLCHAIN) requirements

clean:
	rm -rf .build
