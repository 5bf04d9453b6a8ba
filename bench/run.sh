#!/usr/bin/env bash
# Builds what is measured and measures it. Arguments go to the benchmark: bench/run.sh --rounds 5
set -euo pipefail
cd "$(dirname "$0")/.."

style/build.sh --release
cargo build --release --package bench
exec "${CARGO_TARGET_DIR:-target}/release/bench" \
  --longshore "${CARGO_TARGET_DIR:-target}/release/longshore" "$@"
