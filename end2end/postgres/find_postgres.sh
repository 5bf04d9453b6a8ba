# Sets postgres_bin to the folder of the newest PostgreSQL server programs. Sourced by start.sh and stop.sh.
postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ ! -x "$postgres_bin/initdb" ]; then
    postgres_bin=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
fi
if [ ! -x "$postgres_bin/initdb" ]; then
    echo "PostgreSQL's server programs are missing; on Debian: apt-get install postgresql" >&2
    exit 1
fi
