/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/judge-places.c and doctor/judge-netd.c. */
#include <errno.h>
#include <stdlib.h>

#include "launcher/doctor/facts.h"
#include "tests/unit/doctor/unit-doctor.h"
#include "tests/unit/unit.h"

#define MIB ((uint64_t)1024 * 1024)

static char user[] = "alice", used[] = "/tmp/owvm-7", problem[] = "'/run/x' is not for you alone";
static char data_path[] = "/home/alice/d/owvm", parent[] = "/home/alice";
static char home[] = "/home/alice";
static char sentence[] = "it went wrong", mend[] = "chmod go-w /home/alice/d";

#define RUNTIME(xdg, ...) \
	.facts = {.uid = 7, .user = user, .xdg_runtime = (xdg), .runtime = {__VA_ARGS__}}, \
	.judge = doctor_judge_runtime
#define DATA(...) DATA_OF_HOME(home, __VA_ARGS__)
#define DATA_OF_HOME(home_, ...) \
	.facts = {.uid = 7, \
		.user = user, \
		.home = (home_), \
		.account_home = home, \
		.data = {__VA_ARGS__}}, \
	.judge = doctor_judge_data
#define DATA_OF_ROOT(...) \
	.facts = {.user = user, .home = home, .account_home = home, .data = {__VA_ARGS__}}, \
	.judge = doctor_judge_data
#define DATA_OF_XDG(...) \
	.facts = {.user = user, .xdg_data = data_path, .data = {__VA_ARGS__}}, \
	.judge = doctor_judge_data
#define SPACE(free_, least_, error_) \
	.facts = {.spaces = {{"VMs", data_path, parent, free_, least_, error_}}}, \
	.judge = doctor_judge_space
#define LOG(used_, free_) \
	.facts = {.log = {user, data_path, used_, free_}}, .judge = doctor_judge_log
#define NETD(uid_, kind_, error_, standing_) \
	.facts = {.uid = (uid_), \
		.user = user, \
		.netd = {.kind = (kind_), \
			.error = (error_), \
			.sentence = sentence, \
			.standing = (standing_)}}, \
	.judge = doctor_judge_netd

static const struct unit_doctor runtime[] = {
	{RUNTIME("/run/user/7", true, true, true, NULL, used, NULL), "runtime", "ok", "/tmp/owvm-7",
		NULL},
	{RUNTIME(NULL, true, true, false, NULL, used, NULL), "runtime", "warning", "is not set",
		NULL},
	{RUNTIME(NULL, true, true, true, NULL, used, NULL), "runtime", "warning", "is not set",
		"export XDG_RUNTIME_DIR=/run/user/7"},
	{RUNTIME("/run/x", true, true, true, problem, used, NULL), "runtime", "warning",
		"not for you alone", "export XDG_RUNTIME_DIR=/run/user/7"},
	{RUNTIME(NULL, true, true, false, NULL, used, problem), "runtime", "broken",
		"no VM can start here: '/run/x' is not for you alone", NULL},
	{RUNTIME(NULL, true, true, true, NULL, used, NULL), "linger", "ok", "outlive", NULL},
	{RUNTIME(NULL, false, false, true, NULL, used, NULL), "linger", "ok", "does not run here",
		NULL},
	{RUNTIME(NULL, true, false, true, NULL, used, NULL), "linger", "warning",
		"KillUserProcesses", "loginctl enable-linger"},
};

static const struct unit_doctor data[] = {
	{DATA(data_path, parent, 0, NULL, NULL), "data", "ok", "/home/alice/d/owvm", NULL},
	{DATA(data_path, parent, EACCES, NULL, NULL), "data", "broken",
		"cannot write in '/home/alice'",
		"sudo install -d -o alice -m 0755 /home/alice/d/owvm"},
	{DATA(data_path, parent, 0, sentence, mend), "data", "broken",
		"none is looked for there: it went wrong", mend},
	{DATA(data_path, parent, EACCES, sentence, NULL), "data", "broken", "it went wrong", NULL},
	{DATA_OF_HOME("/home/bob", data_path, parent, EACCES, sentence, NULL), "data", "broken",
		"it went wrong", "export HOME=/home/alice"},
	{DATA_OF_HOME("/root", data_path, parent, EACCES, NULL, NULL), "data", "broken",
		"cannot write", "export HOME=/home/alice"},
	/* Nobody mends these, and nobody mends the last as root. */
	{DATA(data_path, parent, EROFS, NULL, NULL), "data", "broken", "Read-only file system",
		NULL},
	{DATA(data_path, parent, ENOTDIR, NULL, NULL), "data", "broken", "Not a directory", NULL},
	{DATA_OF_ROOT(data_path, parent, EACCES, NULL, NULL), "data", "broken", "Permission denied",
		NULL},
	{DATA_OF_XDG(data_path, parent, EACCES, sentence, NULL), "data", "broken", "it went wrong",
		"unset XDG_DATA_HOME"},
	{DATA_OF_HOME(NULL, NULL, NULL, 0, NULL, NULL), "data", "broken", "HOME is not set",
		"export HOME=/home/alice"},
};

