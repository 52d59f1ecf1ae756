/* SPDX-License-Identifier: MIT
 * The ranges of subordinate uids, followed: useradd(8) adds one while the policy is in use, and
 * without it that user would be 65,536 users. */
#ifndef OWVM_POLICY_POLICY_RANGES_H
#define OWVM_POLICY_POLICY_RANGES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct policy;
struct policy_paths;

#define POLICY_RANGES_TEXT_SIZE 1024

/* The file as it was seen last. Start with policy_ranges_open(). */
struct policy_ranges {
	uint32_t owner;
	int directory; /* O_PATH: the file itself is replaced by others of its name */
	const char *leaf;
	struct stat seen; /* {0}: there was none */
	bool settled;	  /* what is written now gives it another time */
};

/* Get ready before policy_load(), so that no change is missed. The paths must live as long.
 * Returns 0, then free with policy_ranges_close(); or -errno, and policy_load() says why. */
int policy_ranges_open(struct policy_ranges *ret_ranges, const struct policy_paths *paths);
void policy_ranges_close(struct policy_ranges *ranges);

/* Read the ranges anew where the file is not as it was; needs no path but the open directory.
 * Returns 0: it is as it was; 1: its ranges are the policy's from now on; -EINVAL: something is
 * wrong with it, as ret_text says, and what it still tells only adds to the policy's ranges. The
 * same file gives a result other than 0 once. */
int policy_ranges_follow(struct policy_ranges *ranges, struct policy *policy,
	char ret_text[POLICY_RANGES_TEXT_SIZE]);

#endif
