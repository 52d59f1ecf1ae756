/* SPDX-License-Identifier: MIT
 * The ranges of subordinate uids, followed. */
#include "policy/policy-ranges.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "policy/policy-object.h"
#include "policy/policy-text.h"
#include "policy/policy-trust.h"
#include "policy/subid.h"

/* Files that are written within this time may bear the same time: a tick of the kernel, or a whole
 * second where the file system keeps no more. */
#define SETTLE_TIME 2 /* s */

static void free_policy(struct policy **policy)
{
	policy_free(*policy);
}

#define OWNED_POLICY __attribute__((cleanup(free_policy))) struct policy

static bool settled(const struct stat *file)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return file->st_ctim.tv_sec + SETTLE_TIME < now.tv_sec;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* st_ctim tells of owner and mode as well. */
static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

/* Look at the file. Is it as it was, for certain? *ret_same: as far as can be seen. */
static bool look(struct policy_ranges *ranges, bool *ret_same)
{
	struct stat now = {0};

	/* What it is when it cannot be looked at, the attempt to read it says. */
	if (fstatat(ranges->directory, ranges->leaf, &now, AT_SYMLINK_NOFOLLOW) < 0)
		now = (struct stat){0};
	*ret_same = same(&now, &ranges->seen);
	if (*ret_same && ranges->settled)
		return true;
	ranges->seen = now;
	ranges->settled = settled(&now);
	return false;
}

int policy_ranges_open(struct policy_ranges *ret_ranges, const struct policy_paths *paths)
{
	OWNED_POLICY *errors = policy_new(paths->main, paths->subuid);
	const struct policy_trust trust = {
		.policy = errors, .file = errors->subuid, .owner = paths->owner};
	struct policy_ranges ranges = {.owner = paths->owner};
	bool known = false;

	ranges.directory = policy_trust_open_parent(&trust, paths->subuid, &ranges.leaf);
	if (ranges.directory < 0)
		return ranges.directory;
	look(&ranges, &known);
	*ret_ranges = ranges;
	return 0;
}

void policy_ranges_close(struct policy_ranges *ranges)
{
	cleanup_close(&ranges->directory);
}

static bool has_range(const struct policy *policy, const struct subid_range *range)
{
	for (size_t i = 0; i < policy->n_ranges; i++)
		if (policy->ranges[i].first == range->first &&
			policy->ranges[i].last == range->last)
			return true;
	return false;
}

static void add_ranges(struct policy *policy, const struct policy *more)
{
	for (size_t i = 0; i < more->n_ranges; i++)
		if (!has_range(policy, &more->ranges[i]))
			policy_add_range(policy, &more->ranges[i]);
}

static void take_ranges(struct policy *policy, struct policy *fresh)
{
	free(policy->ranges);
	policy->ranges = fresh->ranges;
	policy->n_ranges = fresh->n_ranges;
	fresh->ranges = NULL;
	fresh->n_ranges = 0;
}

static void format_error(const struct policy_error *error, char ret_text[POLICY_RANGES_TEXT_SIZE])
{
	if (error->line == 0)
		policy_text_write(
			ret_text, POLICY_RANGES_TEXT_SIZE, "%s: %s", error->file, error->message);
	else
		policy_text_write(ret_text, POLICY_RANGES_TEXT_SIZE, "%s:%u:%u: %s", error->file,
			error->line, error->column, error->message);
}

int policy_ranges_follow(
	struct policy_ranges *ranges, struct policy *policy, char ret_text[POLICY_RANGES_TEXT_SIZE])
{
	OWNED_POLICY *fresh = NULL;
	OWNED_MEMORY char *text = NULL;
	struct policy_trust trust = {.owner = ranges->owner};
	size_t size = 0;
	bool known = false;

	if (look(ranges, &known))
		return 0;
	fresh = policy_new(policy->main, policy->subuid);
	trust.policy = fresh;
	trust.file = fresh->subuid;
	text = policy_trust_read(&trust, ranges->directory, ranges->leaf, true, &size);
	if (text != NULL)
		subid_parse(fresh, fresh->subuid, text, size);
	if (fresh->n_errors == 0) {
		take_ranges(policy, fresh);
		return known ? 0 : 1;
	}
	/* A range that was not understood would let its uids pass for ordinary users: nothing that
	 * was refused before is permitted by a file with errors. */
	add_ranges(policy, fresh);
	format_error(&fresh->errors[0], ret_text);
	return known ? 0 : -EINVAL;
}
