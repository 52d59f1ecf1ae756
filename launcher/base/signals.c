/* SPDX-License-Identifier: MIT
 * The signals that end owrun, as something to poll for. */
#include "launcher/base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD};
#define N_ENDING 4 /* the first of them */

/* Who starts owrun may want it to live on, as nohup(1) does. A blocked signal would come all the
 * same. */
static bool is_ignored(int number)
{
	struct sigaction now = {0};

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static int open_first(size_t n, int flags)
{
	sigset_t set;
	int fd = -1;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		if (!is_ignored(all[i]))
			sigaddset(&set, all[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

int signals_open(void)
{
	return open_first(N_ENDING, SFD_NONBLOCK);
}

int signals_open_all(void)
{
	return open_first(sizeof(all) / sizeof(all[0]), 0);
}

void signals_begin(void)
{
	signal(SIGCHLD, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
}

bool signals_is_key(const struct signalfd_siginfo *info)
{
	return info->ssi_code == SI_KERNEL;
}

void signals_reset(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

void signals_reset_all(void)
{
	signals_reset();
	signal(SIGXFSZ, SIG_DFL);
}
