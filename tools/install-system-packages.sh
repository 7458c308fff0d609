#!/bin/sh
# Brings the real programs that the lab and the tests run: Debian packages, where apt-get and root are there, and for the
# tests a package of npm.
set -eu

what=${1:-}

missing=
need() { # program, package
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}
need docker-registry docker-registry
need nginx nginx-light
need skopeo skopeo
need openssl openssl
if [ "$what" = test ]; then
    need dockerd docker.io
    need haproxy haproxy
    need apache2 apache2
    need squid squid
    need redis-server redis-server
    need npm npm
    need chromium chromium
    need curl curl
fi
set -- /usr/lib/*/faketime/libfaketimeMT.so.1
[ -e "$1" ] || missing="$missing libfaketime"

install_packages() {
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
}

install_azurite() { # the Azure store of the tests
    command -v azurite-blob >/dev/null 2>&1 && return
    if [ "$(id -u)" != 0 ]; then
        echo "The tests run Azurite, which is not installed here. Install: sudo npm install --global azurite@3.37.0" >&2
        exit 2
    fi
    echo "Installing azurite" >&2
    npm install --global --no-audit --no-fund --loglevel=error azurite@3.37.0 >&2
}

[ -z "$missing" ] || install_packages
[ "$what" != test ] || install_azurite
