/* SPDX-License-Identifier: MIT
 * All that descends from a process: ended with it.
 *
 * A namespace of processes would end them surely, but in it no VM of the user's could be told by
 * its pid, and `owrun console` would not work. */
#include "launcher/netns/reap.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/number.h"
#include "launcher/base/process.h"

int reap_adopt(void)
{
	signal(SIGCHLD, SIG_DFL);
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* Whether there was one that could be killed. */
static bool kill_children(void)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry = NULL;
	bool any = false;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		const char *name = entry->d_name;
		uint32_t pid = 0;

		/* Not reaped yet, so the pid is still the child's. */
		if (number_parse(name, strlen(name), INT32_MAX, &pid) &&
			process_parent((pid_t)pid) == getpid() && kill((pid_t)pid, SIGKILL) == 0)
			any = true;
	}
	if (directory != NULL)
		closedir(directory);
	return any;
}

void reap_all(void)
{
	/* Children of those that are reaped are this process's then. */
	while (kill_children())
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			return;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}
