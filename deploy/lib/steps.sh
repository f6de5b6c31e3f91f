# shellcheck shell=bash
# Words and habits that every script here shares. Sourced, not run.

set -euo pipefail

house=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$house"

say() { printf '\n== %s\n' "$*"; }
fail() { printf '\nError: %s\n' "$*" >&2; exit 1; }

# as_root COMMAND...: runs it as root, through sudo when we are somebody else.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing packages needs root or sudo: $*"
    fi
}

# Node and npm often come from elsewhere than Debian: the command counts, not the package.
is_installed() {
    case $1 in
        nodejs) command -v node >/dev/null && return ;;
        npm) command -v npm >/dev/null && return ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_packages LIST...: what deploy/packages/LIST.txt names and this machine lacks.
install_packages() {
    local list package missing=()
    for list in "$@"; do
        while read -r package; do
            is_installed "$package" || missing+=("$package")
        done < <(sed 's/#.*//' "deploy/packages/$list.txt" | awk 'NF { print $1 }')
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    case " ${missing[*]} " in
        *' postgresql-15 '*) keep_postgres_from_starting ;;
    esac
    # Fresh lists first; a stale mirror of somebody else's must not stop us.
    as_root apt-get update -q || say "Some package lists could not be refreshed; going on"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# The tests start a cluster of their own; the machine gets none it did not ask for.
keep_postgres_from_starting() {
    local folder=/etc/postgresql-common/createcluster.d
    [ -d "$folder" ] && return
    as_root mkdir -p "$folder"
    echo 'create_main_cluster = false' | as_root tee "$folder/no-main-cluster.conf" >/dev/null
}

# npm_install FOLDER [OPTION...]: npm ci, when its lockfile is not the one installed last.
npm_install() {
    local folder=$1 lock stamp
    shift
    stamp=$folder/node_modules/.lock.sha256
    lock=$(sha256sum <"$folder/package-lock.json")
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ] && return
    say "Fetching what $folder/package-lock.json pins"
    (cd "$folder" && npm ci --no-fund --no-audit --prefer-offline "$@")
    mkdir -p "$folder/node_modules"
    echo "$lock" >"$stamp"
}

# use_pinned_node: puts the Node of deploy/node before the machine's own.
use_pinned_node() {
    local bin
    case $PATH in "$house"/deploy/node/*) return ;; esac
    npm_install deploy/node --ignore-scripts
    for bin in "$house"/deploy/node/node_modules/node-linux-*/bin; do
        if [ -x "$bin/node" ] && "$bin/node" --version >/dev/null 2>&1; then
            export PATH="$bin:$PATH"
            return
        fi
    done
    # npm takes a download that failed for one that does not fit this machine: try anew next time.
    rm -f deploy/node/node_modules/.lock.sha256
    fail "no pinned Node runs here: not fetched, or deploy/node/package.json has none for it"
}

# fetch_sqlite: the source of SQLite, without running a script of the package it comes in.
fetch_sqlite() {
    npm_install server/store/sqlite/amalgamation --ignore-scripts
}

# build PRESET TARGET...: on at most two cores, unless KARKHANA_JOBS says otherwise.
build() {
    local preset=$1 log=.cache/configure.$1.log
    shift
    mkdir -p .cache
    cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" && fail "cannot configure"; }
    cmake --build "build/$preset" -j "${KARKHANA_JOBS:-2}" --target "$@"
}
