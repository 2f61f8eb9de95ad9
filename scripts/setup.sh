#!/bin/sh
# Makes both environments from their lock files: the app's (.venv, Python >= 3.11) and the engine's (engine/.venv, 3.10).
set -eu
cd "$(dirname "$0")/.."
UV_VERSION=0.13.9
say() { printf '· %s\n' "$*"; }
fail() { printf 'xinqiao set-up: %s\n' "$*" >&2; exit 1; }
is_version() { "$1" -c "import sys; sys.exit(not ($2))" >/dev/null 2>&1; }

find_app_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        found=$(command -v "$name" 2>/dev/null) || continue
        if is_version "$found" 'sys.version_info[:2] >= (3, 11)'; then echo "$found"; return; fi
    done
    return 1
}

find_engine_python() {
    for found in "$(command -v python3.10 2>/dev/null || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python3.10; do
        [ -n "$found" ] && is_version "$found" 'sys.version_info[:2] == (3, 10)' && { echo "$found"; return; }
    done
    "$UV" python find 3.10 2>/dev/null && return
    "$UV" python install 3.10 >/dev/null 2>&1 && "$UV" python find 3.10 2>/dev/null && return
    return 1
}

APP_PYTHON=$(find_app_python) || fail "no Python 3.11 or newer on PATH: install one and run this again."

UV=$(command -v uv 2>/dev/null || true)
if [ -z "$UV" ]; then
    UV=.tools/uv/bin/uv
    if [ ! -x "$UV" ]; then
        say "fetching uv $UV_VERSION into .tools"
        "$APP_PYTHON" -m venv .tools/uv
        .tools/uv/bin/pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
    fi
fi
UV=$(cd "$(dirname "$UV")" && pwd)/$(basename "$UV")

stamp() { cat scripts/setup.sh "$@" | cksum; }
current() { [ -x "$1/bin/python" ] && [ "$(cat "$1/.stamp" 2>/dev/null)" = "$2" ]; }

want=$(stamp uv.lock pyproject.toml)
if ! current .venv "$want"; then
    say "installing the app's packages (a minute at most)"
    "$UV" sync --frozen --compile-bytecode --python "$APP_PYTHON" ${XINQIAO_UV_FLAGS:-}
    echo "$want" > .venv/.stamp
fi

want=$(stamp engine/uv.lock engine/pyproject.toml)
if ! current engine/.venv "$want"; then
    ENGINE_PYTHON=$(find_engine_python) ||
        fail "Rasa needs Python 3.10: install it (for instance with 'pyenv install 3.10' or 'uv python install 3.10') and run this again."
    say "installing the engine's packages: Rasa and TensorFlow, about 2.7 GB, some minutes the first time"
    "$UV" sync --frozen --compile-bytecode --project engine --python "$ENGINE_PYTHON" ${XINQIAO_UV_FLAGS:-}
    echo "$want" > engine/.venv/.stamp
fi
.venv/bin/python -m compileall -q bot actions
engine/.venv/bin/python -m compileall -q bot/nlu
say "both environments are ready"
