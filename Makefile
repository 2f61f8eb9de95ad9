# `make run` runs everything on this machine; `make test` tests everything. The rest is for those who change it.
.PHONY: run test check bench setup clean

run: setup
	@exec .venv/bin/xinqiao run

test: setup
	@scripts/test.sh

check: setup
	@scripts/check.sh

bench: setup
	@.venv/bin/python -m bench

setup:
	@scripts/setup.sh

clean:
	rm -rf var .venv engine/.venv .tools .cache
