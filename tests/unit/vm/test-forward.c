/* SPDX-License-Identifier: MIT
 * Tests of launcher/vm/forward.c and launcher/host/forward-probe.c. */
#include "launcher/vm/forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher/host/forward-probe.h"
#include "tests/unit/unit.h"

static void test_parse_valid(void **state)
{
	static const struct {
		const char *text, *formatted;
	} cases[] = {
		{"8080:80", "127.0.0.1:8080:80"},
		{"8080:80/tcp", "127.0.0.1:8080:80"},
		{"5353:53/udp", "127.0.0.1:5353:53/udp"},
		{"0:22", "127.0.0.1:0:22"},
		{"0.0.0.0:1024:65535", "0.0.0.0:1024:65535"},
		{"192.168.100.100:65535:65535/udp", "192.168.100.100:65535:65535/udp"},
		{"wan:8080:80", "wan:127.0.0.1:8080:80"},
		{"wan:0.0.0.0:0:53/udp", "wan:0.0.0.0:0:53/udp"},
		{"8080:10.0.0.1:80", "127.0.0.1:8080:10.0.0.1:80"},
		{"wan:255.255.255.255:65535:255.255.255.255:65535/udp",
			"wan:255.255.255.255:65535:255.255.255.255:65535/udp"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward forward = {0};
		char text[FORWARD_TEXT_SIZE] = "", *error = NULL;

		assert_int_equal(forward_parse(cases[i].text, &forward, &error), 0);
		assert_null(error);
		forward_format(&forward, text);
		assert_string_equal(text, cases[i].formatted);
	}
}

static void test_parse_invalid(void **state)
{
	static const char two[] = "it takes two ports", range[] = "a range of ports takes",
			  ipv6[] = "forwards are of IPv4 alone",
			  other[] = "ADDR is an IPv4 address, and ports are";
	static const struct {
		const char *text, *reason;
	} cases[] = {{"", two}, {"80", two}, {":", other}, {"8080:", other}, {":80", other},
		{"8080:0", other}, {"65536:80", other}, {"80:65536", other}, {"a:80", other},
		{"8080:b", other}, {"08:80", other}, {"8080:80/", other}, {"8080:80/sctp", other},
		{"8080:80/udp ", other}, {":8080:80", other}, {"localhost:8080:80", other},
		{"my-host:8080:80", other}, {"1.2.3:80:80", other}, {"1.2.3.256:80:80", other},
		{"1000.1000.1000.1000:80:80", other}, {"wan:", two}, {"wan:80", two},
		{"lan:8080:80", other}, {"WAN:8080:80", other}, {"wan:wan:8080:80", other},
		{"8080:80:80", other}, {"1.1.1.1:80:1.1.1.1:80:80", other}, {"80:1.1.1:80", other},
		{"1.1.1.1:1.1.1.1:80", other}, {"8080:1.1.1.1:", other}, {"::1:80:80", ipv6},
		{"[::1]:80:80", ipv6}, {"[fe80::1]:80:80", ipv6}, {"-1:80", other},
		{"8080:80:udp", other}, {" 8080:80", other}, {"8000-8010:80", range},
		{"8000-8010:80-90", range}, {"0.0.0.0:8000-8010:8000-8010", range},
		{"8000-8010", range}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward forward = {.host = 7};
		char *error = NULL;

		if (forward_parse(cases[i].text, &forward, &error) != -EINVAL)
			fail_msg("'%s' was accepted", cases[i].text);
		assert_non_null(strstr(error, "is not " FORWARD_SYNTAX ": "));
		if (strstr(error, cases[i].reason) == NULL)
			fail_msg("%s", error);
		assert_int_equal(forward.host, 7);
		free(error);
	}
}

static void test_parse_as_qemu(void **state)
{
	static const struct {
		const char *text, *ours;
	} cases[] = {{"tcp::8080-:80", "'8080:80'"}, {"hostfwd=tcp::8080-:80", "'8080:80'"},
		{"hostfwd=udp:127.0.0.1:5353-10.0.2.15:53", "'127.0.0.1:5353:53/udp'"},
		{"tcp:192.0.2.1:80-:80", "'192.0.2.1:80:80'"}, {"::2222-:22", "'2222:22'"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward forward = {0};
		char *error = NULL;

		assert_int_equal(forward_parse(cases[i].text, &forward, &error), -EINVAL);
		assert_non_null(strstr(error, "is QEMU's spelling of "));
		if (strstr(error, cases[i].ours) == NULL)
			fail_msg("%s", error);
		free(error);
	}
}

/* A socket that listens on (TCP) or has (UDP) a port of the loopback address. */
static int take_port(bool udp, uint16_t *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	if (!udp)
		assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void test_probe_automatic(void **state)
{
	struct forward forwards[FORWARDS_MAX] = {0};
	unsigned int fds = unit_count_fds();
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < FORWARDS_MAX; i++)
		forwards[i] =
			(struct forward){.address = "127.0.0.1", .guest = 80, .udp = i % 2 != 0};
	assert_int_equal(forward_probe(forwards, FORWARDS_MAX, &error), 0);
	for (size_t i = 0; i < FORWARDS_MAX; i++) {
		assert_true(forwards[i].host >= 1024);
		for (size_t j = 0; j < i; j++)
			assert_false(forwards[j].udp == forwards[i].udp &&
				     forwards[j].host == forwards[i].host);
	}
	assert_int_equal(unit_count_fds(), fds);
}

/* The holder is this very process. */
static void test_probe_busy(void **state)
{
	char sentence[64] = "";

	(void)state;
	snprintf(sentence, sizeof(sentence),
		" is in use by your process 'test-vm-forward' (pid %d); ", (int)getpid());
	for (int udp = 0; udp < 2; udp++) {
		struct forward forward = {.address = "127.0.0.1", .guest = 80, .udp = udp != 0};
		int fd = take_port(udp != 0, &forward.host);
		char *error = NULL;

		assert_int_equal(forward_probe(&forward, 1, &error), -EADDRINUSE);
		if (strstr(error, sentence) == NULL)
			fail_msg("%s instead of %s", error, sentence);
		free(error);
		error = NULL;
		close(fd);
		assert_int_equal(forward_probe(&forward, 1, &error), 0);
	}
}

static void test_probe_doubled(void **state)
{
	static const char *const addresses[][2] = {
		{"127.0.0.1", "127.0.0.1"}, {"0.0.0.0", "127.0.0.1"}, {"127.0.0.1", "0.0.0.0"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(addresses); i++) {
		struct forward forwards[2] = {{.guest = 80}, {.guest = 81}};
		char *error = NULL;

		close(take_port(false, &forwards[0].host));
		forwards[1].host = forwards[0].host;
		memcpy(forwards[0].address, addresses[i][0], strlen(addresses[i][0]));
		memcpy(forwards[1].address, addresses[i][1], strlen(addresses[i][1]));
		assert_int_equal(forward_probe(forwards, 2, &error), -EINVAL);
		assert_non_null(strstr(error, " is asked for twice, by '"));
		assert_non_null(strstr(error, addresses[i][0]));
		assert_non_null(strstr(error, ":81'; give one of them another"));
		free(error);
		/* TCP and UDP do not clash. */
		error = NULL;
		forwards[1].udp = true;
		assert_int_equal(forward_probe(forwards, 2, &error), 0);
	}
}

static void test_probe_foreign_address(void **state)
{
	struct forward forward = {.address = "192.0.2.1", .guest = 80};
	char *error = NULL;

	(void)state;
	assert_int_equal(forward_probe(&forward, 1, &error), -EADDRNOTAVAIL);
	assert_string_equal(error,
		"forward: '192.0.2.1' is not an address of this host; 0.0.0.0 stands for all of them");
	free(error);
}

static void test_probe_privileged(void **state)
{
	struct forward forward = {.address = "127.0.0.1", .host = 1, .guest = 80};
	uid_t before = geteuid();
	char *error = NULL;
	int r = 0;

	(void)state;
	if (before == 0)
		assert_int_equal(seteuid(12345), 0);
	r = forward_probe(&forward, 1, &error);
	if (before == 0)
		assert_int_equal(seteuid(before), 0);
	assert_int_equal(r, -EACCES);
	assert_string_equal(error,
		"forward: tcp port 1 is privileged: an ordinary user may take ports from 1024 on");
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_valid),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_parse_as_qemu),
		cmocka_unit_test(test_probe_automatic),
		cmocka_unit_test(test_probe_busy),
		cmocka_unit_test(test_probe_doubled),
		cmocka_unit_test(test_probe_foreign_address),
		cmocka_unit_test(test_probe_privileged),
	};

	return cmocka_run_group_tests_name("forward", tests, NULL, NULL);
}
