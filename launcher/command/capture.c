/* SPDX-License-Identifier: MIT
 * `owrun capture`: what passes a NIC of a VM, for tcpdump and wireshark. */
#include "launcher/capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/ifname.h"
#include "common/number.h"
#include "launcher/base/own.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/capture/bridge.h"
#include "launcher/capture/frames.h"
#include "launcher/command/commands.h"
#include "launcher/command/console.h"
#include "launcher/home/vm-find.h"
#include "launcher/netns/where.h"
#include "launcher/vm/vm.h"

#define FIRST_NIC "eth0" /* the LAN */

/* QEMU's name of a NIC, which the caller frees: the guest's eth0 is nic0 there, and one that was
 * plugged in, hot0, has its own. NULL: it is none of them. */
static char *netdev_of(const char *nic)
{
	uint32_t number = 0;

	if (strncmp(nic, "hot", 3) == 0)
		return text_format("%s", nic);
	if (strncmp(nic, "eth", 3) == 0 &&
		number_parse(nic + 3, strlen(nic + 3), VM_NICS_MAX - 1, &number))
		return text_format("nic%u", number);
	return NULL;
}

/* What was sent to the guest is nobody else's business. */
static int empty(int fd, const char *path, char **reterr_text)
{
	struct stat st = {0};

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (st.st_uid != geteuid())
		return text_fail(reterr_text, -EPERM, "'%s' is a file of another user's", path);
	return ftruncate(fd, 0) < 0 ? text_fail(reterr_text, -errno, "cannot empty '%s': %s", path,
					      strerror(errno))
				    : 0;
}

/* Returns a fd that the caller owns, or -errno with a sentence. */
static int open_file(const char *path, char **reterr_text)
{
	OWNED_MEMORY char *reason = NULL;
	OWNED_FD found = own_lead_open(path, geteuid(), &reason);
	OWNED_MEMORY char *self = text_format("/proc/self/fd/%d", found);
	OWNED_FD fd = -1;
	int r = 0;

	if (found == -EPERM)
		return text_fail(reterr_text, found, "%s", reason);
	fd = found >= 0 ? open(self, O_WRONLY | O_CLOEXEC | O_NOCTTY)
			: open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		return text_fail(
			reterr_text, -errno, "cannot write to '%s': %s", path, strerror(errno));
	r = empty(fd, path, reterr_text);
	return r < 0 ? r : cleanup_steal_fd(&fd);
}

static int open_output(const struct options *options, char **reterr_text)
{
	const char *path = options->output;
	int fd = -1;

	if (path != NULL && strcmp(path, "-") != 0)
		return open_file(path, reterr_text);
	if (isatty(STDOUT_FILENO) == 1)
		return text_fail(reterr_text, -ENOTTY,
			"a capture is not for a terminal; give '-w FILE', or a pipe as in 'owrun capture %s | wireshark -k -i -'",
			options->operand);
	fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? text_fail(reterr_text, -errno, "there is no standard output") : fd;
}

static void tell(const char *name, const char *nic, const struct pump_count *count)
{
	if (count->dropped > 0)
		text_say("%s: %llu frames of %s; %llu more are left out, as the reader is too slow",
			name, (unsigned long long)count->taken, nic,
			(unsigned long long)count->dropped);
	else
		text_say("%s: %llu frames of %s", name, (unsigned long long)count->taken, nic);
}

/* As with tcpdump 0 is all. */
static uint32_t snap_of(const struct options *options)
{
	return options->snap == 0 || options->snap > FRAMES_SNAP_MAX ? FRAMES_SNAP_MAX
								     : options->snap;
}

/* A NIC of the VM, or -ENODEV with a sentence. */
static int of_vm(struct capture *capture, const char *name, const char *nic,
	struct pump_count *ret_count, char **reterr_text)
{
	OWNED_MEMORY char *netdev = netdev_of(nic);
	int r = -ENODEV;

	capture->netdev = netdev;
	if (netdev != NULL)
		r = capture_nic(capture, ret_count, reterr_text);
	if (r == -ENODEV)
		return text_fail(reterr_text, r,
			"VM '%s' has no NIC '%s'; 'owrun status %s' and 'owrun nic ls %s' list them",
			name, nic, name, name);
	return r;
}

/* No VM of that name runs: then it is a bridge's. */
static int of_bridge(const struct capture *capture, const char *bridge,
	struct pump_count *ret_count, char **reterr_text)
{
	int r = capture_bridge(capture, bridge, ret_count, reterr_text);

	if (r < 0)
		where_doubt(bridge, reterr_text);
	return r;
}

static int run(const struct options *options, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	const char *name = options->operand;
	const char *nic = options->n_rest > 0 ? options->rest[0] : FIRST_NIC;
	OWNED_FD output = -1;
	OWNED_FD pidfd = -1;
	OWNED_FD signals = -1;
	struct pump_count count = {0};
	struct capture capture = {
		.runtime = &runtime, .snap = snap_of(options), .max = options->count};
	int found = attach_find(options, ATTACH_TIMEOUT, &runtime, &pidfd, reterr_text), r = 0;

	/* One that is stopped is no bridge that is missing. */
	if (found < 0 && (options->n_rest > 0 || !ifname_valid(name, strlen(name)) ||
				 (vm_find_is_kept(name, NULL, NULL) && !where_is_bridge(name))))
		return found;
	output = open_output(options, reterr_text);
	if (output < 0)
		return output;
	signals = signals_open();
	capture.pidfd = pidfd;
	capture.signals = signals;
	capture.output = output;
	r = found < 0 ? of_bridge(&capture, name, &count, reterr_text)
		      : of_vm(&capture, name, nic, &count, reterr_text);
	if (r == 0)
		tell(name, found < 0 ? "the bridge" : nic, &count);
	return r;
}

int capture_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = run(options, &error);

	return text_exit_status(r, error);
}
