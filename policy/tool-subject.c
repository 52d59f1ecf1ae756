/* SPDX-License-Identifier: MIT
 * Who asks, by the user database: what the kernel would tell netd of a fresh login. */
#include "policy/tool-subject.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "policy/policy-names.h"
#include "policy/policy-object.h"

/* A word as an id, or a name that find() knows. `kind` is what messages call it. */
static int find_id(
	const char *kind, const char *word, int (*find)(const char *, uint32_t *), uint32_t *ret_id)
{
	int error = 0;

	if (policy_names_is_id(word)) {
		if (number_parse(word, strlen(word), UINT32_MAX, ret_id))
			return 0;
		fprintf(stderr, "owvm-policy: '%s' is no id: 0-%u, without leading zeros\n", word,
			UINT32_MAX);
		return -ERANGE;
	}
	error = find(word, ret_id);
	if (error == -ENOENT)
		fprintf(stderr, "owvm-policy: there is no %s '%s'\n", kind, word);
	else if (error < 0)
		fprintf(stderr, "owvm-policy: cannot look up the %s '%s': %s\n", kind, word,
			strerror(-error));
	return error;
}

static int list_groups(const char *words, struct tool_subject *subject)
{
	OWNED_MEMORY char *copy = policy_need(strdup(words));
	char *rest = copy, *word = NULL;

	/* One more than commas, but malloc(0) may be NULL. */
	subject->gids = policy_need(calloc(strlen(words) + 1, sizeof(*subject->gids)));
	if (words[0] == '\0')
		return 0;
	while ((word = strsep(&rest, ",")) != NULL) {
		int error = find_id("group", word, policy_names_nss.find_group,
			&subject->gids[subject->n_gids]);

		if (error < 0)
			return error;
		subject->n_gids++;
	}
	return 0;
}

/* The groups that a login gets. */
static int database_groups(const struct passwd *entry, struct tool_subject *subject)
{
	int n = 64, room = n;

	for (;;) {
		subject->gids = policy_need(
			reallocarray(subject->gids, (size_t)room, sizeof(*subject->gids)));
		n = room;
		if (getgrouplist(entry->pw_name, entry->pw_gid, subject->gids, &n) >= 0)
			break;
		room = n > room ? n : 2 * room;
	}
	subject->n_gids = (size_t)n;
	return 0;
}

int tool_subject_find(const char *user, const char *groups, struct tool_subject *ret_subject)
{
	const struct passwd *entry = NULL;
	int error = 0;

	*ret_subject = (struct tool_subject){0};
	error = find_id("user", user, policy_names_nss.find_user, &ret_subject->uid);
	if (error < 0)
		return error;
	entry = getpwuid(ret_subject->uid);
	if (!policy_names_is_id(user))
		/* Several names may have one uid, and other groups each. */
		entry = getpwnam(user);
	if (entry != NULL)
		ret_subject->name = policy_need(strdup(entry->pw_name));
	if (groups != NULL)
		return list_groups(groups, ret_subject);
	if (entry != NULL)
		return database_groups(entry, ret_subject);
	fprintf(stderr,
		"owvm-policy: there is no user with uid %u: say with '--groups' which groups "
		"he is in, '' for none\n",
		ret_subject->uid);
	return -ENOENT;
}

void tool_subject_free(struct tool_subject *subject)
{
	free(subject->name);
	free(subject->gids);
}
