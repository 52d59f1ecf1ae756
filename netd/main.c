/* SPDX-License-Identifier: MIT
 * owvm-netd: makes taps and bridges for users, as the policy permits.
 *
 * The order of main() is the security of the process. What the caller chose and capabilities but
 * one go first. Then the process splits: the front keeps none and does all that has to do with
 * clients and with the policy; the back keeps CAP_NET_ADMIN and does nothing but carry out the
 * front's orders. Each is confined to what it still needs before it sees a client or an order. */
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netd/back/back.h"
#include "netd/back/reaper.h"
#include "netd/front/run.h"
#include "netd/kernel/netlink.h"
#include "netd/message/log.h"
#include "netd/port/netd.h"
#include "netd/start/arguments.h"
#include "netd/start/confine.h"
#include "netd/start/filter.h"
#include "netd/start/privilege.h"

#define FRONT_END_TIME 1000 /* ms */

/* End here unless `result` is a success. */
static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	log_line(LOG_ERROR, "owvm-netd: %s: %s", what, strerror(-result));
	exit(EXIT_FAILURE);
}

/* Whoever starts the helper may have closed these; then a netlink socket would become "stderr". */
static void open_standard_fds(void)
{
	int fd = 0;

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
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
	must(arguments->mode == ARGUMENTS_FD || getauxval(AT_SECURE) == 0 ? 0 : -EPERM,
		"started with privileges that its caller does not have: only --fd is served so");
}

static void drop_privileges(void)
{
	must(geteuid() == 0 ? -EPERM : 0,
		"does not run as root: start it as owvm-netd.service does");
	must(privilege_keep_net_admin(),
		"no capability CAP_NET_ADMIN: start it as owvm-netd.service does");
}

/* Only the three standard fds and `keep` stay open. */
static void close_others(int keep)
{
	if (keep > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned int)keep - 1, 0);
	close_range((unsigned int)(keep > STDERR_FILENO ? keep : STDERR_FILENO) + 1, ~0U, 0);
}

/* The helper's caller chose these. Ignored signals matter most: with SIGCHLD ignored nobody could
 * wait for the front; SIGSYS is the last of those that mean anything here. The environment goes
 * once LISTEN_FDS was read. */
static void reset_inherited(const struct arguments *arguments)
{
	sigset_t none;

	for (int number = 1; number <= SIGSYS; number++)
		signal(number, number == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(S_IRWXG | S_IRWXO);
	close_others(arguments->mode == ARGUMENTS_ACTIVATED ? STDERR_FILENO + 1 : arguments->fd);
}

/* Start the front, which *ret_front is a pidfd of. Returns the back's end of the orders. */
static int start_front(const struct arguments *arguments, int *ret_front)
{
	int orders[2] = {-1, -1};
	pid_t parent = getpid(), front = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0 ||
		(front = fork()) < 0)
		must(-errno, "cannot start the front");
	if (front > 0) {
		/* Neither a listener nor a client is the back's affair. */
		close_others(orders[0]);
		*ret_front = pidfd_open(front, 0);
		must(*ret_front < 0 ? -errno : 0, "pidfd_open");
		return orders[0];
	}
	close(orders[0]);
	/* What ends the back ends the front: the end of the orders, and this where it is killed. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	exit(front_run(arguments, orders[1]));
}

/* Wait for the front, which sees the end of the orders and removes its socket, so that the next
 * start does not trip over it; where it hangs, end it. Did it end well? */
static bool end_front(int front)
{
	struct pollfd ended = {.fd = front, .events = POLLIN};
	siginfo_t how = {0};

	if (poll(&ended, 1, FRONT_END_TIME) != 1)
		pidfd_send_signal(front, SIGKILL, NULL, 0);
	if (waitid(P_PIDFD, (id_t)front, &how, WEXITED) < 0)
		return false;
	if (how.si_code != CLD_EXITED)
		log_line(LOG_ERROR, "owvm-netd: the front was ended by signal %d", how.si_status);
	return how.si_code == CLD_EXITED && how.si_status == EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct netd netd = {.reaper = -1};
	int error = 0, orders = -1, front = -1;
	bool front_well = false;

	open_standard_fds();
	arguments = arguments_parse(argc, argv);
	check_caller(&arguments);
	/* The helper writes to its user's terminal, and the reply says what concerns the user. */
	log_set_up(arguments.mode == ARGUMENTS_ACTIVATED,
		arguments.mode == ARGUMENTS_FD ? LOG_ERROR : LOG_INFO);
	if (arguments.mode == ARGUMENTS_FD && fcntl(arguments.fd, F_GETFD) < 0)
		must(-errno, "--fd");
	reset_inherited(&arguments);
	if (arguments.mode != ARGUMENTS_FD) {
		raise_limit();
		back_hold_signals();
	}

	/* 1. Everything but CAP_NET_ADMIN goes. */
	drop_privileges();
	/* 2. No tracing, no way to more. */
	must(privilege_lock(), "prctl");
	/* 3. The front: it opens its sockets and drops the last capability before it meets policy
	 *    files, NSS and clients; it confines itself before it meets clients. */
	orders = start_front(&arguments, &front);
	/* 4. Nothing is read from the environment any more. */
	clearenv();
	/* 5. Netlink; then no file but the two devices. */
	must(netlink_open(NETLINK_ROUTE, &netd.route), "netlink");
	if ((error = confine_back_files()) == -EOPNOTSUPP)
		log_line(LOG_WARNING,
			"this kernel has no Landlock: only permissions and seccomp "
			"keep owvm-netd from files");
	else
		must(error, "Landlock");
	/* 6. The reaper inherits that; it and the back take the same filter of system calls. */
	if (arguments.mode != ARGUMENTS_FD) {
		netd.reaper = reaper_start(orders);
		must(netd.reaper, "cannot start the reaper");
	}
	/* Not inherited: the table of guards belongs to it, and must be free when this process
	 * ends. */
	must(netlink_open(NETLINK_NETFILTER, &netd.nft), "netlink");
	must(confine_calls(&filter_back), "seccomp");
	/* 7. Carry out orders. A front that ends well has served the helper's one request, or there
	 *    is nothing to do (--idle-exit). */
	error = back_run(&netd, orders);
	close(orders);
	front_well = end_front(front);
	if (error != -EPIPE)
		must(error, "stopped");
	/* Whoever ended has said why. */
	return error == 0 && front_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
