/* SPDX-License-Identifier: MIT
 * Is a process still the one that was noted? */
#include "launcher/base/process.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define FIELDS_BETWEEN 19 /* from the state, field 3, to the start, field 22 */

bool process_start(pid_t pid, char ret_start[PROCESS_START_SIZE])
{
	OWNED_MEMORY char *path = text_format("/proc/%d/stat", (int)pid);
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[1024] = {0};
	const char *at = NULL;
	size_t length = 0;

	ret_start[0] = '\0';
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	/* The second field is the program's name, which may hold anything. */
	at = strrchr(text, ')');
	if (at == NULL || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
		return false;
	at += 2;
	for (int i = 0; i < FIELDS_BETWEEN && at != NULL; i++) {
		at = strchr(at, ' ');
		at = at == NULL ? NULL : at + 1;
	}
	length = at == NULL ? 0 : strspn(at, "0123456789");
	if (length == 0 || length >= PROCESS_START_SIZE)
		return false;
	memcpy(ret_start, at, length);
	ret_start[length] = '\0';
	return true;
}

bool process_is_there(pid_t pid, const char *start)
{
	char now[PROCESS_START_SIZE] = "";

	return pid > 0 && process_start(pid, now) && strcmp(now, start) == 0;
}
