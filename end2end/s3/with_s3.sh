#!/bin/sh
# Runs a command beside a throwaway S3 server, Ceph's, and stops it when the command ends.
#
#   end2end/s3/with_s3.sh cargo test
set -eu

here=$(dirname "$0")
folder=$(mktemp -d /tmp/longshore-s3.XXXXXX)
trap '"$here/stop.sh" "$folder"' EXIT
trap 'exit 130' INT TERM

LONGSHORE_TEST_S3=$("$here/start.sh" "$folder")
LONGSHORE_REQUIRE_S3=1
export LONGSHORE_TEST_S3 LONGSHORE_REQUIRE_S3
"$@"
