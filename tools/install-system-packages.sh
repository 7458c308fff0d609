#!/bin/sh
# Brings the real programs that the lab and the tests run: Debian packages, where apt-get and root are there.
set -eu

missing=
need() { # program, package
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}
need docker-registry docker-registry
need nginx nginx-light
need skopeo skopeo
need openssl openssl
if [ "${1:-}" = test ]; then
    need dockerd docker.io
    need haproxy haproxy
    need apache2 apache2
    need squid squid
    need redis-server redis-server
fi
set -- /usr/lib/*/faketime/libfaketimeMT.so.1
[ -e "$1" ] || missing="$missing libfaketime"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "The lab runs real programs that are not installed here. Install:$missing" >&2
    command -v apt-get >/dev/null 2>&1 && echo "    sudo apt-get install --no-install-recommends$missing" >&2
    exit 2
fi
echo "Installing$missing" >&2
# The packages would start their services; here nothing but the lab is meant to run (invoke-rc.d(8), policy-rc.d).
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then policy=$log; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; fi
trap 'rm -f "$log" "$policy"' EXIT
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install --yes --no-install-recommends $missing; } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    exit 2
}
