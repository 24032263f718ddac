#!/bin/sh
# Put programs of Debian's packages under var/tools/debian, unpacked and not installed: no root, no daemon started.
#   deploy/local/debian.sh pgbouncer libevent-2.1-7 libc-ares2 nginx prometheus
# What tests want that no wheel carries. Exit status 1 where it cannot be had; the tests that want it then say so.
set -eu
cd "$(dirname "$0")/../.."
place=var/tools/debian

[ $# -gt 0 ] || { echo "usage: deploy/local/debian.sh PACKAGE…, such as: nginx prometheus" >&2; exit 2; }
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || { echo "no apt-get here: $* cannot be had" >&2; exit 1; }
mkdir -p "$place/packages"
missing=""
for package in "$@"; do
    ls "$place/packages/${package}_"*.deb >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
chmod 0777 "$fresh"  # apt fetches as a user of its own where there is one
# The lists may be missing or old on a bare machine; only root can renew them.
# shellcheck disable=SC2086  # a list of names
(cd "$fresh" && { apt-get download -q $missing || { [ "$(id -u)" = 0 ] && apt-get update -q && apt-get download -q $missing; }; }) >"$fresh/said" 2>&1 || {
    echo "could not be had: $missing"; tail -3 "$fresh/said"; exit 1
} >&2
for file in "$fresh"/*.deb; do
    dpkg-deb --extract "$file" "$place"
    mv "$file" "$place/packages/"
done
