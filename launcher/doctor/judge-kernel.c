/* SPDX-License-Identifier: MIT
 * owrun doctor: judges devices and settings of the kernel. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"

#define TUN_MODE 0666
#define TUN_RULE \
	"echo 'KERNEL==\"tun\", MODE=\"0666\", OPTIONS+=\"static_node=net/tun\"' |" \
	" sudo tee /etc/udev/rules.d/65-owvm-tun.rules && sudo chmod 0666 /dev/net/tun"
#define BRIDGED "sudo iptables -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT"
#define PROFILE \
	"printf 'abi <abi/4.0>,\\nprofile owrun %s flags=(unconfined) {\\n  userns,\\n}\\n' |" \
	" sudo tee /etc/apparmor.d/owrun && sudo apparmor_parser -r /etc/apparmor.d/owrun"
/* What means only itself, in a profile and in a shell. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
#define AUTOMATIC_LEAST 256 /* ports; below that automatic ones run out */
#define FIRST_PORT 1024	    /* the kernel's default */

void doctor_judge_tun(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_tun *tun = &facts->tun;

	if (tun->error != 0)
		finding_add(findings, FINDING_BROKEN, "tun", text_format("sudo modprobe tun"),
			"/dev/net/tun: %s; without it there are no ports on bridges",
			strerror(tun->error));
	else if (!tun->device)
		finding_add(findings, FINDING_BROKEN, "tun",
			text_format("sudo rm /dev/net/tun && sudo modprobe tun && "
				    "sudo mknod -m 0666 /dev/net/tun c 10 200"),
			"/dev/net/tun is not a device");
	else if ((tun->mode & TUN_MODE) != TUN_MODE)
		finding_add(findings, FINDING_BROKEN, "tun", text_format("%s", TUN_RULE),
			"/dev/net/tun has mode %04o, not 0666, so that owvm-netd, which is not root, cannot open it",
			(unsigned int)tun->mode);
	else if (tun->open_error == ENODEV || tun->open_error == ENXIO)
		finding_add(findings, FINDING_BROKEN, "tun", text_format("sudo modprobe tun"),
			"/dev/net/tun does not open: %s", strerror(tun->open_error));
	else if (tun->open_error != 0)
		finding_add(findings, FINDING_BROKEN, "tun", NULL,
			"/dev/net/tun does not open: %s; a container has to be given the device",
			strerror(tun->open_error));
	else
		finding_add(findings, FINDING_OK, "tun", NULL, "/dev/net/tun is there, mode %04o",
			(unsigned int)tun->mode);
}

void doctor_judge_filter(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_filter *filter = &facts->filter;

	if (filter->iptables == SMALL_FILE_ABSENT)
		finding_add(findings, FINDING_OK, "br-filter", NULL,
			"br_netfilter is not loaded: iptables does not see frames on bridges");
	else if (filter->iptables == 0)
		finding_add(findings, FINDING_OK, "br-filter", NULL,
			"br_netfilter is loaded, but does not hand frames to iptables");
	else
		finding_add(findings, FINDING_WARNING, "br-filter", text_format("%s", BRIDGED),
			"frames on bridges pass through the FORWARD chain (bridge-nf-call-iptables is 1)%s%s; a user cannot list its rules: if 'sudo iptables -S FORWARD' shows '-P FORWARD DROP', VMs on a bridge do not hear each other",
			filter->docker ? ", and Docker is here, which sets it to DROP" : "",
			filter->ufw_drops ? ", and ufw is enabled, which sets it to DROP" : "");
}

