#!/bin/sh
# Sees to it that tests/browser has a Chromium, a font with Chinese signs, and curl: apt-get installs what is not there.
set -eu

browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

font() {
    command -v fc-list && fc-list :lang=zh-cn family | grep -q .
}

packages=""
browser >/dev/null || packages="chromium"
font >/dev/null || packages="$packages fontconfig fonts-noto-cjk"
command -v curl >/dev/null || packages="$packages curl"
[ -n "$packages" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null || true
fi
if ! browser >/dev/null || ! font >/dev/null || ! command -v curl >/dev/null; then
    echo "The browser tests need a Chromium, a font with Chinese signs, and curl; what is missing could not be installed here." >&2
    echo "On Debian, as root: apt-get install chromium fontconfig fonts-noto-cjk curl. Elsewhere: any Chromium or Chrome on PATH." >&2
    exit 1
fi
