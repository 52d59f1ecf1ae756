/* SPDX-License-Identifier: MIT */
#include "launcher/qemu/dump.h"
#include "tests/unit/unit.h"

/* As QEMU 7.2 prints it. */
static const char network[] =
	"virtio-net-pci.0: index=0,type=nic,model=virtio-net-pci,macaddr=62:00:00:03:e9:58\r\n"
	" \\ nic0: index=0,type=tap,fd=4\r\n"
	"virtio-net-pci.1: index=0,type=nic,model=virtio-net-pci,macaddr=aa:00:00:03:e9:cb\r\n"
	" \\ nic1: index=0,type=user,net=10.0.2.0,restrict=off\r\n"
	"e1000.0: index=0,type=nic,model=e1000,macaddr=62:00:00:03:e9:59\r\n"
	" \\ nic2: index=0,type=tap,fd=5\r\n"
	"hot0: index=0,type=nic,model=virtio-net-pci,macaddr=62:00:00:03:e9:60\r\n"
	" \\ capture-1-2-hot0: type=filter-dump\r\n"
	" \\ hot0: index=0,type=tap,fd=19\r\n"
	"hot1: index=0,type=user,net=10.0.2.0,restrict=off\r\n";

static void test_find_tells_where_headers_of_virtio_are(void **state)
{
	static const struct {
		const char *netdev;
		bool there, headers;
	} cases[] = {
		{"nic0", true, true},
		{"nic1", true, false},
		{"nic2", true, false},
		{"hot0", true, true},
		{"hot1", false, false},
		{"nic", false, false},
		{"nic01", false, false},
		{"", false, false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		bool headers = false;

		assert_int_equal(dump_find(network, cases[i].netdev, &headers), cases[i].there);
		assert_int_equal(headers, cases[i].headers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_tells_where_headers_of_virtio_are),
	};

	return cmocka_run_group_tests_name("qemu-dump", tests, NULL, NULL);
}
