/* SPDX-License-Identifier: MIT
 * netd-bench: measures owvm-netd. Started by driver.py, in a sandbox, as root.
 *
 * usage: netd-bench make SOCKET NETD BRIDGE-HELPER CAPABLE-HELPER ROUNDS CANDIDATES */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/maker.h"

static unsigned int number(const char *text)
{
	uint32_t value = 0;

	if (!number_parse(text, strlen(text), 100000, &value)) {
		fprintf(stderr, "netd-bench: '%s' is no number\n", text);
		exit(EXIT_FAILURE);
	}
	return value;
}

int main(int argc, char **argv)
{
	if (argc == 8 && strcmp(argv[1], "make") == 0) {
		struct setup setup = {argv[2], argv[3], argv[4], argv[5]};

		bench_making(&setup, number(argv[6]), number(argv[7]));
		return EXIT_SUCCESS;
	}
	return EXIT_FAILURE;
}
