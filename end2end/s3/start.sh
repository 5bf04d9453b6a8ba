#!/usr/bin/env bash
# Starts a Ceph cluster of one process each, with an S3 gateway, in memory, and prints how tests reach it: a URL with
# the access key and its secret. Everything lies in the folder given.
#
#   end2end/s3/start.sh /tmp/ceph
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 <folder>" >&2; exit 2; }

mkdir -p "$1/mon" "$1/osd" "$1/run"
folder=$(cd "$1" && pwd -P)
readonly folder conf=$folder/ceph.conf keys=$folder/keyring
readonly ACCESS_KEY=longshore SECRET_KEY=a-secret-for-tests

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
key() { ceph-authtool "$keys" --gen-key --name "$@" >/dev/null; }

mon_port=$(free_port)
s3_port=$(free_port)
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >"$conf" <<CONF
[global]
fsid = $fsid
mon host = v2:127.0.0.1:$mon_port
run dir = $folder/run
admin socket =
log file = $folder/\$name.log
pid file = $folder/run/\$name.pid
keyring = $keys
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 0
[mon.a]
mon data = $folder/mon
[osd]
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 2147483648
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$s3_port
CONF
ceph-authtool --create-keyring "$keys" >/dev/null
key mon. --cap mon 'allow *'
key client.admin --cap mon 'allow *' --cap osd 'allow *'
key client.rgw --cap mon 'allow *' --cap osd 'allow *'
key osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'

monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$folder/monmap" >/dev/null
ceph-mon --conf "$conf" --id a --mkfs --monmap "$folder/monmap" --keyring "$keys"
ceph-mon --conf "$conf" --id a
osd=$(cat /proc/sys/kernel/random/uuid)
timeout 60 ceph --conf "$conf" osd new "$osd" >/dev/null
ceph-osd --conf "$conf" --id 0 --mkfs --osd-uuid "$osd" >/dev/null 2>&1
ceph-osd --conf "$conf" --id 0 >/dev/null 2>&1
radosgw --conf "$conf" --name client.rgw >/dev/null 2>&1
timeout 120 radosgw-admin --conf "$conf" --name client.rgw user create --uid longshore --display-name Longshore \
  --access-key "$ACCESS_KEY" --secret-key "$SECRET_KEY" >/dev/null 2>&1
timeout 60 bash -c "until curl -fs -o /dev/null http://127.0.0.1:$s3_port; do sleep 0.2; done"
echo "http://$ACCESS_KEY:$SECRET_KEY@127.0.0.1:$s3_port"
