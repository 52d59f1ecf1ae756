/* SPDX-License-Identifier: MIT
 * Who asks, by the user database: what the kernel would tell netd of a fresh login. */
#ifndef OWVM_POLICY_TOOL_SUBJECT_H
#define OWVM_POLICY_TOOL_SUBJECT_H

#include <stddef.h>
#include <stdint.h>

struct tool_subject {
	char *name; /* NULL: a uid without one */
	uint32_t uid;
	uint32_t *gids;
	size_t n_gids;
};

/* Find a user, a name or all digits, and his groups: those of the user database where `groups` is
 * NULL, else these alone, separated by commas. Returns 0, or -errno after a sentence on stderr.
 * Free with tool_subject_free(), whatever is returned. */
int tool_subject_find(const char *user, const char *groups, struct tool_subject *ret_subject);
void tool_subject_free(struct tool_subject *subject);

#endif
