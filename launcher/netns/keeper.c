/* SPDX-License-Identifier: MIT
 * A command on a bridge: the process that keeps its namespace. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/netns/dhcp.h"
#include "launcher/netns/lease.h"
#include "launcher/netns/link.h"
#include "launcher/netns/private.h"
#include "launcher/netns/reap.h"
#include "launcher/netns/resolver.h"

#define NAME "lan-keeper"

struct keeper {
	const struct session *session;
	int parent;  /* pidfd */
	int signals; /* signalfd */
	bool joined; /* the port is there */
	struct dhcp dhcp;
	int dhcp_ended;	    /* exit status of it, when its pid is 0 */
	int resolver;	    /* fd of resolv.conf; -1: it is as it was */
	struct lease lease; /* what counts now */
	pid_t command;	    /* 0: none yet, or no longer */
	int ended;	    /* exit status of what is over; -1: nothing is */
};

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void reap(struct keeper *keeper)
{
	int status = 0;
	pid_t pid = 0;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == keeper->command) {
			keeper->command = 0;
			keeper->ended = exit_status(status);
		}
		if (pid == keeper->dhcp.pid) {
			keeper->dhcp.pid = 0;
			keeper->dhcp_ended = exit_status(status);
		}
	}
}

/* What came is for the command; before it there is one, that is the end. */
static void take_signal(struct keeper *keeper)
{
	struct signalfd_siginfo info = {0};

	if (read(keeper->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		reap(keeper);
	else if (keeper->command == 0)
		keeper->ended = 128 + (int)info.ssi_signo;
	else if (!signals_is_key(&info))
		kill(keeper->command, (int)info.ssi_signo);
}

/* Let what the lease says count in the namespace. */
static int apply(struct keeper *keeper, const struct lease *lease, char **reterr_text)
{
	const char *interface = keeper->session->netns.interface;
	int r = 0;

	if (memcmp(&lease->address, &keeper->lease.address, sizeof(lease->address)) != 0)
		r = link_set_address(
			interface, &keeper->lease.address, &lease->address, reterr_text);
	/* A route goes with the address, so that it is set each time. */
	if (r == 0 && lease->gateway != 0)
		r = link_set_gateway(interface, lease->gateway, reterr_text);
	if (r == 0 && keeper->resolver >= 0)
		(void)!resolver_write(keeper->resolver, lease);
	keeper->lease = *lease;
	return r;
}

static int take_lease(struct keeper *keeper, char **reterr_text)
{
	char message[LEASE_MESSAGE_MAX + 1] = "";
	ssize_t length = recv(keeper->dhcp.told, message, LEASE_MESSAGE_MAX, MSG_DONTWAIT);
	struct lease lease = {0};
	int r = 0;

	if (length == 0)
		cleanup_close(&keeper->dhcp.told);
	if (length <= 0 || !lease_parse(message, &lease))
		return 0;
	r = apply(keeper, &lease, reterr_text);
	/* A router that lies, or a link that the user took away, ends no command that runs. */
	if (r < 0 && keeper->command > 0) {
		text_say("%s", *reterr_text);
		return 0;
	}
	return r;
}

/* Wait for what comes next, at most so long (-1: for ever). Returns 0, also when time is up; -ESRCH
 * when nobody is left who waits for the command; -errno with a sentence. */
static int step(struct keeper *keeper, int timeout_ms, char **reterr_text)
{
	struct pollfd waits[] = {
		{.fd = keeper->parent, .events = POLLIN},
		{.fd = keeper->signals, .events = POLLIN},
		{.fd = keeper->dhcp.told, .events = POLLIN},
	};

	if (poll(waits, sizeof(waits) / sizeof(waits[0]), timeout_ms) < 0)
		return errno == EINTR ? 0 : -errno;
	if (waits[0].revents != 0)
		return text_fail(reterr_text, -ESRCH, "nobody waits for the command any more");
	if (waits[1].revents != 0)
		take_signal(keeper);
	return waits[2].revents != 0 ? take_lease(keeper, reterr_text) : 0;
}

/* Wait for the first lease. */
static int get_lease(struct keeper *keeper, char **reterr_text)
{
	const struct session *session = keeper->session;
	int64_t deadline = deadline_in((int)session->timeout * 1000);
	int r = dhcp_start(session->netns.interface, &keeper->dhcp, reterr_text);

	while (r == 0 && !keeper->lease.held && keeper->ended < 0) {
		int left = deadline_left(deadline);

		if (left == 0)
			return text_fail(reterr_text, -ETIMEDOUT,
				"no DHCP server answered on bridge '%s' within %u s",
				session->netns.bridge, session->timeout);
		if (keeper->dhcp.pid == 0)
			return text_fail(reterr_text, -EIO,
				"the DHCP client ended with status %d and without a lease; '--address CIDR' does without",
				keeper->dhcp_ended);
		r = step(keeper, left, reterr_text);
	}
	return r;
}

static int start_command(struct keeper *keeper, char **reterr_text)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return text_fail(
			reterr_text, -errno, "cannot start a process: %s", strerror(errno));
	if (pid == 0) {
		signals_reset_all();
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
			_exit(SESSION_FAILED);
		_exit(session_become(keeper->session));
	}
	keeper->command = pid;
	return 0;
}

/* What the user has in there, where nothing else runs that would show it. */
static void say_port(const struct keeper *keeper, FILE *stream)
{
	const struct netns *netns = &keeper->session->netns;
	const struct cidr *address = keeper->lease.held ? &keeper->lease.address : &netns->address;
	const struct in_addr router = {.s_addr = htonl(keeper->lease.gateway)};
	char text[CIDR_TEXT_SIZE] = "no address", gateway[INET_ADDRSTRLEN] = "";

	if (address->prefix != 0)
		cidr_format(address, text);
	if (keeper->lease.held && keeper->lease.gateway != 0)
		inet_ntop(AF_INET, &router, gateway, sizeof(gateway));
	text_print(stream, "%s: %s on %s%s%s%s", netns->interface, text, netns->bridge,
		gateway[0] == '\0' ? "" : ", router ", gateway,
		keeper->session->here && keeper->lease.held ? "; nobody renews the lease" : "");
}

static int join(struct keeper *keeper, char **reterr_text)
{
	const struct session *session = keeper->session;
	struct wire_tap_reply port = {0};
	int r = session->here ? netns_join(&session->netns, &port, reterr_text)
			      : netns_enter(&session->netns, &port, reterr_text);

	keeper->joined = r == 0;
	if (r == 0 && session->netns.mounts) {
		keeper->resolver = resolver_open(reterr_text);
		r = keeper->resolver < 0 ? keeper->resolver : 0;
		/* Nobody misses it but who asks for names. */
		if (r == -ENOENT && session->dhcp)
			text_say("%s; names are not looked up there", *reterr_text);
		r = r == -ENOENT ? 0 : r;
	}
	if (r == 0 && session->dhcp)
		r = get_lease(keeper, reterr_text);
	return r;
}

static int run(struct keeper *keeper, char **reterr_text)
{
	const struct session *session = keeper->session;
	int r = join(keeper, reterr_text);

	if (r < 0 || keeper->ended >= 0)
		return r;
	if (session->argv == NULL && session->here) {
		say_port(keeper, stdout);
		keeper->ended = 0;
		return fflush(stdout) == 0 ? 0 : -errno;
	}
	if (session->argv == NULL && isatty(STDERR_FILENO))
		say_port(keeper, stderr);
	r = start_command(keeper, reterr_text);
	while (r == 0 && keeper->ended < 0)
		r = step(keeper, -1, reterr_text);
	return r;
}

int session_keep(const struct session *session, int parent, char **reterr_text)
{
	struct keeper keeper = {.session = session,
		.parent = parent,
		.signals = signals_open_all(),
		.dhcp = DHCP_NONE,
		.resolver = -1,
		.ended = -1};
	OWNED_MEMORY char *ignored = NULL;
	/* Who ends all that is called owrun leaves it to this one to clear up. */
	int r = prctl(PR_SET_NAME, NAME, 0, 0, 0) < 0 ? -errno
		: keeper.signals < 0		      ? keeper.signals
						      : reap_adopt();

	if (r < 0)
		return text_fail(reterr_text, r, "cannot wait for a command: %s", strerror(-r));
	r = run(&keeper, reterr_text);
	reap_all();
	/* A namespace that is not owrun's does not go. */
	if (session->here && keeper.joined && (r < 0 || session->argv != NULL))
		(void)!link_delete(session->netns.interface, &ignored);
	return r < 0 ? r : keeper.ended;
}
