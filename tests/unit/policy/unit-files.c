/* SPDX-License-Identifier: MIT
 * A scratch directory with the files of a policy, in a place that policy_load() can trust. */
#include "tests/unit/policy/unit-files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define BASE_MAX 90

static bool trusted(const char *path)
{
	struct stat st = {0};

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 022) == 0 &&
	       (st.st_uid == 0 || st.st_uid == geteuid());
}

/* Is every directory from '/' to path one that the loader trusts? */
static bool trusted_from_root(const char *path)
{
	char part[PATH_MAX] = "";

	for (const char *end = path; end != NULL; end = strchr(end + 1, '/')) {
		memcpy(part, path, (size_t)(end - path) + 1);
		if (!trusted(part))
			return false;
	}
	return trusted(path) && access(path, W_OK) == 0;
}

static bool find_base(char ret_base[BASE_MAX])
{
	const char *const candidates[] = {
		getenv("OWVM_BUILD"), getenv("XDG_RUNTIME_DIR"), getenv("HOME"), "/run"};

	for (size_t i = 0; i < UNIT_COUNT(candidates); i++) {
		char real[PATH_MAX] = "";

		if (candidates[i] == NULL || realpath(candidates[i], real) == NULL)
			continue;
		if (strlen(real) < BASE_MAX && trusted_from_root(real)) {
			memcpy(ret_base, real, strlen(real) + 1);
			return true;
		}
	}
	return false;
}

int unit_files_set_up(void **state)
{
	struct unit_files *files = calloc(1, sizeof(*files));
	char base[BASE_MAX] = "";

	assert_non_null(files);
	umask(022);
	if (!find_base(base)) {
		free(files);
		*state = NULL;
		return 0;
	}
	snprintf(files->directory, sizeof(files->directory), "%s/owvm-unit-XXXXXX", base);
	assert_non_null(mkdtemp(files->directory));
	snprintf(files->main, sizeof(files->main), "%s/policy.conf", files->directory);
	snprintf(files->policy_d, sizeof(files->policy_d), "%s/policy.d", files->directory);
	snprintf(files->subuid, sizeof(files->subuid), "%s/subuid", files->directory);
	files->paths = (struct policy_paths){.main = files->main,
		.directory = files->policy_d,
		.subuid = files->subuid,
		.owner = geteuid()};
	unit_files_write(files, "policy.conf", "permit any bridge main\n");
	assert_int_equal(mkdir(files->policy_d, 0755), 0);
	files->fds = unit_count_fds();
	*state = files;
	return 0;
}

int unit_files_tear_down(void **state)
{
	struct unit_files *files = *state;
	unsigned int fds = 0;
	bool leaked = false;

	if (files == NULL)
		return 0;
	fds = unit_count_fds();
	leaked = fds != files->fds;
	if (leaked)
		print_error("%u fds are open, there were %u\n", fds, files->fds);
	/* A test may have taken permissions away. */
	chmod(files->policy_d, 0755);
	assert_int_equal(scratch_remove(files->directory), 0);
	free(files);
	return leaked ? 1 : 0;
}

struct unit_files *unit_files(void **state)
{
	if (*state == NULL) {
		print_message(
			"skipped: neither the build directory nor XDG_RUNTIME_DIR, HOME or "
			"/run is a place that nobody else can write to\n");
		skip();
	}
	return *state;
}

const char *unit_files_path(const struct unit_files *files, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", files->directory, name);
	return path;
}

void unit_files_write(const struct unit_files *files, const char *name, const char *text)
{
	const char *path = unit_files_path(files, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void unit_files_chmod(const struct unit_files *files, const char *name, mode_t mode)
{
	assert_int_equal(chmod(unit_files_path(files, name), mode), 0);
}

void unit_files_assert(const struct unit_files *files, const char *errors)
{
	struct policy *policy = policy_load(&files->paths);
	char *text = unit_policy_errors(policy), *at = NULL;
	size_t length = strlen(files->directory);

	while ((at = strstr(text, files->directory)) != NULL) {
		*at = '@';
		memmove(at + 1, at + length, strlen(at + length) + 1);
	}
	assert_string_equal(text, errors);
	assert_int_equal(policy_broken_at(policy) == NULL, errors[0] == '\0');
	free(text);
	policy_free(policy);
}
