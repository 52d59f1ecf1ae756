/* SPDX-License-Identifier: MIT
 * Confines itself as a process of netd does, and then makes one system call.
 *
 * usage: netd-probe none|back|front CALL
 * CALL is a name of trials.c. The status is 0 when the call worked, or its errno; SIGSYS is the
 * end that the filter gives. Run as root: what fails then fails for no lack of permission. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netd/front/run.h"
#include "netd/start/arguments.h"
#include "netd/start/confine.h"
#include "netd/start/filter.h"
#include "netd/start/privilege.h"
#include "tests/probe/trials.h"

/* No errno has this number. */
#define STATUS_BROKEN 254
/* The probe cannot show anything of Landlock here. */
#define STATUS_NO_LANDLOCK 253

__attribute__((noreturn)) static void broken(const char *what)
{
	perror(what);
	exit(STATUS_BROKEN);
}

/* Give an fd its number. */
static void place(int fd, int number)
{
	if (fd < 0 || dup2(fd, number) < 0)
		broken("cannot prepare an fd");
	close(fd);
}

static int make_tap(void)
{
	struct ifreq request = {.ifr_name = "probe0", .ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR);

	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		broken("cannot make a tap");
	return fd;
}

static int open_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	if (master < 0 || unlockpt(master) < 0)
		broken("cannot make a terminal");
	return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
}

/* A process that waits, and ends with this one. */
static pid_t start_victim(void)
{
	pid_t victim = fork();

	if (victim < 0)
		broken("fork");
	if (victim == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return victim;
}

static void prepare(const struct trial *trial, pid_t victim)
{
	int ends[2] = {-1, -1};

	/* What the last one left. */
	unlink(PROBE_FILE "2");
	rmdir(PROBE_DIRECTORY "/e");
	mkdir(PROBE_DIRECTORY, 0700);
	mkdir(PROBE_DIRECTORY "/d", 0700);
	place(open(PROBE_ELSEWHERE, O_RDWR | O_CREAT, 0600), FD_FILE);
	place(open(PROBE_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600), FD_FILE);
	if (write(FD_FILE, "content", 7) != 7 || lseek(FD_FILE, 0, SEEK_SET) != 0)
		broken(PROBE_FILE);
	place(socket(AF_INET, SOCK_DGRAM, 0), FD_INET);
	place(open("/dev/net/tun", O_RDWR), FD_TUN);
	/* A tap takes its time to go. */
	if (trial->arguments[0] == FD_TAP)
		place(make_tap(), FD_TAP);
	place(open("/dev", O_PATH), FD_DEV);
	place(open("/etc", O_PATH), FD_ETC);
	place(open_terminal(), FD_TTY);
	place(open("/proc/self/ns/net", O_RDONLY), FD_NETNS);
	place(pidfd_open(victim, 0), FD_VICTIM);
	place(epoll_create1(0), FD_EPOLL);
	/* The end to read from stays open. */
	if (pipe2(ends, 0) < 0)
		broken("pipe2");
	place(ends[1], FD_PIPE);
}

static int confine_back(void)
{
	int error = confine_back_files();

	return error < 0 ? error : confine_calls(&filter_back);
}

static int confine_front(void)
{
	const struct arguments arguments = {
		.mode = ARGUMENTS_PATH, .path = PROBE_DIRECTORY "/sock"};

	return privilege_drop_all() < 0 ? -errno : front_confine(&arguments);
}

/* As main() and the front do it. */
static void confine(const char *side)
{
	bool back = strcmp(side, "back") == 0;
	int error = 0;

	if (strcmp(side, "none") == 0)
		return;
	if (!back && strcmp(side, "front") != 0)
		broken(side);
	if (privilege_keep_net_admin() < 0 || privilege_lock() < 0)
		broken("cannot drop privileges");
	error = back ? confine_back() : confine_front();
	if (error == -EOPNOTSUPP)
		exit(STATUS_NO_LANDLOCK);
	if (error < 0)
		broken("cannot confine");
}

static const struct trial *find(const char *name)
{
	for (const struct trial *trial = trials; trial->name != NULL; trial++)
		if (strcmp(trial->name, name) == 0)
			return trial;
	broken(name);
}

static long call(const struct trial *trial, pid_t victim)
{
	long a[6] = {0}, result = 0;

	for (size_t i = 0; i < 6; i++)
		a[i] = trial->arguments[i] == VICTIM ? victim : trial->arguments[i];
#ifdef __x86_64__
	if (trial->number == CALL_I386) {
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(a[0]) : "memory");
		return result;
	}
#endif
	result = syscall(trial->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	return result < 0 ? -errno : result;
}

/* What the call may have made, which no confined process can make. */
static void clean_up(const char *side)
{
	if (strcmp(side, "none") != 0)
		return;
	ioctl(FD_TAP, TUNSETPERSIST, 0);
	ioctl(FD_INET, SIOCBRDELBR, "probe-br");
}

int main(int argc, char **argv)
{
	const struct trial *trial = NULL;
	pid_t victim = -1;
	long result = 0;

	if (argc != 3)
		broken("usage: netd-probe none|back|front CALL");
	trial = find(argv[2]);
	victim = start_victim();
	prepare(trial, victim);
	confine(argv[1]);
	result = call(trial, victim);
	clean_up(argv[1]);
	_exit(result < 0 ? (int)-result : 0);
}
