/* SPDX-License-Identifier: MIT
 * The end of a QEMU: seen, noted, its logs kept. */
#include "launcher/qemu/keeper-end.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/home/ended.h"

static int await_end(pid_t pid)
{
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
		;
	return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

static bool is_dropped(void)
{
	char byte = 0;

	return recv(KEEPER_CHANNEL, &byte, 1, MSG_DONTWAIT) == 1;
}

__attribute__((noreturn)) void keeper_see_end(char *directory, pid_t pid)
{
	struct runtime runtime = {
		.directory = directory, .directory_fd = KEEPER_DIRECTORY, .lock = -1};
	struct ended ended = {.status = await_end(pid), .time = time(NULL)};
	struct keeper_word word = {.pid = pid, .status = ended.status};
	OWNED_MEMORY char *ignored = NULL;

	(void)!ended_note(&runtime, &ended);
	if (!is_dropped())
		(void)!ended_keep(&runtime, &ended, &ignored);
	(void)!fdpass_send(KEEPER_CHANNEL, &word, sizeof(word), NULL, 0);
	_exit(EXIT_SUCCESS);
}
