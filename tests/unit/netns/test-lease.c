/* SPDX-License-Identifier: MIT
 * Tests of launcher/netns/lease.c: what a DHCP client's script is told, and what counts of it. */
#include "launcher/netns/lease.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "tests/unit/unit.h"

#define FINE "event=bound\nip=192.168.1.9\nmask=24\n"

static void test_a_whole_lease(void **state)
{
	static const char message[] = FINE
		"router=192.168.1.1 192.168.1.2\ndns=192.168.1.1 10.0.0.1 9.9.9.9 8.8.8.8\n"
		"domain=lan\nlease=3600\n";
	struct lease lease = {0};

	(void)state;
	assert_true(lease_parse(message, &lease));
	assert_true(lease.held);
	assert_int_equal(lease.address.address, 0xc0a80109);
	assert_int_equal(lease.address.prefix, 24);
	assert_int_equal(lease.gateway, 0xc0a80101);
	assert_int_equal(lease.n_servers, LEASE_SERVERS_MAX);
	assert_int_equal(lease.servers[2], 0x09090909);
	assert_string_equal(lease.domain, "lan");
	assert_int_equal(lease.seconds, 3600);
}

static void test_what_is_no_lease(void **state)
{
	static const char *const messages[] = {
		"",
		"event=",
		"event=leasefail\nip=192.168.1.9\nmask=24\n",
		"event=nak\n",
		"bound\nip=192.168.1.9\nmask=24\n",
		"event=bound\n",
		"event=bound\nip=192.168.1.9\n",
		"event=bound\nmask=24\n",
		"event=bound\nip=192.168.1.9\nmask=0\n",
		"event=bound\nip=192.168.1.9\nmask=33\n",
		"event=bound\nip=192.168.1.9\nmask=-1\n",
		"event=bound\nip=192.168.1.9\nmask=255.255.255.0\n",
		"event=bound\nip=192.168.1\nmask=24\n",
		"event=bound\nip=192.168.1.9/24\nmask=24\n",
		"event=bound\nip=::1\nmask=24\n",
		"event=bound\nip=0.0.0.0\nmask=24\n",
		"event=bound\nip=0.1.2.3\nmask=24\n",
		"event=bound\nip=127.0.0.1\nmask=8\n",
		"event=bound\nip=224.0.0.1\nmask=24\n",
		"event=bound\nip=255.255.255.255\nmask=24\n",
		"xevent=bound\nip=192.168.1.9\nmask=24\n",
		"event=bound\nxip=192.168.1.9\nmask=24\n",
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(messages); i++) {
		struct lease lease = {.seconds = 7};

		if (lease_parse(messages[i], &lease) || lease.seconds != 7)
			fail_msg("'%s' counts", messages[i]);
	}
}

static void test_what_does_not_count_of_a_lease(void **state)
{
	static const char *const rests[] = {"router=127.0.0.1\n", "router=224.0.0.1\n",
		"router=x\n", "router=\n", "dns=127.0.0.53 0.0.0.0 ::1 x 255.255.255.255\n",
		"domain=a b\n", "domain=a;b\n", "domain=$(x)\n", "domain=\x1b[31m\n", "lease=-1\n",
		"lease=4294967296\n"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rests); i++) {
		OWNED_MEMORY char *message = text_format(FINE "%s", rests[i]);
		struct lease lease = {0};

		assert_true(lease_parse(message, &lease));
		if (lease.gateway != 0 || lease.n_servers != 0 || lease.domain[0] != '\0' ||
			lease.seconds != 0)
			fail_msg("'%s' counts", rests[i]);
	}
}

static void test_a_domain_is_whole_or_not_there(void **state)
{
	(void)state;
	for (size_t length = LEASE_DOMAIN_SIZE - 2; length < LEASE_DOMAIN_SIZE + 2; length++) {
		char name[2 * LEASE_DOMAIN_SIZE] = "";
		OWNED_MEMORY char *message = NULL;
		struct lease lease = {0};

		memset(name, 'a', length);
		message = text_format(FINE "domain=%s\n", name);
		assert_true(lease_parse(message, &lease));
		assert_int_equal(strlen(lease.domain), length < LEASE_DOMAIN_SIZE ? length : 0);
	}
}

static void test_the_end_of_a_lease(void **state)
{
	struct lease lease = {.held = true, .gateway = 1, .n_servers = 2};

	(void)state;
	assert_true(lease_parse("event=deconfig\nip=192.168.1.9\nmask=24\n", &lease));
	assert_false(lease.held);
	assert_int_equal(lease.address.prefix, 0);
	assert_int_equal(lease.gateway, 0);
	assert_int_equal(lease.n_servers, 0);
}

/* What a script tells, as the keeper reads it. The test's standard input is its own again. */
static void tell(const char *event, char ret_message[LEASE_MESSAGE_MAX + 1])
{
	char *const argv[] = {(char[]){"owrun"}, strdup(event), NULL};
	int pair[2] = {-1, -1}, input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	ssize_t length = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(dup2(pair[1], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(lease_tell(2, (char **)(uintptr_t)argv), 0);
	length = recv(pair[0], ret_message, LEASE_MESSAGE_MAX, 0);
	assert_in_range(length, 1, LEASE_MESSAGE_MAX);
	ret_message[length] = '\0';
	if (input >= 0)
		assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
	cleanup_close(&input);
	close(pair[0]);
	close(pair[1]);
	free(argv[1]);
}

static void test_what_is_told_is_what_was_said(void **state)
{
	char message[LEASE_MESSAGE_MAX + 1] = "";
	struct lease lease = {0};

	(void)state;
	assert_false(lease_called_back());
	setenv(LEASE_VARIABLE, "", 1);
	assert_true(lease_called_back());
	setenv("ip", "192.168.1.9", 1);
	setenv("mask", "24", 1);
	setenv("router", "192.168.1.1", 1);
	tell("bound", message);
	assert_true(lease_parse(message, &lease));
	assert_int_equal(lease.gateway, 0xc0a80101);
}

static void test_a_value_cannot_say_what_another_is(void **state)
{
	char message[LEASE_MESSAGE_MAX + 1] = "";
	struct lease lease = {0};

	(void)state;
	setenv("ip", "192.168.1.9", 1);
	setenv("mask", "24", 1);
	unsetenv("router");
	setenv("domain", "lan\nrouter=192.168.1.66\n", 1);
	tell("bound", message);
	assert_true(lease_parse(message, &lease));
	assert_int_equal(lease.gateway, 0);
	tell("x\nevent=bound", message);
	assert_false(lease_parse(message, &lease));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_lease),
		cmocka_unit_test(test_what_is_no_lease),
		cmocka_unit_test(test_what_does_not_count_of_a_lease),
		cmocka_unit_test(test_a_domain_is_whole_or_not_there),
		cmocka_unit_test(test_the_end_of_a_lease),
		cmocka_unit_test(test_what_is_told_is_what_was_said),
		cmocka_unit_test(test_a_value_cannot_say_what_another_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
