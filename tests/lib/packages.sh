# SPDX-License-Identifier: MIT
# Installs the Debian packages of a list of tests/packages that are missing. Needs lib/say.sh.
# shellcheck shell=sh

# Print what of the lists is not installed.
packages_missing() {
	sed 's/#.*//' "$@" | sort -u | while read -r _package; do
		[ -z "$_package" ] ||
			dpkg-query -W -f '${db:Status-Status}\n' "$_package" 2>/dev/null |
				grep -qx installed || echo "$_package"
	done
}

# Can apt find every package that is named, and fetch it?
packages_known() {
	apt-get install --simulate -qq "$@" >/dev/null 2>&1
}

packages_install() {
	command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
		die "this installs Debian packages, and here is no apt-get:" \
			"install what $* name by other means"
	# shellcheck disable=SC2046
	set -- $(packages_missing "$@")
	[ $# -gt 0 ] || return 0
	[ "$(id -u)" -eq 0 ] || die "packages are missing: run 'apt-get install $*' as root"
	export DEBIAN_FRONTEND=noninteractive
	if ! packages_known "$@"; then
		say 'updating the package lists'
		quietly apt-get update || die "cannot update the package lists: see the lines above"
	fi
	say "installing $# packages: $*"
	if ! packages_fetch "$@"; then
		# The lists can be older than what the mirror still has.
		quietly apt-get update && packages_fetch "$@" ||
			die "cannot install packages: see the lines above"
	fi
}

packages_fetch() {
	quietly apt-get install -y --no-install-recommends "$@"
}
