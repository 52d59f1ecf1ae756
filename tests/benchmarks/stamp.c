/* SPDX-License-Identifier: MIT
 * Stands in for QEMU where the time up to its first instruction counts: prints the clock, and
 * ends. */
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(stderr, "stamp %lld\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
	return 1;
}
