#!/bin/sh
# Style, types, import contracts, data. Each part says what it found; the first fault ends it.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
.venv/bin/lint-imports
.venv/bin/python -m bot.validate
