/* SPDX-License-Identifier: MIT
 * owrun doctor: looks at devices and settings of the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/landlock.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"

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
		doctor_host_number(facts->root, "/proc/sys/net/bridge/bridge-nf-call-iptables");
	filter->docker = doctor_host_exists(facts->root, "/sys/class/net/docker0");
	filter->ufw_drops =
		ufw_enabled(facts) && !doctor_host_setting(facts->root, "/etc/default/ufw",
					      "DEFAULT_FORWARD_POLICY", "ACCEPT");
}

/* Does /etc/subuid give the user a range, by name or by number? */
static bool has_subuid(const struct doctor_facts *facts)
{
	OWNED_MEMORY char *text = doctor_host_read(facts->root, "/etc/subuid");
	OWNED_MEMORY char *number = text_format("%u", (unsigned int)facts->uid);
	char *rest = text, *line = NULL;

	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *owner = strsep(&line, ":");

		if (strcmp(owner, facts->user) == 0 || strcmp(owner, number) == 0)
			return true;
	}
	return false;
}

void doctor_probe_namespaces(struct doctor_facts *facts)
{
	const char *root = facts->root;

	facts->namespaces = (struct doctor_namespaces){
		.clone = doctor_host_number(root, "/proc/sys/kernel/unprivileged_userns_clone"),
		.max = doctor_host_number(root, "/proc/sys/user/max_user_namespaces"),
		.apparmor = doctor_host_number(
			root, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
		.subuid = has_subuid(facts),
	};
}

static struct doctor_range read_range(const struct doctor_facts *facts, const char *path)
{
	int64_t numbers[2] = {0};

	if (doctor_host_numbers(facts->root, path, numbers, 2) != 2)
		return (struct doctor_range){DOCTOR_ABSENT, DOCTOR_ABSENT};
	return (struct doctor_range){numbers[0], numbers[1]};
}

void doctor_probe_ping(struct doctor_facts *facts)
{
	facts->ping = read_range(facts, "/proc/sys/net/ipv4/ping_group_range");
}

void doctor_probe_ports(struct doctor_facts *facts)
{
	facts->first_port =
		doctor_host_number(facts->root, "/proc/sys/net/ipv4/ip_unprivileged_port_start");
	facts->automatic_ports = read_range(facts, "/proc/sys/net/ipv4/ip_local_port_range");
}

void doctor_probe_landlock(struct doctor_facts *facts)
{
	long version = landlock_version();

	facts->landlock = version < 0 ? -errno : (int)version;
}
