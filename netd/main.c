/* SPDX-License-Identifier: MIT
 * owvm-netd: makes taps and bridges for users, as the policy permits.
 *
 * The order of main() is the security of the process. Capabilities but one go first. Then the
 * process splits: the front keeps none and does all that has to do with clients and with the
 * policy; the back keeps CAP_NET_ADMIN and does nothing but carry out the front's orders. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "netd/arguments.h"
#include "netd/back.h"
#include "netd/front/front.h"
#include "netd/log.h"
#include "netd/netd.h"
#include "netd/netlink.h"
#include "netd/privilege.h"
#include "netd/reaper.h"

#define FRONT_END_TIME 1000 /* ms */

__attribute__((noreturn)) static void fail(const char *what, int error)
{
	log_line(LOG_ERROR, "owvm-netd: %s: %s", what, strerror(-error));
	exit(EXIT_FAILURE);
}

/* Whoever starts the helper may have closed these; then a netlink socket would become "stderr". */
static void open_standard_fds(void)
{
	int fd = -1;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		_exit(EXIT_FAILURE);
	close(fd);
}

/* fds in flight to clients count for the uid: the more, the harder is it to use them up. */
static void raise_limit(void)
{
	struct rlimit limit = {0};

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* With a file capability anybody who may execute the file is its caller: he gets one request
 * served, and no service of his own (getauxval(3): AT_SECURE is not set by an ambient capability).
 * */
static void check_caller(const struct arguments *arguments)
{
	if (arguments->mode == ARGUMENTS_FD || getauxval(AT_SECURE) == 0)
		return;
	log_line(LOG_ERROR,
		"owvm-netd: started with privileges that its caller does not have: only "
		"--fd is served so");
	exit(EXIT_FAILURE);
}

static void drop_privileges(void)
{
	int error = 0;

	if (geteuid() == 0) {
		log_line(LOG_ERROR,
			"owvm-netd: does not run as root: give a user of its own CAP_NET_ADMIN, as "
			"owvm-netd.service does");
		exit(EXIT_FAILURE);
	}
	error = privilege_keep_net_admin();
	if (error < 0)
		fail("no capability CAP_NET_ADMIN: start it as owvm-netd.service does", error);
}

/* Only the three standard fds and `keep` stay open. */
static void close_others(int keep)
{
	if (keep > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned int)keep - 1, 0);
	close_range((unsigned int)keep + 1, ~0U, 0);
}

/* Start the front. Returns the back's end of the orders. */
static int start_front(const struct arguments *arguments, pid_t *ret_front)
{
	int orders[2] = {-1, -1};
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0)
		fail("cannot start the front", -errno);
	*ret_front = fork();
	if (*ret_front < 0)
		fail("cannot start the front", -errno);
	if (*ret_front > 0) {
		/* Neither a listener nor a client is the back's affair. */
		close_others(orders[0]);
		return orders[0];
	}
	close(orders[0]);
	/* What ends the back ends the front: the end of the orders, and this where it is killed. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	exit(front_run(arguments, orders[1]));
}

/* Wait for the front, which sees the end of the orders and removes its socket, so that the next
 * start does not trip over it; where it hangs, in a name service say, end it. Did it end well? */
static bool end_front(pid_t front)
{
	OWNED_FD pidfd = pidfd_open(front, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	int status = 0;

	if (pidfd < 0 || poll(&ended, 1, FRONT_END_TIME) != 1)
		kill(front, SIGKILL);
	if (waitpid(front, &status, 0) != front)
		return false;
	if (WIFSIGNALED(status))
		log_line(
			LOG_ERROR, "owvm-netd: the front was ended by signal %d", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

static int serve(struct netd *netd, const struct arguments *arguments, int orders)
{
	int error = 0;

	if (arguments->mode != ARGUMENTS_FD)
		error = reaper_start(&netd->reaper, orders);
	if (error == 0)
		error = back_run(netd, orders);
	/* For the helper, the front's end is the end of its one request. */
	return arguments->mode == ARGUMENTS_FD && error == -EPIPE ? 0 : error;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct netd netd = {0};
	pid_t front = -1;
	int error = 0, orders = -1;
	bool front_well = false;

	open_standard_fds();
	signal(SIGPIPE, SIG_IGN);
	arguments = arguments_parse(argc, argv);
	check_caller(&arguments);
	/* The helper writes to its user's terminal, and the reply says what concerns the user. */
	log_set_up(arguments.mode == ARGUMENTS_ACTIVATED,
		arguments.mode == ARGUMENTS_FD ? LOG_ERROR : LOG_INFO);

	if (arguments.mode != ARGUMENTS_FD) {
		raise_limit();
		back_hold_signals();
	} else if (fcntl(arguments.fd, F_GETFD) < 0) {
		fail("--fd", -errno);
	}

	/* 1. Everything but CAP_NET_ADMIN goes. */
	drop_privileges();
	/* 2. No tracing, no way to more. */
	if ((error = privilege_lock()) < 0)
		fail("prctl", error);
	/* 3. The front: it opens its sockets and drops the last capability before it meets policy
	 *    files, NSS and clients. */
	orders = start_front(&arguments, &front);
	/* 4. Nothing is read from the environment any more. */
	clearenv();
	/* 5. Netlink. Landlock and the seccomp filter get their place right behind it. */
	if ((error = netlink_open(NETLINK_ROUTE, &netd.route)) < 0 ||
		(error = netlink_open(NETLINK_NETFILTER, &netd.nft)) < 0)
		fail("netlink", error);
	/* 6. Carry out orders. */
	error = serve(&netd, &arguments, orders);
	close(orders);
	front_well = end_front(front);
	if (error < 0 && error != -EPIPE)
		fail("stopped", error);
	netlink_close(netd.nft);
	netlink_close(netd.route);
	/* Whoever ended has said why. */
	return error == 0 && front_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
