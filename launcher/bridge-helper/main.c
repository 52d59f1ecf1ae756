/* SPDX-License-Identifier: MIT
 * owvm-bridge-helper: runs in the place of qemu-bridge-helper, without any privilege, and gets the
 * tap from owvm-netd. */
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/signals.h"
#include "launcher/base/standard-fds.h"
#include "launcher/base/text.h"
#include "launcher/bridge-helper/arguments.h"
#include "launcher/bridge-helper/port.h"
#include "launcher/netd-client/client.h"

#define READER_TIMEOUT 1000   /* ms */
#define READER_PAUSE 10000000 /* ns */

static bool has_vnet_header(int tap)
{
	struct ifreq request = {0};

	return ioctl(tap, TUNGETIFF, &request) == 0 && (request.ifr_flags & IFF_VNET_HDR) != 0;
}

static int serve(const struct bridge_arguments *arguments, char **reterr_text)
{
	struct netd_client client = {0};
	OWNED_FD tap = -1;
	int r = bridge_port_check(arguments->fd, reterr_text);

	netd_client_init(&client);
	if (r == 0)
		r = bridge_port_open(&client, arguments, &tap, reterr_text);
	if (r < 0)
		return r;
	if (!arguments->use_vnet && has_vnet_header(tap))
		fputs(BRIDGE_PROGRAM
			": the tap has a virtio-net header although '--use-vnet' was "
			"not given: QEMU sees that by itself, other programs must ask "
			"with TUNGETIFF\n",
			stderr);
	return bridge_port_pass(arguments->fd, tap, reterr_text);
}

/* libvirt reads a helper's stderr in a thread of its own, and tells its user as much of it as it
 * has when the socket closes: nothing at all on a busy host. So it gets the time to read it. */
static void await_reader(void)
{
	int64_t deadline = deadline_in(READER_TIMEOUT);
	struct stat st = {0};
	int unread = 0;

	if (fstat(STDERR_FILENO, &st) < 0 || !S_ISFIFO(st.st_mode))
		return;
	while (deadline_left(deadline) > 0 && ioctl(STDERR_FILENO, FIONREAD, &unread) == 0 &&
		unread > 0)
		nanosleep(&(struct timespec){.tv_nsec = READER_PAUSE}, NULL);
}

int main(int argc, char **argv)
{
	OWNED_MEMORY char *error = NULL;
	struct bridge_arguments arguments = {0};
	size_t n = argc < 1 ? 0 : (size_t)argc - 1;
	int r = standard_fds_open();

	if (r < 0)
		return 1;
	signals_begin();
	r = bridge_arguments_parse(argv + 1, n, &arguments, &error);
	if (r == 0 && arguments.help)
		fputs(bridge_arguments_help, stdout);
	else if (r == 0 && arguments.version)
		puts(BRIDGE_PROGRAM " " OWVM_VERSION);
	else if (r == 0)
		r = serve(&arguments, &error);
	if (r < 0) {
		text_print(stderr, BRIDGE_PROGRAM ": %s", error);
		await_reader();
	}
	return r < 0 ? 1 : 0;
}
