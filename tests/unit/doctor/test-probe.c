/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor-probe-*.c and doctor/host.c against a tree that stands for a host. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"
#include "tests/unit/unit.h"

#define PATH "relative:/no/such:/bin"

/* The tree, and facts of a user who looks at it. */
struct host {
	char top[32];
	struct doctor_facts facts;
};

static int set_up(void **state)
{
	struct host *host = calloc(1, sizeof(*host));

	if (host == NULL)
		return -1;
	memcpy(host->top, "/tmp/owvm-doctor-XXXXXX", sizeof("/tmp/owvm-doctor-XXXXXX"));
	if (mkdtemp(host->top) == NULL)
		return -1;
	doctor_facts_init(&host->facts);
	free(host->facts.user);
	host->facts.user = text_format("alice");
	host->facts.root = host->top;
	host->facts.uid = 4711;
	host->facts.path = PATH;
	*state = host;
	return 0;
}

static int tear_down(void **state)
{
	struct host *host = *state;
	char *command = text_format("rm -r '%s'", host->top);
	int r = system(command);

	doctor_facts_free(&host->facts);
	free(command);
	free(host);
	return r;
}

/* Make a file and the directories above it. */
static void put(const struct host *host, const char *path, const char *text, mode_t mode)
{
	char *full = text_format("%s%s", host->top, path);
	int fd = -1;

	for (char *at = strchr(full + strlen(host->top) + 1, '/'); at != NULL;
		at = strchr(at + 1, '/')) {
		*at = '\0';
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
		*at = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	free(full);
}

static void test_empty_host(void **state)
{
	struct host *host = *state;
	struct doctor_facts *facts = &host->facts;

	doctor_probe_qemu(facts);
	assert_null(facts->qemu.program);
	assert_null(facts->qemu.architectures);
	assert_null(facts->qemu.image_tool);
	doctor_probe_passt(facts);
	assert_null(facts->passt);
	doctor_probe_copies(facts);
	assert_int_equal(facts->n_copies, 0);
	doctor_probe_tun(facts);
	assert_int_equal(facts->tun.error, ENOENT);
	doctor_probe_filter(facts);
	assert_int_equal(facts->filter.iptables, SMALL_FILE_ABSENT);
	assert_false(facts->filter.docker || facts->filter.ufw_drops);
	doctor_probe_namespaces(facts);
	assert_int_equal(facts->namespaces.max, SMALL_FILE_ABSENT);
	assert_false(facts->namespaces.ranges);
	doctor_probe_ping(facts);
	assert_int_equal(facts->ping.first, SMALL_FILE_ABSENT);
	doctor_probe_ports(facts);
	assert_int_equal(facts->first_port, SMALL_FILE_ABSENT);
}

static void test_qemu(void **state)
{
	struct host *host = *state;
	struct doctor_qemu *qemu = &host->facts.qemu;

	put(host, "/bin/qemu-system-x86_64", "#!/bin/sh\necho \"QEMU $1 1\"\necho more\n", 0755);
	put(host, "/bin/qemu-system-x86_64-microvm", "", 0755);
	put(host, "/bin/qemu-system-arm", "", 0644);
	put(host, "/bin/qemu-img", "", 0755);
	doctor_probe_qemu(&host->facts);
	assert_string_equal(qemu->version, "QEMU --version 1");
	assert_non_null(strstr(qemu->architectures, "x86_64"));
	assert_null(strstr(qemu->architectures, "microvm"));
	assert_non_null(strstr(qemu->image_tool, "/bin/qemu-img"));
	put(host, "/bin/passt", "", 0755);
	doctor_probe_passt(&host->facts);
	assert_non_null(strstr(host->facts.passt, "/bin/passt"));
}

static void test_copies(void **state)
{
	struct host *host = *state;
	char *link = text_format("%s/usr/bin/qemu-system-link", host->top);
	char *target = text_format("%s/usr/lib/qemu/qemu-bridge-helper", host->top);

	put(host, "/bin/qemu-system-arm", "", 04755);
	put(host, "/usr/bin/owrun", "", 02755);
	put(host, "/usr/bin/sudo", "", 04755);
	put(host, "/usr/lib/qemu/qemu-bridge-helper", "", 04755);
	assert_int_equal(symlink(target, link), 0);
	doctor_probe_copies(&host->facts);
	assert_int_equal(host->facts.n_copies, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(host->facts.copies[i].set_id);
		assert_false(host->facts.copies[i].capable);
	}
	assert_non_null(strstr(host->facts.copies[0].path, "/bin/qemu-system-arm"));
	free(link);
	free(target);
}

static void test_kernel(void **state)
{
	struct host *host = *state;
	struct doctor_facts *facts = &host->facts;

	put(host, "/dev/net/tun", "", 0640);
	put(host, "/proc/sys/net/bridge/bridge-nf-call-iptables", "1\n", 0644);
	put(host, "/sys/class/net/docker0", "", 0644);
	put(host, "/proc/sys/kernel/unprivileged_userns_clone", "0\n", 0644);
	put(host, "/proc/sys/user/max_user_namespaces", "63000\n", 0644);
	put(host, "/proc/sys/net/ipv4/ping_group_range", "0\t2147483647\n", 0644);
	put(host, "/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n", 0644);
	put(host, "/proc/sys/net/ipv4/ip_unprivileged_port_start", "80\n", 0644);
	doctor_probe_tun(facts);
	assert_int_equal(facts->tun.error, 0);
	assert_int_equal(facts->tun.mode, 0640);
	assert_false(facts->tun.device);
	doctor_probe_filter(facts);
	assert_int_equal(facts->filter.iptables, 1);
	assert_true(facts->filter.docker);
	doctor_probe_namespaces(facts);
	assert_int_equal(facts->namespaces.clone, 0);
	assert_int_equal(facts->namespaces.max, 63000);
	doctor_probe_ping(facts);
	assert_int_equal(facts->ping.first, 0);
	assert_int_equal(facts->ping.last, 2147483647);
	doctor_probe_ports(facts);
	assert_int_equal(facts->first_port, 80);
	assert_int_equal(facts->automatic_ports.last, 60999);
}

static const struct {
	const char *subuid;
	bool found;
} subuids[] = {
	{"alice:100000:65536\n", true},
	{"bob:1:1\nalice:2:2", true},
	{"4711:100000:65536\n", true},
	{"alicia:100000:65536\nbob:4711:1\n\n", false},
	{"", false},
};

static void test_subuid(void **state)
{
	struct host *host = *state;

	for (size_t i = 0; i < UNIT_COUNT(subuids); i++) {
		put(host, "/etc/subuid", subuids[i].subuid, 0644);
		put(host, "/etc/subgid", "alice:1:1\n", 0644);
		doctor_probe_namespaces(&host->facts);
		assert_int_equal(host->facts.namespaces.ranges, subuids[i].found);
		put(host, "/etc/subgid", "bob:1:1\n", 0644);
		doctor_probe_namespaces(&host->facts);
		assert_false(host->facts.namespaces.ranges);
	}
}

static void test_ufw(void **state)
{
	struct host *host = *state;

	host->facts.xdg_runtime = host->top;
	put(host, "/etc/ufw/ufw.conf", "# ENABLED=yes\nLOGLEVEL=low\nENABLED=no\n", 0644);
	doctor_probe_filter(&host->facts);
	assert_false(host->facts.filter.ufw_drops);
	put(host, "/etc/ufw/ufw.conf", "ENABLED=\"Yes\" \n", 0644);
	put(host, "/etc/default/ufw", "DEFAULT_FORWARD_POLICY=\"DROP\"\n", 0644);
	doctor_probe_filter(&host->facts);
	doctor_probe_firewall(&host->facts);
	assert_true(host->facts.firewall.ufw);
	assert_true(host->facts.filter.ufw_drops);
	put(host, "/etc/default/ufw", "DEFAULT_FORWARD_POLICY=\"ACCEPT\"\n", 0644);
	doctor_probe_filter(&host->facts);
	assert_false(host->facts.filter.ufw_drops);
}

static void test_places(void **state)
{
	struct host *host = *state;
	struct doctor_facts *facts = &host->facts;

	facts->uid = geteuid();
	facts->home = host->top;
	facts->xdg_data = NULL;
	facts->xdg_runtime = host->top;
	put(host, "/var/lib/systemd/linger/alice", "", 0644);
	doctor_probe_runtime(facts);
	assert_true(facts->runtime.linger);
	assert_false(facts->runtime.systemd);
	assert_null(facts->runtime.problem);
	assert_memory_equal(facts->runtime.used, host->top, strlen(host->top));
	doctor_probe_data(facts);
	assert_non_null(strstr(facts->data.path, "/.local/share/owvm"));
	assert_string_equal(facts->data.parent, host->top);
	assert_int_equal(facts->data.error, 0);
	doctor_probe_space(facts);
	assert_true(facts->spaces[0].free > 0);
}

static void test_data_below_a_file(void **state)
{
	struct host *host = *state;

	put(host, "/.local", "", 0644);
	host->facts.home = host->top;
	host->facts.xdg_data = NULL;
	doctor_probe_data(&host->facts);
	assert_int_equal(host->facts.data.error, ENOTDIR);
}

/* That program prints no line, for a reason that holds these words. */
static void assert_no_line(const struct host *host, const char *text, const char *words)
{
	char *program = text_format("%s/hang", host->top), *problem = NULL;

	put(host, "/hang", text, 0755);
	assert_null(doctor_host_first_line(program, "x", 1000, &problem));
	assert_non_null(strstr(problem, words));
	free(problem);
	free(program);
}

static void test_first_line_of_a_program_that_hangs(void **state)
{
	struct host *host = *state;
	char *program = text_format("%s/hang", host->top), *problem = NULL, *line = NULL;
	time_t start = time(NULL);

	assert_no_line(host, "#!/bin/sh\nexec sleep 60\n", "did not end within 1 s");
	assert_no_line(host, "#!/bin/sh\necho once\nexec sleep 60\n", "did not end within 1 s");
	assert_no_line(host, "#!/bin/sh\n", "printed nothing");
	assert_no_line(host, "#!/bin/sh\necho no library >&2\nexit 1\n", "failed: no library");
	put(host, "/hang", "#!/bin/sh\necho $1\necho twice\n", 0755);
	line = doctor_host_first_line(program, "once", 5000, &problem);
	assert_non_null(line);
	assert_string_equal(line, "once");
	free(line);
	assert_true(time(NULL) - start < 20);
	free(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_qemu, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_copies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kernel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_subuid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ufw, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_data_below_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_first_line_of_a_program_that_hangs, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("doctor-probe", tests, NULL, NULL);
}
