/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/judge-programs.c. */
#include <errno.h>

#include "launcher/doctor/facts.h"
#include "tests/unit/doctor/unit-doctor.h"
#include "tests/unit/unit.h"

static char program[] = "/bin/qemu-system-x86_64", image_tool[] = "/bin/qemu-img";
static char recent[] = "QEMU emulator version 7.2.1 (x)", old[] = "QEMU emulator version 6.2.0";
static char slow[] = "'/bin/qemu-system-x86_64' did not end within 30 s";
static char strange[] = "hello", list[] = "arm x86_64", user[] = "alice";
static char spaced[] = "/home/alice/my bin/qemu-system-arm", helper[] = "/l/qemu-bridge-helper";

#define QEMU(...) .facts = {.qemu = {__VA_ARGS__}}, .judge = doctor_judge_qemu
#define KVM(...) \
	.facts = {.user = user, .accel = {__VA_ARGS__, false, NULL}}, .judge = doctor_judge_kvm
#define COPY(...) .facts = {.copies = {{__VA_ARGS__}}, .n_copies = 1}, .judge = doctor_judge_copies

static const struct unit_doctor qemu[] = {
	{QEMU(program, recent, list, image_tool, NULL), "qemu", "ok", "version 7.2.1", NULL},
	{QEMU(program, recent, list, image_tool, NULL), "qemu", "ok", "architectures: arm x86_64",
		NULL},
	{QEMU(program, recent, list, image_tool, NULL), "qemu-img", "ok", "/bin/qemu-img", NULL},
	{QEMU(program, old, list, NULL, NULL), "qemu", "warning", "6.2.0", NULL},
	{QEMU(program, strange, list, NULL, NULL), "qemu", "warning", "hello", NULL},
	{QEMU(program, NULL, list, NULL, slow), "qemu", "broken", "did not end within 30 s",
		"/bin/qemu-system-x86_64 --version"},
	{QEMU(NULL, NULL, NULL, NULL, NULL), "qemu", "broken", "not on your PATH",
		"sudo apt install qemu-system-x86"},
	{QEMU(NULL, NULL, NULL, NULL, NULL), "qemu-img", "warning", "snapshots",
		"sudo apt install qemu-utils"},
};

static const struct unit_doctor kvm[] = {
	{KVM(0, 12, true, true), "kvm", "ok", "opens", NULL},
	{KVM(0, 12, false, true), "kvm", "ok", "opens", NULL},
	/* The trap: all looks well, and no guest ever runs. */
	{KVM(0, 12, false, false), "kvm", "warning", "spins and shows nothing", NULL},
	{KVM(0, 11, true, true), "kvm", "warning", "API version 11", NULL},
	{KVM(EACCES, -1, true, true), "kvm", "warning", "group 'kvm'", "sudo adduser alice kvm"},
	{KVM(ENOENT, -1, false, true), "kvm", "warning", "No such file", "modprobe kvm_intel"},
	{KVM(ENOENT, -1, false, false), "kvm", "warning", "No such file", NULL},
};

static char passt_program[] = "/usr/bin/passt";

#define PASST(program, clone, max, apparmor) \
	.facts = {.passt = program, .namespaces = {clone, max, apparmor, false, 0, NULL}}, \
	.judge = doctor_judge_passt

static const struct unit_doctor passt[] = {
	{PASST(NULL, 1, 100, 0), "passt", "ok", "not on your PATH", "sudo apt install passt"},
	{PASST(passt_program, 1, 100, 0), "passt", "ok", "is possible", NULL},
	{PASST(passt_program, SMALL_FILE_ABSENT, SMALL_FILE_ABSENT, SMALL_FILE_ABSENT), "passt",
		"ok", "is possible", NULL},
	{PASST(passt_program, 0, 100, 0), "passt", "warning", "ends at once", NULL},
	{PASST(passt_program, 1, 0, 0), "passt", "warning", "no user namespaces", NULL},
};

static const struct unit_doctor copies[] = {
	{COPY(program, false, false, true), "privileges", "broken", "has file capabilities",
		"sudo setcap -r /bin/qemu-system-x86_64"},
	{COPY(program, false, true, false), "privileges", "broken", "is setuid or setgid",
		"sudo chmod u-s,g-s /bin/qemu-system-x86_64"},
	{COPY(program, false, true, true), "privileges", "broken", "is setuid or setgid", "chmod"},
	{COPY(program, false, true, true), "privileges", "broken", "has file", "setcap"},
	{COPY(spaced, false, false, true), "privileges", "broken", "has file",
		"sudo setcap -r '/home/alice/my bin/qemu-system-arm'"},
	{COPY(helper, true, true, false), "privileges", "warning", "past owvm-netd", "chmod u-s"},
	{.judge = doctor_judge_copies, .check = "privileges", .state = "ok", .text = "no QEMU"},
};

static char client[] = "/usr/sbin/udhcpc";

/* What the policy gives, and a DHCP client or none; what must be found. */
static void test_lan(void **state)
{
	static const struct {
		const char *nets; /* NULL: netd was not asked */
		char *dhcp;
		const char *state, *text, *command;
	} cases[] = {
		{"[{\"bridge\": \"ow-7\", \"options\": [\"create\", \"netns\"]}]", client, "ok",
			"client on 'ow-7', with addresses by '/usr/sbin/udhcpc'", NULL},
		{"[{\"bridge\": \"ow-7\", \"options\": [\"netns\"]}, {\"bridge\": \"x\"},"
		 " {\"bridge\": \"br-*\", \"options\": [\"vhost\", \"netns\"]}]",
			client, "ok", "on 'ow-7', 'br-*', with", NULL},
		{"[{\"bridge\": \"ow-7\", \"options\": [\"netns\"]}]", NULL, "warning",
			"no DHCP client", "sudo apt install udhcpc"},
		{"[{\"bridge\": \"br-lab\", \"options\": [\"create\"]}]", client, "warning",
			"no rule of the policy gives you 'netns'", NULL},
		{"[]", client, "warning", "no rule of the policy", NULL},
		{NULL, NULL, "warning", "no DHCP client", "sudo apt install udhcpc"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		json_t *nets = cases[i].nets == NULL ? NULL : json_loads(cases[i].nets, 0, NULL);
		const struct unit_doctor one = {
			.facts = {.netd = {.nets = nets}, .lan = {.dhcp = cases[i].dhcp}},
			.judge = doctor_judge_lan,
			.check = "lan",
			.state = cases[i].state,
			.text = cases[i].text,
			.command = cases[i].command,
		};

		assert_true(cases[i].nets == NULL || nets != NULL);
		unit_doctor_assert(&one, 1);
		json_decref(nets);
	}
}

static void test_qemu(void **state)
{
	(void)state;
	unit_doctor_assert(qemu, UNIT_COUNT(qemu));
}

static void test_kvm(void **state)
{
	(void)state;
	unit_doctor_assert(kvm, UNIT_COUNT(kvm));
}

static void test_passt(void **state)
{
	(void)state;
	unit_doctor_assert(passt, UNIT_COUNT(passt));
}

static void test_copies(void **state)
{
	(void)state;
	unit_doctor_assert(copies, UNIT_COUNT(copies));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_qemu),
		cmocka_unit_test(test_kvm),
		cmocka_unit_test(test_passt),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_lan),
	};

	return cmocka_run_group_tests_name("doctor-judge-programs", tests, NULL, NULL);
}
