/* SPDX-License-Identifier: MIT
 * What all programs of this folder need. */
#include "tests/benchmarks/measure.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

int64_t measure_now(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void measure_sleep(int64_t ns)
{
	struct timespec time = {.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

void measure_fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static gid_t owvm(void)
{
	const struct group *group = getgrnam("owvm");

	if (group == NULL)
		measure_fail("group owvm");
	return group->gr_gid;
}

void measure_become(uid_t uid)
{
	gid_t gid = owvm();

	if (setgroups(1, &gid) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		measure_fail("become a user");
}

void measure_act_as(uid_t uid)
{
	gid_t gid = owvm();

	if (uid == 0) {
		if (seteuid(0) < 0 || setegid(0) < 0 || setgroups(0, NULL) < 0)
			measure_fail("become root again");
		return;
	}
	if (setgroups(1, &gid) < 0 || setegid(uid) < 0 || seteuid(uid) < 0)
		measure_fail("act as a user");
}