static const struct unit_doctor large[] = {
	{.judge = doctor_judge_log, "log", "ok", "no console log", NULL},
	{LOG(10 * MIB, 100 * MIB), "log", "ok", "no console log", NULL},
	{LOG(11 * MIB, 100 * MIB), "log", "warning", "of VM 'alice' is large: 11 MiB, and 100 MiB",
		"truncate -s 0 /home/alice/d/owvm"},
	{LOG(MIB, 0), "log", "warning", "is large", "truncate"},
};

static const struct unit_doctor space[] = {
	{SPACE(1024 * MIB, 1024 * MIB, 0), "space", "ok", "1024 MiB are free for VMs", NULL},
	{SPACE(1023 * MIB, 1024 * MIB, 0), "space", "warning", "only 1023 MiB",
		"df -h /home/alice"},
	{SPACE(0, 16 * MIB, 0), "space", "warning", "only 0 MiB", "df -h"},
	{SPACE(0, 16 * MIB, EIO), "space", "warning", "not known", NULL},
};

static const struct unit_doctor netd[] = {
	{NETD(7, NETD_NONE, -ENOENT, GROUP_MEMBER), "netd", "warning", "no owvm-netd runs",
		"systemctl enable --now owvm-netd.socket"},
	{NETD(7, NETD_SERVICE, 0, GROUP_MEMBER), "netd", "ok", "as a service", NULL},
	{NETD(7, NETD_HELPER, 0, GROUP_MEMBER), "netd", "ok", "as a helper", NULL},
	{NETD(7, NETD_SERVICE, -EPERM, GROUP_MEMBER), "netd", "ok", "answers", NULL},
	{NETD(7, NETD_SERVICE, -EPERM, GROUP_MEMBER), "policy", "broken", "it went wrong",
		"owvm-policy check"},
	{NETD(7, NETD_SERVICE, -EACCES, GROUP_OUTSIDE), "netd", "broken", "the next line", NULL},
	{NETD(7, NETD_SERVICE, -EACCES, GROUP_MEMBER), "netd", "broken", "it went", "restart"},
	{NETD(7, NETD_NONE, -ECONNREFUSED, GROUP_MEMBER), "netd", "warning", "no owvm-netd runs",
		"enable --now"},
	{NETD(7, NETD_SERVICE, -ETIMEDOUT, GROUP_MEMBER), "netd", "broken", "it", "journalctl"},
	{NETD(7, NETD_SERVICE, -EPROTO, GROUP_MEMBER), "netd", "broken", "it went", NULL},
	{NETD(7, NETD_HELPER, -EPIPE, GROUP_MEMBER), "netd", "broken", "it went wrong", NULL},
	{NETD(7, NETD_HELPER, -ENODATA, GROUP_MEMBER), "netd", "broken", "no file capability",
		"systemctl enable"},
	{NETD(7, NETD_SERVICE, 0, GROUP_MEMBER), "group", "ok", "is in group", NULL},
	{NETD(7, NETD_SERVICE, -EACCES, GROUP_LATER), "group", "broken", "log in again",
		"newgrp owvm"},
	{NETD(7, NETD_SERVICE, -EACCES, GROUP_OUTSIDE), "group", "broken", "alice is not in",
		"sudo adduser alice owvm"},
	{NETD(7, NETD_NONE, -ENOENT, GROUP_OUTSIDE), "group", "warning", "alice is not in",
		"sudo adduser alice owvm"},
	{NETD(0, NETD_SERVICE, 0, GROUP_OUTSIDE), "group", "ok", "root does not need", NULL},
	{NETD(7, NETD_NONE, -ENOENT, GROUP_MISSING), "group", "warning", "no group", "groupadd"},
	{NETD(7, NETD_NONE, -ENOENT, GROUP_MEMBER), "policy", "warning", "cannot be asked", NULL},
	{NETD(7, NETD_SERVICE, 0, GROUP_MEMBER), "policy", "broken", "no rule for you",
		"permit group owvm bridge ow-%U create"},
};

