#!/bin/sh
# Stops the cluster that start.sh started in the folder given, and removes it.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 <folder>" >&2; exit 2; }
[ -f "$1/data/PG_VERSION" ] || exit 0
folder=$(cd "$1" && pwd -P)
. "$(dirname "$0")/find_postgres.sh"

if [ "$(id -u)" = 0 ]; then
    as_owner() { runuser -u postgres -- "$@"; }
else
    as_owner() { "$@"; }
fi

if as_owner "$postgres_bin/pg_ctl" --pgdata="$folder/data" status >/dev/null 2>&1; then
    as_owner "$postgres_bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait --silent stop >/dev/null
fi
rm -rf "$folder/data" "$folder/initdb.log" "$folder/postgres.log"
rmdir "$folder" 2>/dev/null || true
