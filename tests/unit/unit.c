/* SPDX-License-Identifier: MIT
 * What all unit tests share. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOURCE_MAX 65536

char *unit_read_source(const char *name)
{
	const char *source = getenv("OWVM_SOURCE");
	char path[4096] = "", *text = calloc(1, SOURCE_MAX);
	FILE *stream = NULL;
	size_t length = 0;

	assert_non_null(text);
	if (source == NULL)
		fail_msg("OWVM_SOURCE is not set: run this by 'meson test'");
	snprintf(path, sizeof(path), "%s/%s", source, name);
	stream = fopen(path, "re");
	assert_non_null(stream);
	length = fread(text, 1, SOURCE_MAX - 1, stream);
	assert_true(length > 0 && feof(stream));
	fclose(stream);
	return text;
}

unsigned int unit_count_fds(void)
{
	DIR *stream = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(stream);
	while (readdir(stream) != NULL)
		n++;
	closedir(stream);
	return n;
}

int unit_pair_set_up(void **state)
{
	struct unit_pair *pair = calloc(1, sizeof(*pair));
	int fds[2] = {-1, -1};

	assert_non_null(pair);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	pair->sender = fds[0];
	pair->receiver = fds[1];
	pair->fds = unit_count_fds();
	*state = pair;
	return 0;
}

int unit_pair_tear_down(void **state)
{
	struct unit_pair *pair = *state;
	unsigned int before = pair->fds, after = unit_count_fds();

	close(pair->sender);
	close(pair->receiver);
	free(pair);
	if (after == before)
		return 0;
	print_error("%u fds are open, there were %u\n", after, before);
	return 1;
}
