#!/usr/bin/env bash
# Stops the cluster that start.sh started in the folder given, and removes it.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 <folder>" >&2; exit 2; }

for file in "$1"/run/*.pid; do
  [ -s "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null || true
done
rm -rf "$1"
