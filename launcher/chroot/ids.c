/* SPDX-License-Identifier: MIT
 * The ids of a user namespace: a range of the user's subordinate ones, subuid(5). */
#include "launcher/chroot/ids.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/base/user-namespace.h"

#define MAP_TIMEOUT 10000 /* ms */

static bool is_user(const char *word, const char *name, uid_t uid)
{
	uint32_t number = 0;

	return (name != NULL && strcmp(word, name) == 0) ||
	       (number_parse(word, strlen(word), UINT32_MAX, &number) && number == uid);
}

static bool parse_range(char *line, const char *name, uid_t uid, struct id_range *ret_range)
{
	char *rest = line;
	const char *who = strsep(&rest, ":"), *first = strsep(&rest, ":"), *n = rest;

	return n != NULL && is_user(who, name, uid) &&
	       number_parse(first, strlen(first), UINT32_MAX, &ret_range->first) &&
	       number_parse(n, strlen(n), UINT32_MAX, &ret_range->n);
}

int id_range_find(FILE *lines, const char *name, uid_t uid, struct id_range *ret_range)
{
	OWNED_MEMORY char *line = NULL;
	struct id_range found = {0};
	size_t size = 0;

	while (getline(&line, &size, lines) >= 0) {
		struct id_range range = {0};

		line[strcspn(line, "\n")] = '\0';
		if (parse_range(line, name, uid, &range) && range.n > found.n)
			found = range;
	}
	if (found.n == 0)
		return -ENOENT;
	*ret_range = found;
	return 0;
}

static int find_in(
	const char *path, const struct passwd *user, struct id_range *ret_range, char **reterr_text)
{
	FILE *lines = fopen(path, "re");
	const char *name = user == NULL ? "YOU" : user->pw_name;
	int r = lines == NULL ? -errno : 0;

	if (r == 0) {
		r = id_range_find(lines, user == NULL ? NULL : name, getuid(), ret_range);
		fclose(lines);
	}
	if (r == -ENOENT)
		return text_fail(reterr_text, r,
			"'%s' gives you no ids for an image's users; 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %s' does, if nobody else has those",
			path, name);
	return r < 0 ? text_fail(reterr_text, r, "cannot read '%s': %s", path, strerror(-r)) : 0;
}

int ids_find(struct ids *ret_ids, char **reterr_text)
{
	const struct passwd *user = getpwuid(getuid());
	struct ids ids = {0};
	int r = find_in("/etc/subuid", user, &ids.uids, reterr_text);

	if (r == 0)
		r = find_in("/etc/subgid", user, &ids.gids, reterr_text);
	if (r < 0)
		return r;
	*ret_ids = ids;
	return 0;
}

static int map(const char *program, const struct id_range *range, pid_t pid, char **reterr_text)
{
	OWNED_MEMORY char *process = text_format("%d", (int)pid);
	OWNED_MEMORY char *first = text_format("%u", range->first);
	OWNED_MEMORY char *n = text_format("%u", range->n);
	char *const argv[] = {(char *)(uintptr_t)program, process, "0", first, n, NULL};
	int r = tool_run(argv, -1, MAP_TIMEOUT, NULL, reterr_text);

	return r == -ENOENT ? text_fail(reterr_text, r, "%s (package uidmap has it)", *reterr_text)
			    : r;
}

int ids_map(const struct ids *ids, pid_t pid, char **reterr_text)
{
	int r = map("newuidmap", &ids->uids, pid, reterr_text);

	return r < 0 ? r : map("newgidmap", &ids->gids, pid, reterr_text);
}

int ids_say_namespace(int error, char **reterr_text)
{
	int r = user_namespace_fail(error, reterr_text);

	return text_fail(reterr_text, r, "%s; '--boot' runs the command in a VM", *reterr_text);
}
