/* SPDX-License-Identifier: MIT
 * The policy that the tool asks: the installed one, read as netd reads it, or files to be tried. */
#include "policy/tool-load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/utf8.h"
#include "policy/policy-names.h"
#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "policy/subid.h"

#define SUBUID "/etc/subuid"

/* The same that netd has in netd/front/run.c. */
static const struct policy_paths installed = {
	.main = OWVM_POLICY_DIR "/policy.conf",
	.directory = OWVM_POLICY_DIR "/policy.d",
	.subuid = SUBUID,
	.owner = 0,
};

struct policy *tool_load_installed(void)
{
	return policy_load(&installed);
}

static void close_stream(FILE **stream)
{
	if (*stream != NULL)
		fclose(*stream);
}

/* Returns the bytes of a file, to be freed, or NULL after noting an error of the policy. */
static char *read_file(struct policy *policy, const char *path, bool optional, size_t *ret_size)
{
	__attribute__((cleanup(close_stream))) FILE *stream = fopen(path, "re");
	OWNED_MEMORY char *text = policy_need(malloc(POLICY_FILE_MAX + 1));
	char *read = NULL;
	size_t size = 0;

	if (stream == NULL) {
		if (!optional || errno != ENOENT)
			policy_fail(
				policy, path, 0, 0, "cannot open '%s': %s", path, strerror(errno));
		return NULL;
	}
	size = fread(text, 1, POLICY_FILE_MAX + 1, stream);
	if (ferror(stream)) {
		policy_fail(policy, path, 0, 0, "cannot read '%s': %s", path, strerror(errno));
		return NULL;
	}
	if (size > POLICY_FILE_MAX) {
		policy_fail(policy, path, 0, 0, "'%s' is larger than one MiB", path);
		return NULL;
	}
	*ret_size = size;
	read = text;
	text = NULL;
	return read;
}

static void load_rules(struct policy *policy, const char *path)
{
	size_t size = 0;
	const char *file = policy_keep(policy, path);
	OWNED_MEMORY char *text = read_file(policy, file, false, &size);

	if (text == NULL)
		return;
	policy->n_files++;
	policy_parse(policy, file, text, size, &policy_names_nss);
}

static void load_subuid(struct policy *policy)
{
	size_t size = 0;
	OWNED_MEMORY char *text = read_file(policy, policy->subuid, true, &size);

	if (text != NULL)
		subid_parse(policy, policy->subuid, text, size);
}

static bool path_valid(const char *path)
{
	if (path[0] == '\0' || strlen(path) > POLICY_PATH_MAX) {
		fprintf(stderr, "owvm-policy: the path of a file has 1 to %d bytes\n",
			POLICY_PATH_MAX);
		return false;
	}
	for (size_t at = 0, length = 0; path[at] != '\0'; at += length > 0 ? length : 1) {
		length = utf8_length(path + at, strlen(path + at));
		if (length > 0 && utf8_is_control(path + at, length)) {
			fprintf(stderr, "owvm-policy: a control character in the path of a file\n");
			return false;
		}
	}
	return true;
}

struct policy *tool_load_files(const char *const *paths, size_t n, bool subuid)
{
	struct policy *policy = NULL;

	for (size_t i = 0; i < n; i++)
		if (!path_valid(paths[i]))
			return NULL;
	policy = policy_new(paths[0], SUBUID);
	for (size_t i = 0; i < n; i++)
		load_rules(policy, paths[i]);
	if (subuid)
		load_subuid(policy);
	return policy;
}
