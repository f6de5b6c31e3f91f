# shellcheck shell=bash
# Building the browser application. Sourced after steps.sh, with the pinned Node in PATH.

# build_web: web/dist with a .br and a .gz beside every file worth it; again only when it changed.
build_web() {
    if [ ! -f web/package.json ]; then
        say "No browser application here (web/package.json is absent): serving the API alone"
        return
    fi
    local sources stamp=.cache/web.sha256
    sources=$(find web schema/openapi.yaml -type f \
        -not -path '*/node_modules/*' -not -path 'web/dist/*' -print0 2>/dev/null |
        sort -z | xargs -0 sha256sum | sha256sum)
    [ -f web/dist/index.html ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sources" ] && return
    npm_install web --ignore-scripts
    say "Building the browser application"
    (cd web && npm run build)
    find web/dist -type f -size +512c \
        -regex '.*\.\(html\|js\|css\|svg\|json\|webmanifest\|txt\|xml\|ico\|wasm\)' -print0 |
        while IFS= read -r -d '' file; do compress "$file"; done
    mkdir -p .cache
    echo "$sources" >"$stamp"
}

compress() {
    [ "$1.br" -nt "$1" ] || brotli --quality=11 --force --keep --output="$1.br" "$1"
    [ "$1.gz" -nt "$1" ] || gzip -9 --no-name --force --keep "$1"
}
