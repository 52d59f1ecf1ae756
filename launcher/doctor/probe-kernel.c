/* SPDX-License-Identifier: MIT
 * owrun doctor: looks at devices and settings of the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/landlock.h"
#include "launcher/base/process.h"
#include "launcher/base/text.h"
#include "launcher/base/user-namespace.h"
#include "launcher/chroot/ids.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"
#include "launcher/host/small-file.h"

void doctor_probe_tun(struct doctor_facts *facts)
{
	OWNED_MEMORY char *path = text_format("%s/dev/net/tun", facts->root);
	struct stat st = {0};

	facts->tun = (struct doctor_tun){0};
	if (stat(path, &st) < 0)
		facts->tun.error = errno;
	facts->tun.device = S_ISCHR(st.st_mode);
	facts->tun.mode = st.st_mode & 07777;
	/* The module may be missing, or a container's rules forbid it. */
	if (facts->tun.device && (st.st_mode & 0666) == 0666) {
		OWNED_FD fd = open(path, O_RDWR | O_CLOEXEC);

		facts->tun.open_error = fd < 0 ? errno : 0;
	}
}

static bool ufw_enabled(const struct doctor_facts *facts)
{
	return doctor_host_setting(facts->root, "/etc/ufw/ufw.conf", "ENABLED", "yes");
}

void doctor_probe_filter(struct doctor_facts *facts)
{
	struct doctor_filter *filter = &facts->filter;

	filter->iptables =
		small_file_number(facts->root, "/proc/sys/net/bridge/bridge-nf-call-iptables");
	filter->docker = small_file_exists(facts->root, "/sys/class/net/docker0");
	filter->ufw_drops =
		ufw_enabled(facts) && !doctor_host_setting(facts->root, "/etc/default/ufw",
					      "DEFAULT_FORWARD_POLICY", "ACCEPT");
}

/* Does the file, as of subuid(5), give the user a range? */
static bool has_range(const struct doctor_facts *facts, const char *file)
{
	OWNED_MEMORY char *path = text_format("%s%s", facts->root, file);
	FILE *lines = fopen(path, "re");
	struct id_range range = {0};
	bool found = false;

	if (lines == NULL)
		return false;
	found = id_range_find(lines, facts->user, facts->uid, &range) == 0;
	fclose(lines);
	return found;
}

void doctor_probe_namespaces(struct doctor_facts *facts)
{
	const char *root = facts->root;

	free(facts->namespaces.owrun);
	facts->namespaces = (struct doctor_namespaces){
		.clone = small_file_number(root, "/proc/sys/kernel/unprivileged_userns_clone"),
		.max = small_file_number(root, "/proc/sys/user/max_user_namespaces"),
		.apparmor = small_file_number(
			root, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
		.ranges = has_range(facts, "/etc/subuid") && has_range(facts, "/etc/subgid"),
		.error = -user_namespace_try(),
		.owrun = process_own_program(),
	};
}

static struct doctor_range read_range(const struct doctor_facts *facts, const char *path)
{
	int64_t numbers[2] = {0};

	if (small_file_numbers(facts->root, path, numbers, 2) != 2)
		return (struct doctor_range){SMALL_FILE_ABSENT, SMALL_FILE_ABSENT};
	return (struct doctor_range){numbers[0], numbers[1]};
}

void doctor_probe_ping(struct doctor_facts *facts)
{
	facts->ping = read_range(facts, "/proc/sys/net/ipv4/ping_group_range");
}

void doctor_probe_ports(struct doctor_facts *facts)
{
	facts->first_port =
		small_file_number(facts->root, "/proc/sys/net/ipv4/ip_unprivileged_port_start");
	facts->automatic_ports = read_range(facts, "/proc/sys/net/ipv4/ip_local_port_range");
}

void doctor_probe_landlock(struct doctor_facts *facts)
{
	long version = landlock_version();

	facts->landlock = version < 0 ? -errno : (int)version;
}