/* With lists, which cannot be constants. */
static const struct {
	void (*judge)(const struct doctor_facts *facts, json_t *findings);
	const char *list;
	const char *check, *state, *text, *command;
} lists[] = {
	{doctor_judge_netd, "[{'bridge': 'b', 'verdict': 'permit', 'used': 1, 'taps': 8}]",
		"policy", "ok", "1 of 8 ports", NULL},
	{doctor_judge_netd, "[{'bridge': 'b', 'verdict': 'permit', 'used': 8, 'taps': 8}]",
		"policy", "warning", "all 8 ports", "owrun ports"},
	{doctor_judge_netd, "[{'bridge': 'b', 'verdict': 'deny', 'rule': 'p:3'}]", "policy", "ok",
		"'b' is denied to you: p:3", NULL},
	{doctor_judge_netd, "[{'bridge': 'b', 'verdict': 'permit', 'taps': 8}]", "policy",
		"warning", "your own bridge 'ow-7'", "permit group owvm bridge ow-%U create"},
	{doctor_judge_netd,
		"[{'bridge': 'ow-7', 'verdict': 'permit', 'taps': 8},"
		" {'bridge': 'ow*', 'verdict': 'deny'}]",
		"policy", "warning", "your own bridge 'ow-7'", "tee"},
	{doctor_judge_firewall, "[]", "firewall", "ok", "needs its leave",
		"sudo ufw allow PORT/tcp"},
	{doctor_judge_firewall, "['0.0.0.0:8080:80']", "firewall", "warning", "0.0.0.0:8080:80",
		"sudo ufw allow 8080/tcp"},
	{doctor_judge_firewall, "['10.0.0.1:53:53/udp']", "firewall", "warning", "10.0.0.1:53",
		"sudo ufw allow 53/udp"},
};

#define TEST(table) \
	static void test_##table(void **state) \
	{ \
		(void)state; \
		unit_doctor_assert(table, UNIT_COUNT(table)); \
	}

TEST(runtime)
TEST(data)
TEST(large)
TEST(space)
TEST(netd)

/* JSON in C strings is easier read with single quotes. */
static json_t *load(const char *text)
{
	char copy[256] = "";

	for (size_t i = 0; text[i] != '\0'; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	return json_loads(copy, 0, NULL);
}

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lists); i++) {
		json_t *list = load(lists[i].list);
		struct unit_doctor one = {
			.facts = {.uid = 7,
				.user = user,
				.netd = {.kind = NETD_SERVICE,
					.standing = GROUP_MEMBER,
					.nets = list},
				.firewall = {.ufw = true, .opened = list}},
			.judge = lists[i].judge,
			.check = lists[i].check,
			.state = lists[i].state,
			.text = lists[i].text,
			.command = lists[i].command,
		};

		assert_non_null(list);
		unit_doctor_assert(&one, 1);
		json_decref(list);
	}
}

/* The own bridge is permitted: nothing is said about it, however the rule names it. */
static void test_own_bridge(void **state)
{
	static const char *const patterns[] = {"ow-7", "ow-*", "*"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(patterns); i++) {
		json_t *nets = json_pack("[{s:s, s:s}, {s:s, s:s, s:i}]", "bridge", "*", "verdict",
			"deny", "bridge", patterns[i], "verdict", "permit", "taps", 1);
		const struct doctor_facts facts = {
			.uid = 7, .user = user, .netd = {.kind = NETD_SERVICE, .nets = nets}};
		json_t *findings = json_array();

		doctor_judge_netd(&facts, findings);
		/* netd, group, and the two rules. */
		assert_int_equal(json_array_size(findings), 4);
		json_decref(findings);
		json_decref(nets);
	}
}

static void test_firewall_off(void **state)
{
	const struct unit_doctor off = {.judge = doctor_judge_firewall,
		.check = "firewall",
		.state = "ok",
		.text = "is not"};

	(void)state;
	unit_doctor_assert(&off, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runtime),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_space),
		cmocka_unit_test(test_netd),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_own_bridge),
		cmocka_unit_test(test_firewall_off),
	};

	return cmocka_run_group_tests_name("doctor-judge-places", tests, NULL, NULL);
}
