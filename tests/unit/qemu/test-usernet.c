/* SPDX-License-Identifier: MIT
 * Tests of launcher/qemu/usernet.c: what QEMU tells of connections. */
#include "launcher/qemu/usernet.h"

#include "tests/unit/unit.h"

#define LINES \
	"Hub -1 (nic0):\r\n" \
	"  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n" \
	"  TCP[ESTABLISHED]   19       127.0.0.1 18080     192.168.1.1    80     0     0\r\n" \
	"  TCP[SYN_SENT]      18       127.0.0.1 18022     192.168.1.1    22     0     0\r\n" \
	"  TCP[TIME_WAIT]     17       127.0.0.1 18443     192.168.1.1   443     0     0\r\n" \
	"  TCP[HOST_FORWARD]  14       127.0.0.1 18080     192.168.1.1    80     0     0\r\n"

static void test_connections(void **state)
{
	static const struct {
		uint16_t host, guest;
		bool expected;
	} cases[] = {{18080, 80, true}, {18022, 22, false}, {18443, 443, false}, {18080, 81, false},
		{18081, 80, false}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward forward = {.host = cases[i].host, .guest = cases[i].guest};

		assert_int_equal(usernet_has_connection(LINES, &forward), cases[i].expected);
		assert_false(usernet_has_connection("", &forward));
		assert_false(usernet_has_connection("TCP[ESTABLISHED] 1 2", &forward));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_connections)};

	return cmocka_run_group_tests_name("usernet", tests, NULL, NULL);
}
