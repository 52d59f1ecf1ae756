# SPDX-License-Identifier: MIT
# Builds the tree in build/NAME. Needs lib/say.sh; called from the top of the tree.
# shellcheck shell=sh

# build NAME [MESON OPTION...]: CC and CFLAGS of the environment count when NAME is first made.
build() {
	_name=$1
	shift
	if [ -f "build/$_name/build.ninja" ]; then
		quietly meson configure "build/$_name" "$@" || return 1
	else
		quietly meson setup "build/$_name" . "$@" || return 1
	fi
	quietly ninja -C "build/$_name"
}
