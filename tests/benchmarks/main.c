/* SPDX-License-Identifier: MIT
 * netd-bench: measures owvm-netd. Started by driver.py, in a sandbox, as root.
 *
 * usage: netd-bench make SOCKET ROUNDS CANDIDATES NETD BRIDGE-HELPER CAPABLE-HELPER
 *                        NETWORK OWN-NETWORK OWN-SOCKET FILL...
 *        netd-bench list SOCKET ROUNDS [FURTHER-SOCKET]
 *        netd-bench rate|teardown SOCKET
 *        netd-bench revoke|traffic SOCKET ROUNDS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/maker.h"

#define FILLS_MAX 8

static unsigned int number(const char *text)
{
	uint32_t value = 0;

	if (!number_parse(text, strlen(text), 100000, &value)) {
		fprintf(stderr, "netd-bench: '%s' is no number\n", text);
		exit(EXIT_FAILURE);
	}
	return value;
}

static void make(int argc, char **argv)
{
	const struct setup setup = {.socket = argv[2],
		.netd = argv[5],
		.bridge_helper = argv[6],
		.capable_helper = argv[7],
		.apart = argv[8],
		.own = argv[9],
		.own_socket = argv[10]};
	unsigned int fills[FILLS_MAX] = {0};
	size_t n = 0;

	for (int i = 11; i < argc && n < FILLS_MAX; i++)
		fills[n++] = number(argv[i]);
	bench_making(&setup, number(argv[3]), number(argv[4]), fills, n);
}

static void list(int argc, char **argv)
{
	char *paths[] = {argv[2], argc > 4 ? argv[4] : NULL};

	bench_list(number(argv[3]), paths, argc > 4 ? 2 : 1);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (strcmp(mode, "make") == 0 && argc >= 12)
		make(argc, argv);
	else if (strcmp(mode, "list") == 0 && argc >= 4)
		list(argc, argv);
	else if (strcmp(mode, "rate") == 0 && argc == 3)
		bench_rate(argv[2]);
	else if (strcmp(mode, "teardown") == 0 && argc == 3)
		bench_teardown(argv[2]);
	else if (strcmp(mode, "revoke") == 0 && argc == 4)
		bench_revoke(argv[2], number(argv[3]));
	else if (strcmp(mode, "traffic") == 0 && argc == 4)
		bench_traffic(argv[2], number(argv[3]));
	else
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
