#!/usr/bin/env bash
# Builds the server with its web app: `style/build.sh` for tests, `style/build.sh --release` to run it.
set -euo pipefail
cd "$(dirname "$0")/.."

profile=debug
[ "${1:-}" = --release ] && profile=release

export PATH="$PWD/.tools/bin:$PWD/style/node_modules/.bin:$PATH"
# It would replace the flags of .cargo/config.toml, on which both halves of the web app must agree.
unset RUSTFLAGS

cargo leptos build "$@"
node style/precompress.mjs target/site "${CARGO_TARGET_DIR:-target}/$profile/hash.txt"
