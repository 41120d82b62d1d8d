#!/usr/bin/env bash
# Install the real servers that the service tests start, from Debian's packages. Without root, or without apt, the
# tests skip with a reason.
set -euo pipefail
packages=(orthanc orthanc-dicomweb postgresql chromium)

missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "test-services: ${missing[*]} not installed; their tests will be skipped" >&2
  exit 0
fi
echo "test-services: installing ${missing[*]}"
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
