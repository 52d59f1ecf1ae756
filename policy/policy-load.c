/* SPDX-License-Identifier: MIT
 * The files of the policy: which they are, and their order.
 *
 * Anything wrong with any of them is an error of the policy, which then permits nothing; an error
 * in one file does not keep the others from being read, so that all errors are reported at once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "policy/policy-names.h"
#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "policy/policy-text.h"
#include "policy/policy-trust.h"
#include "policy/subid.h"

#define SUFFIX ".conf"

/* What takes the bytes of a file. */
typedef void parse_function(struct policy *policy, const char *file, const char *text, size_t size);

static void parse_rules(struct policy *policy, const char *file, const char *text, size_t size)
{
	policy->n_files++;
	policy_parse(policy, file, text, size, &policy_names_nss);
}

static void load_at(const struct policy_trust *trust, int parent, const char *name, bool optional,
	parse_function *parse)
{
	size_t size = 0;
	OWNED_MEMORY char *text = policy_trust_read(trust, parent, name, optional, &size);

	if (text != NULL)
		parse(trust->policy, trust->file, text, size);
}

static void load_file(
	struct policy_trust *trust, const char *path, bool optional, parse_function *parse)
{
	OWNED_FD parent = -1;
	const char *leaf = NULL;

	trust->file = path;
	parent = policy_trust_open_parent(trust, path, &leaf);
	if (parent >= 0)
		load_at(trust, parent, leaf, optional, parse);
}

/* The names of a directory that are files of the policy, in the order in which they are read. */
struct listing {
	char *names[POLICY_FILES_MAX];
	size_t n;
};

static void listing_free(struct listing *listing)
{
	for (size_t i = 0; i < listing->n; i++)
		free(listing->names[i]);
}

/* As the shell's *.conf: hidden files, as editors leave them, are not meant. */
static bool has_suffix(const char *name)
{
	size_t length = strlen(name), suffix = strlen(SUFFIX);

	return name[0] != '.' && length > suffix && strcmp(name + length - suffix, SUFFIX) == 0;
}

/* Clients and terminals will see the name: nothing but plain characters. */
static bool name_valid(const struct policy_trust *trust, const char *name)
{
	for (const char *c = name; *c != '\0'; c++) {
		if (ifname_char_valid(*c))
			continue;
		policy_fail(trust->policy, trust->file, 0, 0,
			"the name of a file consists of letters, digits, '.', '_' and '-': "
			"rename '%.*s...'",
			(int)(c - name), name);
		return false;
	}
	if (strlen(trust->file) + 1 + strlen(name) <= POLICY_PATH_MAX)
		return true;
	policy_fail(trust->policy, trust->file, 0, 0, "the path of '%s' is longer than %d bytes",
		name, POLICY_PATH_MAX);
	return false;
}

static void closedir_owned(DIR **stream)
{
	if (*stream != NULL)
		closedir(*stream);
}

static void list(const struct policy_trust *trust, DIR *stream, struct listing *listing)
{
	const struct dirent *entry = NULL;

	for (errno = 0; (entry = readdir(stream)) != NULL; errno = 0) {
		if (!has_suffix(entry->d_name) || !name_valid(trust, entry->d_name))
			continue;
		if (listing->n == POLICY_FILES_MAX) {
			policy_fail(trust->policy, trust->file, 0, 0, "more than %d files",
				POLICY_FILES_MAX);
			return;
		}
		listing->names[listing->n++] = policy_need(strdup(entry->d_name));
	}
	if (errno != 0)
		policy_fail(trust->policy, trust->file, 0, 0, "cannot read the directory: %s",
			strerror(errno));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_listed(struct policy_trust *trust, int directory, const struct listing *listing)
{
	const char *path = trust->file;

	for (size_t i = 0; i < listing->n; i++) {
		char file[POLICY_PATH_MAX + 1] = "";

		policy_text_write(file, sizeof(file), "%s/%s", path, listing->names[i]);
		trust->file = policy_keep(trust->policy, file);
		load_at(trust, directory, listing->names[i], false, parse_rules);
	}
}

static void load_directory(struct policy_trust *trust, const char *path)
{
	__attribute__((cleanup(listing_free))) struct listing listing = {.n = 0};
	__attribute__((cleanup(closedir_owned))) DIR *stream = NULL;
	OWNED_FD parent = -1, directory = -1, readable = -1;
	const char *leaf = NULL;

	trust->file = path;
	parent = policy_trust_open_parent(trust, path, &leaf);
	if (parent < 0)
		return;
	directory = policy_trust_open_directory(trust, parent, leaf, path, true);
	if (directory < 0)
		return;
	readable = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = readable < 0 ? NULL : fdopendir(readable);
	if (stream == NULL) {
		policy_fail(
			trust->policy, path, 0, 0, "cannot open '%s': %s", path, strerror(errno));
		return;
	}
	cleanup_steal_fd(&readable);
	list(trust, stream, &listing);
	qsort(listing.names, listing.n, sizeof(listing.names[0]), compare);
	load_listed(trust, directory, &listing);
}

/* Absolute, of bounded length, and without parts that could lead elsewhere. */
static bool path_plain(const char *path)
{
	if (path[0] != '/' || strlen(path) > POLICY_PATH_MAX)
		return false;
	for (const char *slash = path; slash != NULL; slash = strchr(slash + 1, '/')) {
		size_t length = strcspn(slash + 1, "/");

		if (length == 0 || (length <= 2 && memcmp(slash + 1, "..", length) == 0))
			return false;
	}
	return true;
}

struct policy *policy_load(const struct policy_paths *paths)
{
	struct policy *policy = policy_new(paths->main, paths->subuid);
	struct policy_trust trust = {.policy = policy, .owner = paths->owner};

	if (!path_plain(paths->main) || !path_plain(paths->directory) ||
		!path_plain(paths->subuid)) {
		policy_fail(policy, "the policy", 0, 0,
			"a path is not absolute, not plain or longer than %d bytes",
			POLICY_PATH_MAX);
		return policy;
	}
	load_file(&trust, policy->main, false, parse_rules);
	load_directory(&trust, policy_keep(policy, paths->directory));
	load_file(&trust, policy->subuid, true, subid_parse);
	return policy;
}
