/* SPDX-License-Identifier: MIT
 * Tests of launcher/netd-client/lan.c: DESIGN's table of when the LAN falls back, and what a
 * refusal says. */
#include "launcher/netd-client/lan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/netd-client/unit-netd.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define SOCKET "sock"

static const struct netd_client client = {.socket = SOCKET, .timeout_ms = 5000};
static const uint8_t mac[MAC_SIZE] = {2, 0, 0, 0, 0, 1};

static void make_vm(struct vm *ret_vm, const char *lan, const char *forward)
{
	char *error = NULL;

	vm_init(ret_vm);
	assert_int_equal(vm_set_name(ret_vm, "vm", &error), 0);
	assert_int_equal(vm_add_disk(ret_vm, "/a.img", &error), 0);
	/* The fake netd serves this bridge only. */
	memcpy(ret_vm->bridge, "br0", sizeof("br0"));
	if (lan != NULL)
		assert_int_equal(vm_set_lan(ret_vm, lan, &error), 0);
	if (forward != NULL)
		assert_int_equal(vm_add_forward(ret_vm, forward, &error), 0);
	assert_int_equal(vm_complete(ret_vm, 1000, &error), 0);
}

static void test_settle(void **state)
{
	static const struct {
		const char *lan; /* NULL: nothing said */
		bool netd;
		enum vm_network expected;
		size_t forwards;
	} cases[] = {
		{NULL, false, VM_NETWORK_USER, 1},
		{NULL, true, VM_NETWORK_BRIDGE, 0},
		{"br0", false, VM_NETWORK_BRIDGE, 0},
		{"br0", true, VM_NETWORK_BRIDGE, 0},
		{"user", true, VM_NETWORK_USER, 1},
		{"none", false, VM_NETWORK_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		int fd = cases[i].netd ? netd_listen(SOCKET) : -1;
		struct vm vm;

		make_vm(&vm, cases[i].lan, NULL);
		assert_int_equal(lan_settle(&vm, &client), cases[i].lan == NULL && !cases[i].netd);
		assert_int_equal(vm.lan, cases[i].expected);
		assert_int_equal(vm.n_forwards, cases[i].forwards);
		vm_free(&vm);
		if (fd >= 0) {
			close(fd);
			assert_int_equal(unlink(SOCKET), 0);
		}
	}
}

/* Forwards that were asked for are enough. */
static void test_settle_forwards(void **state)
{
	struct vm vm;

	(void)state;
	make_vm(&vm, "user", "2222:22");
	assert_false(lan_settle(&vm, &client));
	assert_int_equal(vm.n_forwards, 1);
	assert_int_equal(vm.forwards[0].guest, 22);
	vm_free(&vm);
}

/* Open the LAN against a netd in that mode; NULL: there is none. */
static int open_lan(const char *mode, const char *lan, struct wire_tap_reply *port, char **error)
{
	int fd = mode == NULL ? -1 : netd_listen(SOCKET), r = 0;
	pid_t pid = mode == NULL ? 0 : fork();
	struct netd_fds fds = {0};
	struct vm vm;

	assert_true(pid >= 0);
	if (mode != NULL && pid == 0) {
		netd_serve(mode, accept4(fd, NULL, NULL, SOCK_CLOEXEC));
		_exit(0);
	}
	make_vm(&vm, lan, NULL);
	r = lan_open("vm", &vm.nics[0], &client, mac, port, &fds, error);
	assert_int_equal(fds.taps, r == 0 ? 1 : 0);
	netd_fds_close(&fds);
	vm_free(&vm);
	if (mode != NULL) {
		close(fd);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(unlink(SOCKET), 0);
	}
	return r;
}

static void test_open(void **state)
{
	struct wire_tap_reply port = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(open_lan("grant", NULL, &port, &error), 0);
	assert_string_equal(port.interface, "ow1t0");
	assert_string_equal(port.bridge, "br0");
}

static void test_open_fails(void **state)
{
	static const struct {
		const char *mode, *lan, *sentence;
		int result;
	} cases[] = {
		{"refuse", NULL,
			"bridge 'br0' refused: no rule \033[31m\nfor you; '--lan user' starts the VM without a bridge",
			-EPERM},
		{"refuse", "br0", "bridge 'br0' refused: no rule \033[31m\nfor you", -EPERM},
		{"end", "br0", "bridge 'br0' refused: end of list", -EPERM},
		{"close", "br0",
			"bridge 'br0': owvm-netd ended the connection without an answer; its messages tell why",
			-EPIPE},
		{NULL, "br0",
			"bridge 'br0': owvm-netd is not there: 'sock' does not exist; the administrator can install and start it",
			-ENOENT},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct wire_tap_reply port = {0};
		char *error = NULL;

		assert_int_equal(
			open_lan(cases[i].mode, cases[i].lan, &port, &error), cases[i].result);
		assert_string_equal(error, cases[i].sentence);
		free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_settle_forwards),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_fails),
	};

	return cmocka_run_group_tests_name("lan", tests, scratch_set_up, scratch_tear_down_empty);
}
