/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/judge-kernel.c. */
#include <errno.h>

#include "launcher/doctor/facts.h"
#include "tests/unit/doctor/unit-doctor.h"
#include "tests/unit/unit.h"

static char user[] = "alice";
static char owrun[] = "/usr/bin/owrun", odd[] = "/opt/a{b}/owrun";
static gid_t gids[] = {1000, 27};

#define TUN(...) .facts = {.tun = {__VA_ARGS__}}, .judge = doctor_judge_tun
#define FILTER(...) .facts = {.filter = {__VA_ARGS__}}, .judge = doctor_judge_filter
#define SPACES_OF(program, ...) \
	.facts = {.uid = 7, .user = user, .namespaces = {__VA_ARGS__, program}}, \
	.judge = doctor_judge_namespaces
#define SPACES(...) SPACES_OF(NULL, __VA_ARGS__)
#define PING(...) \
	.facts = {.gids = gids, .n_gids = 2, .ping = {__VA_ARGS__}}, .judge = doctor_judge_ping
#define PORTS(first, ...) \
	.facts = {.first_port = (first), .automatic_ports = {__VA_ARGS__}}, \
	.judge = doctor_judge_ports
#define LANDLOCK(version) .facts = {.landlock = (version)}, .judge = doctor_judge_landlock

static const struct unit_doctor tun[] = {
	{TUN(0, true, 0666, 0), "tun", "ok", "mode 0666", NULL},
	{TUN(0, true, 0600, 0), "tun", "broken", "mode 0600, not 0666",
		"sudo chmod 0666 /dev/net/tun"},
	{TUN(0, true, 0660, 0), "tun", "broken", "mode 0660", "/etc/udev/rules.d/"},
	{TUN(0, true, 0666, ENODEV), "tun", "broken", "does not open", "sudo modprobe tun"},
	{TUN(0, true, 0666, EPERM), "tun", "broken", "a container", NULL},
	{TUN(ENOENT, false, 0, 0), "tun", "broken", "No such file", "sudo modprobe tun"},
	{TUN(0, false, 0666, 0), "tun", "broken", "not a device", "mknod -m 0666 /dev/net/tun"},
};

static const struct unit_doctor filter[] = {
	{FILTER(SMALL_FILE_ABSENT, true, true), "br-filter", "ok", "is not loaded", NULL},
	{FILTER(0, true, true), "br-filter", "ok", "does not hand", NULL},
	{FILTER(1, false, false), "br-filter", "warning", "a user cannot list", "physdev"},
	{FILTER(1, true, false), "br-filter", "warning", "Docker is here", "iptables -I FORWARD"},
	{FILTER(1, false, true), "br-filter", "warning", "ufw is enabled", "iptables -I FORWARD"},
};

static const struct unit_doctor namespaces[] = {
	{SPACES(SMALL_FILE_ABSENT, 100, SMALL_FILE_ABSENT, true, 0), "userns", "ok", "can be made",
		NULL},
	{SPACES(1, 100, 0, true, 0), "userns", "ok", "range for alice", NULL},
	{SPACES(0, 100, 0, true, EPERM), "userns", "warning", "may not make", "userns_clone=1"},
	{SPACES(1, 0, 0, true, ENOSPC), "userns", "warning", "limited to none",
		"max_user_namespaces="},
	{SPACES(1, 100, 1, true, EACCES), "userns", "warning", "AppArmor", "unprivileged_userns=0"},
	{SPACES_OF(odd, 1, 100, 1, true, EACCES), "userns", "warning", "AppArmor",
		"unprivileged_userns=0"},
	{SPACES_OF(owrun, 1, 100, 1, true, EACCES), "userns", "warning", "forwards to a bridge",
		"printf 'abi <abi/4.0>,\\nprofile owrun /usr/bin/owrun flags=(unconfined) {"
		"\\n  userns,\\n}\\n' | sudo tee /etc/apparmor.d/owrun"},
	/* It serves all the same: by a profile, or for root. */
	{SPACES(0, 0, 1, true, 0), "userns", "ok", "range for alice", NULL},
	{SPACES(1, 100, 0, true, EPERM), "userns", "warning", "a container", NULL},
	{SPACES(1, 100, 0, false, 0), "userns", "warning", "no range for alice", "usermod"},
	/* All at once are a line each. */
	{SPACES(0, 0, 1, false, EPERM), "userns", "warning", "AppArmor", "unprivileged_userns=0"},
	{SPACES(0, 0, 1, false, EPERM), "userns", "warning", "no range", "usermod"},
};

static const struct unit_doctor root[] = {
	{.facts = {.uid = 0, .user = user, .namespaces = {1, 100, 0, false, 0, NULL}},
		.judge = doctor_judge_namespaces,
		.check = "userns",
		.state = "ok",
		.text = "can be made"},
};

static const struct unit_doctor ping[] = {
	{PING(0, 2147483647), "ping", "ok", "0 2147483647", NULL},
	{PING(27, 27), "ping", "ok", "27 27", NULL},
	{PING(1000, 1000), "ping", "ok", "1000 1000", NULL},
	/* The kernel's default: nobody. */
	{PING(1, 0), "ping", "warning", "1 0",
		"sudo sysctl -w net.ipv4.ping_group_range=\"0 2147483647\""},
	{PING(28, 999), "ping", "warning", "no group of yours", "ping_group_range"},
	{PING(1001, 65535), "ping", "warning", "no group of yours", "ping_group_range"},
	{PING(SMALL_FILE_ABSENT, SMALL_FILE_ABSENT), "ping", "warning", "cannot be read", NULL},
};

static const struct unit_doctor ports[] = {
	{PORTS(1024, 32768, 60999), "port-range", "ok", "from port 1024 on", NULL},
	{PORTS(0, 32768, 60999), "port-range", "ok", "from port 0 on", NULL},
	{PORTS(SMALL_FILE_ABSENT, SMALL_FILE_ABSENT, SMALL_FILE_ABSENT), "port-range", "ok", "1024",
		NULL},
	{PORTS(8081, 32768, 60999), "port-range", "warning", "from port 8081", "port_start=1024"},
	{PORTS(1024, 50000, 50254), "port-range", "warning", "50000 to 50254", "local_port_range"},
};

static const struct unit_doctor landlock[] = {
	{LANDLOCK(1), "landlock", "ok", "version 1", NULL},
	{LANDLOCK(7), "landlock", "ok", "version 7", NULL},
	{LANDLOCK(-EOPNOTSUPP), "landlock", "warning", "lsm=landlock", NULL},
	{LANDLOCK(-ENOSYS), "landlock", "warning", "does not offer", NULL},
};

#define TEST(table) \
	static void test_##table(void **state) \
	{ \
		(void)state; \
		unit_doctor_assert(table, UNIT_COUNT(table)); \
	}

TEST(tun)
TEST(filter)
TEST(namespaces)
TEST(root)
TEST(ping)
TEST(ports)
TEST(landlock)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tun),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_ping),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_landlock),
	};

	return cmocka_run_group_tests_name("doctor-judge-kernel", tests, NULL, NULL);
}
