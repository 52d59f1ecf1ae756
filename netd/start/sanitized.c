/* SPDX-License-Identifier: MIT
 * In builds with ASan alone: what of it cannot work in netd.
 *
 * The leak checker traces its own process at the end, for which it would have to make it dumpable
 * again, and to clone itself. The environment cannot switch it off: a program with a file
 * capability cannot read it from /proc. */

const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
