/* SPDX-License-Identifier: MIT
 * A DHCP client on an interface of this network namespace. */
#include "launcher/netns/dhcp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/netns/lease.h"
#include "launcher/sandbox/sandbox.h"

#define CLIENT "udhcpc"
#define BUSYBOX "busybox"
#define OWRUN "/proc/self/exe"

/* A user's PATH may lack those for administrators. */
static const char *const directories[] = {
	"/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"};
static const cap_value_t capabilities[] = {CAP_NET_RAW, CAP_NET_BIND_SERVICE};
#define N_CAPABILITIES ((int)(sizeof(capabilities) / sizeof(capabilities[0])))

static char *find(const char *name)
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		char *path = text_format("%s/%s", directories[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

char *dhcp_find(void)
{
	char *path = find(CLIENT);

	return path != NULL ? path : find(BUSYBOX);
}

/* Keep these alone, through exec() too. */
static int keep_capabilities(void)
{
	cap_t kept = cap_init();
	int r = 0;

	if (kept == NULL)
		abort();
	if (cap_set_flag(kept, CAP_PERMITTED, N_CAPABILITIES, capabilities, CAP_SET) < 0 ||
		cap_set_flag(kept, CAP_EFFECTIVE, N_CAPABILITIES, capabilities, CAP_SET) < 0 ||
		cap_set_flag(kept, CAP_INHERITABLE, N_CAPABILITIES, capabilities, CAP_SET) < 0 ||
		cap_set_proc(kept) < 0)
		r = -errno;
	for (int i = 0; r == 0 && i < N_CAPABILITIES; i++)
		r = cap_set_ambient(capabilities[i], CAP_SET) < 0 ? -errno : 0;
	cap_free(kept);
	return r;
}

static int confine(const char *program, const char *script)
{
	struct sandbox sandbox = {0};
	int r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : keep_capabilities();

	sandbox_make_packets(program, script, &sandbox);
	if (r == 0)
		r = sandbox_enter(&sandbox, -1);
	sandbox_free(&sandbox);
	return r;
}

static void execute(const char *program, const char *interface, const char *script)
{
	bool applet = strcmp(strrchr(program, '/') + 1, BUSYBOX) == 0;
	OWNED_MEMORY char *host = NULL;
	struct utsname names = {0};

	(void)uname(&names);
	host = text_format("hostname:%s", names.nodename);
	{
		/* Until somebody answers, every second at first. */
		const char *const arguments[] = {BUSYBOX, CLIENT, "-f", "-i", interface, "-s",
			script, "-t", "5", "-T", "1", "-A", "3", "-x", host, NULL};

		if (setenv(LEASE_VARIABLE, "", 1) == 0)
			execv(program, (char *const *)(uintptr_t)(arguments + (applet ? 0 : 1)));
	}
}

__attribute__((noreturn)) static void child(
	const char *program, const char *interface, int told, pid_t parent)
{
	OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
	OWNED_MEMORY char *script = realpath(OWRUN, NULL);

	/* Neither Ctrl-C nor Ctrl-Z is for it. The other fds that it may use for itself. */
	setsid();
	signals_reset();
	if (script == NULL || null < 0 || dup2(told, STDIN_FILENO) < 0 ||
		dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
		inherited_fds_keep(NULL, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
		getppid() != parent || confine(program, script) < 0)
		_exit(126);
	execute(program, interface, script);
	_exit(127);
}

int dhcp_start(const char *interface, struct dhcp *ret_dhcp, char **reterr_text)
{
	OWNED_MEMORY char *program = dhcp_find();
	pid_t pid = -1, parent = getpid();
	int pair[2] = {-1, -1}, r = 0;

	if (program == NULL)
		return text_fail(reterr_text, -ENOENT,
			"there is no DHCP client: on Debian 'sudo apt-get install udhcpc' brings one; '--address CIDR' does without");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0)
		pid = fork();
	if (pid == 0)
		child(program, interface, pair[1], parent);
	r = pid < 0 ? -errno : 0;
	cleanup_close(&pair[1]);
	if (r < 0) {
		cleanup_close(&pair[0]);
		return text_fail(reterr_text, r, "cannot start '%s': %s", program, strerror(-r));
	}
	*ret_dhcp = (struct dhcp){.pid = pid, .told = pair[0]};
	return 0;
}
