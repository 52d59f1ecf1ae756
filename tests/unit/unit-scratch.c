/* SPDX-License-Identifier: MIT
 * A scratch directory that a test works in, files in it, and what a function prints. */
#include "tests/unit/unit-scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define OUTPUT "unit-scratch-output"

int scratch_set_up(void **state)
{
	char path[] = "/tmp/owvm-unit-XXXXXX";

	if (mkdtemp(path) == NULL || chdir(path) < 0)
		return -1;
	*state = getcwd(NULL, 0);
	return *state == NULL ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st;
	(void)type;
	(void)place;
	return remove(path);
}

int scratch_remove(const char *path)
{
	return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int scratch_tear_down(void **state)
{
	int r = chdir("/");

	if (r == 0)
		r = scratch_remove(*state);
	free(*state);
	return r;
}

int scratch_tear_down_empty(void **state)
{
	int r = chdir("/") < 0 ? -1 : rmdir(*state);

	free(*state);
	return r;
}

void scratch_write(const char *path, const char *text)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? NULL : strndup(path, (size_t)(slash - path));
	FILE *stream = NULL;

	if (folder != NULL)
		mkdir(folder, 0700);
	free(folder);
	stream = fopen(path, "we");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

char *scratch_read(const char *path)
{
	FILE *stream = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(stream);
	if (getdelim(&text, &size, '\0', stream) < 0) {
		free(text);
		text = strdup("");
	}
	assert_non_null(text);
	fclose(stream);
	return text;
}

char *scratch_output(int (*function)(void *context), void *context, int *ret_result)
{
	int output = open(OUTPUT, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	char *text = NULL;

	assert_true(output >= 0 && saved >= 0);
	fflush(stdout);
	assert_true(dup2(output, STDOUT_FILENO) >= 0);
	*ret_result = function(context);
	fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(output);
	close(saved);
	text = scratch_read(OUTPUT);
	assert_int_equal(unlink(OUTPUT), 0);
	return text;
}
