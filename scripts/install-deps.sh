#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Install Debian packages that are not there yet:
#   scripts/install-deps.sh "PACKAGE..." "ALTERNATIVE..."
# All packages of the first list, and the first of the second list that this release has.
set -euo pipefail

read -ra packages <<<"$1"
read -ra alternatives <<<"${2:-}"

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
is_known() { apt-cache show "$1" >/dev/null 2>&1; }

as_root=()
if [ "$(id -u)" != 0 ]; then
	as_root=(sudo)
fi
# Another run may hold the lock of dpkg, and a mirror may hiccup.
apt_get() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o DPkg::Lock::Timeout=200 -o Acquire::Retries=3 "$@"
}

if ! command -v apt-get >/dev/null; then
	echo "this is no Debian; packages of its kind that are needed: ${packages[*]} ${alternatives[0]:-}" >&2
	exit 1
fi

missing=()
for package in "${packages[@]}"; do
	is_installed "$package" || missing+=("$package")
done
has_alternative=no
[ "${#alternatives[@]}" != 0 ] || has_alternative=yes
for package in "${alternatives[@]}"; do
	! is_installed "$package" || has_alternative=yes
done
if [ "${#missing[@]}" = 0 ] && [ "$has_alternative" = yes ]; then
	echo "all packages are installed"
	exit 0
fi

apt_get update
if [ "$has_alternative" = no ]; then
	for package in "${alternatives[@]}"; do
		if is_known "$package"; then
			missing+=("$package")
			break
		fi
	done
fi
if [ "${#missing[@]}" != 0 ]; then
	apt_get install -y --no-install-recommends "${missing[@]}"
fi
