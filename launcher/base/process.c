/* SPDX-License-Identifier: MIT
 * Processes: this one's program, and whether another is still the one that was noted. */
#include "launcher/base/process.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define TEXT_SIZE 1024
#define STATE 3 /* fields of /proc/PID/stat */
#define PARENT 4
#define USER_TIME 14
#define SYSTEM_TIME 15
#define START 22
#define RESIDENT 24

char *process_own_program(void)
{
	char path[PATH_MAX] = "";
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	return length <= 0 ? NULL : text_format("%s", path);
}

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

/* The number in that field of what read_stat() gives; 0: there is none. */
static uint64_t number_of(const char *stat, int field)
{
	const char *at = stat;
	size_t length = find_field(&at, field);
	uint64_t number = 0;

	for (size_t i = 0; i < length; i++)
		number = number * 10 + (uint64_t)(at[i] - '0');
	return number;
}

bool process_usage(pid_t pid, const char *start, struct process_usage *ret_usage)
{
	char text[TEXT_SIZE] = {0}, now[PROCESS_START_SIZE] = "";
	const char *stat = read_stat(pid, text), *at = stat;
	struct timespec booted = {0};
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	size_t length = stat == NULL ? 0 : find_field(&at, START);

	if (length == 0 || length >= sizeof(now) || *stat == 'Z' || *stat == 'X')
		return false;
	memcpy(now, at, length);
	if (strcmp(now, start) != 0 || clock_gettime(CLOCK_BOOTTIME, &booted) < 0)
		return false;
	ret_usage->age = (uint64_t)booted.tv_sec - number_of(stat, START) / ticks;
	ret_usage->cpu = (number_of(stat, USER_TIME) + number_of(stat, SYSTEM_TIME)) / ticks;
	ret_usage->memory = number_of(stat, RESIDENT) * (uint64_t)sysconf(_SC_PAGESIZE);
	return true;
}

bool process_is_there(pid_t pid, const char *start)
{
	char now[PROCESS_START_SIZE] = "";

	return pid > 0 && process_start(pid, now) && strcmp(now, start) == 0;
}