/* What lets this program alone make them; else all. */
static char *permit_by_apparmor(const char *owrun)
{
	if (owrun == NULL || owrun[strspn(owrun, PLAIN)] != '\0')
		return text_format("sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
	return text_format(PROFILE, owrun);
}

/* Why one does not serve, as far as a setting says so. */
static void judge_settings(const struct doctor_namespaces *namespaces, json_t *findings)
{
	static const char purpose[] =
		"forwards to a bridge, 'owrun lan' and 'owrun chroot' need one";
	size_t before = json_array_size(findings);

	if (namespaces->clone == 0)
		finding_add(findings, FINDING_WARNING, "userns",
			text_format("sudo sysctl -w kernel.unprivileged_userns_clone=1"),
			"users may not make user namespaces: %s", purpose);
	if (namespaces->max == 0)
		finding_add(findings, FINDING_WARNING, "userns",
			text_format("sudo sysctl -w user.max_user_namespaces=15000"),
			"user namespaces are limited to none: %s", purpose);
	if (namespaces->apparmor == 1)
		finding_add(findings, FINDING_WARNING, "userns",
			permit_by_apparmor(namespaces->owrun),
			"AppArmor takes all rights from user namespaces of users: %s", purpose);
	if (json_array_size(findings) == before)
		finding_add(findings, FINDING_WARNING, "userns", NULL,
			"user namespaces do not serve: %s; a container or a filter of system calls may forbid them: %s",
			strerror(namespaces->error), purpose);
}

void doctor_judge_namespaces(const struct doctor_facts *facts, json_t *findings)
{
	OWNED_MEMORY char *user = shell_word(facts->user);
	static const char range[] = "'owrun chroot' and rootless containers need one";
	const struct doctor_namespaces *namespaces = &facts->namespaces;
	size_t before = json_array_size(findings);

	if (namespaces->error != 0)
		judge_settings(namespaces, findings);
	if (!namespaces->ranges && facts->uid != 0)
		finding_add(findings, FINDING_WARNING, "userns",
			text_format(
				"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %s",
				user),
			"/etc/subuid or /etc/subgid has no range for %s: %s; the range must be nobody else's",
			facts->user, range);
	if (json_array_size(findings) == before)
		finding_add(findings, FINDING_OK, "userns", NULL, "user namespaces can be made%s%s",
			namespaces->ranges ? ", and /etc/subuid and /etc/subgid have a range for "
					   : "",
			namespaces->ranges ? facts->user : "");
}

void doctor_judge_ping(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_range *ping = &facts->ping;
	bool covered = false;

	for (size_t i = 0; i < facts->n_gids; i++)
		covered |= facts->gids[i] >= ping->first && facts->gids[i] <= ping->last;
	if (ping->first == SMALL_FILE_ABSENT)
		finding_add(findings, FINDING_WARNING, "ping", NULL,
			"net.ipv4.ping_group_range cannot be read: whether ping works through the user network is not known");
	else if (covered)
		finding_add(findings, FINDING_OK, "ping", NULL,
			"ping works through the user network (net.ipv4.ping_group_range is %d %d)",
			(int)ping->first, (int)ping->last);
	else
		finding_add(findings, FINDING_WARNING, "ping",
			text_format("sudo sysctl -w net.ipv4.ping_group_range=\"0 2147483647\""),
			"ping does not work through the user network: no group of yours is in net.ipv4.ping_group_range, %lld %lld",
			(long long)ping->first, (long long)ping->last);
}

void doctor_judge_ports(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_range *automatic = &facts->automatic_ports;

	if (facts->first_port > FIRST_PORT)
		finding_add(findings, FINDING_WARNING, "port-range",
			text_format("sudo sysctl -w net.ipv4.ip_unprivileged_port_start=%d",
				FIRST_PORT),
			"forwards can only listen from port %d on", (int)facts->first_port);
	else
		finding_add(findings, FINDING_OK, "port-range", NULL,
			"forwards can listen from port %d on",
			facts->first_port < 0 ? FIRST_PORT : (int)facts->first_port);
	if (automatic->first != SMALL_FILE_ABSENT &&
		automatic->last - automatic->first + 1 < AUTOMATIC_LEAST)
		finding_add(findings, FINDING_WARNING, "port-range",
			text_format("sudo sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\""),
			"the host has few automatic ports, %d to %d, which forwards with port 0 and all connections share",
			(int)automatic->first, (int)automatic->last);
}

void doctor_judge_landlock(const struct doctor_facts *facts, json_t *findings)
{
	if (facts->landlock >= 1)
		finding_add(findings, FINDING_OK, "landlock", NULL, "there, version %d",
			facts->landlock);
	else if (facts->landlock == -EOPNOTSUPP)
		finding_add(findings, FINDING_WARNING, "landlock", NULL,
			"the kernel has it, but it was not enabled at boot (parameter lsm=landlock,...): programs are confined without it");
	else
		finding_add(findings, FINDING_WARNING, "landlock", NULL,
			"the kernel does not offer it (%s): programs are confined without it",
			strerror(-facts->landlock));
}
