#!/bin/sh
# Runs a command beside a throwaway PostgreSQL cluster, and stops the cluster when it ends.
#
#   end2end/postgres/with_postgres.sh cargo test
set -eu

here=$(dirname "$0")
folder=$(mktemp -d /tmp/longshore-postgres.XXXXXX)
chmod 755 "$folder"
end() {
    "$here/stop.sh" "$folder" || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM

LONGSHORE_TEST_POSTGRES=$("$here/start.sh" "$folder")
LONGSHORE_REQUIRE_POSTGRES=1
export LONGSHORE_TEST_POSTGRES LONGSHORE_REQUIRE_POSTGRES
"$@"
