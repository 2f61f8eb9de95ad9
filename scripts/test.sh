#!/bin/sh
# All tests, three files side by side. Trains the model first if the data or the configuration changed. Ends with the test runner's summary.
set -eu
cd "$(dirname "$0")/.."
if [ ! -x /usr/bin/chromium ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "· installing Chromium for the page tests"
    (apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk) >/dev/null 2>&1 ||
        echo "· Chromium could not be installed: its tests will be skipped, with the reason"
fi
XINQIAO_DATA_DIR="${XINQIAO_TEST_DATA:-$PWD/var/test}" .venv/bin/xinqiao train
echo "· the engine's own tests, in its environment"
PYTHONPATH=. engine/.venv/bin/python -W ignore -m pytest -q tests/nlu/engine \
    -c /dev/null --rootdir . --confcutdir tests/nlu/engine -p no:cacheprovider
exec .venv/bin/python -m pytest -q -n "${XINQIAO_TEST_WORKERS:-3}" --dist loadscope "$@"
