#!/bin/sh
# Starts a throwaway PostgreSQL cluster for tests in the folder given and prints its URL.
#
#   LONGSHORE_TEST_POSTGRES=$(end2end/postgres/start.sh /tmp/longshore-postgres) cargo test
#
# Running it again prints the same URL. It listens on a socket in that folder and on no network. Nothing
# in it survives a power cut: it is made for speed.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 <folder>" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)
data=$folder/data
. "$(dirname "$0")/find_postgres.sh"

if [ ${#folder} -gt 80 ]; then
    echo "$0: $folder is too long a path for a socket; choose one under /tmp" >&2
    exit 2
fi

# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as_owner() { runuser -u postgres -- "$@"; }
else
    as_owner() { "$@"; }
fi

if [ ! -f "$data/PG_VERSION" ]; then
    as_owner "$postgres_bin/initdb" --pgdata="$data" --username=longshore --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 ||
        { cat "$folder/initdb.log" >&2; exit 1; }
fi

if ! as_owner "$postgres_bin/pg_ctl" --pgdata="$data" status >/dev/null 2>&1; then
    as_owner "$postgres_bin/pg_ctl" --pgdata="$data" --log="$folder/postgres.log" --wait --silent \
        --options="-c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=400 \
                   -c fsync=off -c synchronous_commit=off -c full_page_writes=off" \
        start >/dev/null 2>&1 || { cat "$folder/postgres.log" >&2; exit 1; }
fi

# The port only names the socket. The host in the path is encoded: it is a folder.
encoded=$(printf '%s' "$folder" | sed 's,/,%2F,g')
echo "postgres://longshore@localhost:5432/postgres?host=$encoded"
