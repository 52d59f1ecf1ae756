# SPDX-License-Identifier: MIT
# For scripts of tests/: progress on standard error, one sentence when something is impossible.
# shellcheck shell=sh

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# Run a command; its output is shown only when it fails.
quietly() {
	_log=$(mktemp)
	if ! "$@" >"$_log" 2>&1 </dev/null; then
		tail -n 30 "$_log" >&2
		rm -f "$_log"
		return 1
	fi
	rm -f "$_log"
}
