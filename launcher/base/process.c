/* SPDX-License-Identifier: MIT
 * Is a process still the one that was noted? */
#include "launcher/base/process.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define TEXT_SIZE 1024
#define STATE 3 /* fields of /proc/PID/stat */
#define PARENT 4
#define START 22

/* Read it; the third field, the state, and what follows. Points into the text; NULL: there is no
 * such process. */
static const char *read_stat(pid_t pid, char text[TEXT_SIZE])
{
	OWNED_MEMORY char *path = text_format("/proc/%d/stat", (int)pid);
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, TEXT_SIZE - 1);
	const char *at = NULL;

	if (length <= 0)
		return NULL;
	text[length] = '\0';
	/* The second field is the program's name, which may hold anything. */
	at = strrchr(text, ')');
	return at == NULL || at[1] != ' ' ? NULL : at + 2;
}

/* The number in a field behind that, and how long it is; 0: there is none. */
static size_t find_field(const char **at, int field)
{
	for (int i = STATE; i < field && *at != NULL; i++) {
		*at = strchr(*at, ' ');
		*at = *at == NULL ? NULL : *at + 1;
	}
	return *at == NULL ? 0 : strspn(*at, "0123456789");
}

bool process_start(pid_t pid, char ret_start[PROCESS_START_SIZE])
{
	char text[TEXT_SIZE] = {0};
	const char *at = read_stat(pid, text);
	size_t length = 0;

	ret_start[0] = '\0';
	if (at == NULL || *at == 'Z' || *at == 'X')
		return false;
	length = find_field(&at, START);
	if (length == 0 || length >= PROCESS_START_SIZE)
		return false;
	memcpy(ret_start, at, length);
	ret_start[length] = '\0';
	return true;
}

pid_t process_parent(pid_t pid)
{
	char text[TEXT_SIZE] = {0};
	const char *at = read_stat(pid, text);
	size_t length = at == NULL ? 0 : find_field(&at, PARENT);
	uint32_t parent = 0;

	return length > 0 && number_parse(at, length, INT32_MAX, &parent) ? (pid_t)parent : 0;
}

bool process_is_there(pid_t pid, const char *start)
{
	char now[PROCESS_START_SIZE] = "";

	return pid > 0 && process_start(pid, now) && strcmp(now, start) == 0;
}
