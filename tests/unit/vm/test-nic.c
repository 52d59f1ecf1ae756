/* SPDX-License-Identifier: MIT
 * Tests of launcher/vm/nic.c. */
#include "launcher/vm/nic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

/* What is read is written as it was, or in the form that is given. */
static void test_round_trip(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"user", "user"},
		{"passt", "passt"},
		{"bridge", "bridge"},
		{"bridge=br-lab", "bridge=br-lab"},
		{"user,model=virtio", "user"},
		{"user,model=virtio-net-pci", "user"},
		{"bridge=b,model=e1000,mac=52:54:00:aa:BB:01,addr=3",
			"bridge=b,model=e1000,mac=52:54:00:aa:bb:01,addr=0x3.0"},
		{"user,addr=0x1f.7", "user,addr=0x1f.7"},
		{"bridge=b,queues=1,vhost=off", "bridge=b"},
		{"bridge=b,vhost=on,queues=16,addr=3", "bridge=b,addr=0x3.0,queues=16,vhost=on"},
		{"user,net=10.0.3.0/24,host=10.0.3.2,dhcpstart=10.0.3.15",
			"user,net=10.0.3.0/24,host=10.0.3.2,dhcpstart=10.0.3.15"},
		{"passt,model=e1000,dhcpstart=10.0.3.15,net=10.0.3.0/24",
			"passt,model=e1000,net=10.0.3.0/24,dhcpstart=10.0.3.15"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct nic nic;
		char *error = NULL, *text = NULL;

		assert_int_equal(nic_parse(cases[i].text, &nic, &error), 0);
		text = nic_format(&nic);
		assert_string_equal(text, cases[i].expected);
		free(text);
	}
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"", "begins with none of user, passt and bridge"},
		{"tap", "'--nic bridge=NAME'"},
		{"bridge=", "is not the name of a bridge"},
		{"bridge=1234567890123456", "is not the name of a bridge"},
		{"user,", "a NIC has no key ''"},
		{"user,model=", "a NIC's key 'model' needs a value"},
		{"user,modle=e1000", "did you mean 'model'?"},
		{"user,model=e100", "did you mean 'e1000'?"},
		{"user,model=x", "try virtio, e1000 or rtl8139"},
		{"user,mac=1", "is not an address that a guest can have"},
		{"user,mac=01:00:00:00:00:01", "is not an address that a guest can have"},
		{"user,mac=00:00:00:00:00:00", "is not an address that a guest can have"},
		{"user,addr=0", "is not a slot of the PCI bus"},
		{"user,addr=20", "is not a slot of the PCI bus"},
		{"user,addr=3.8", "is not a slot of the PCI bus"},
		{"user,addr=3x", "is not a slot of the PCI bus"},
		{"user,addr=", "a NIC's key 'addr' needs a value"},
		{"user,net=10.0.0.0", "is not an IPv4 network"},
		{"user,net=10.0.0.0/31", "is not an IPv4 network"},
		{"user,net=10.0.0.0/24x", "is not an IPv4 network"},
		{"user,net=1234567890123456789/8", "is not an IPv4 network"},
		{"user,host=10", "host '10' is not an IPv4 address"},
		{"user,dhcpstart=::1", "dhcpstart '::1' is not an IPv4 address"},
		{"bridge,net=10.0.0.0/24", "belongs to a user network"},
		{"user,hostfwd=tcp::80-:80", "--forward"},
		{"bridge,ifname=x", "owvm-netd names the tap"},
		{"user,nonsense=1", "the keys are model, mac, addr"},
		{"user,queues=2", "'queues' belongs to a port on a bridge"},
		{"passt,queues=2", "'queues' belongs to a port on a bridge"},
		{"user,vhost=on", "'vhost' belongs to a port on a bridge"},
		{"bridge,queues=0", "queues '0' is not a number from 1 to 16"},
		{"bridge,queues=17", "queues '17' is not a number from 1 to 16"},
		{"bridge,queues=2x", "is not a number from 1 to 16"},
		{"bridge,vhost=yes", "vhost 'yes' is neither on nor off"},
		{"bridge,vhost", "a NIC's key 'vhost' needs a value"},
		{"bridge,queues=2,model=e1000", "only the model virtio has queues and vhost"},
		{"bridge,model=e1000,vhost=on", "only the model virtio has queues and vhost"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct nic nic;
		char *error = NULL;

		if (nic_parse(cases[i].text, &nic, &error) != -EINVAL ||
			strstr(error, cases[i].sentence) == NULL)
			fail_msg("'%s': %s", cases[i].text, error);
		free(error);
	}
}

static void test_name_bridge(void **state)
{
	struct nic nic;

	(void)state;
	nic_init_bridge(&nic, "");
	nic_name_bridge(&nic, 4294967295u);
	assert_string_equal(nic.bridge, "ow-4294967295");
	nic_init_bridge(&nic, "br0");
	nic_name_bridge(&nic, 1);
	assert_string_equal(nic.bridge, "br0");
	nic_init_bridge(&nic, "9");
	nic_name_bridge(&nic, 4294967295u);
	assert_string_equal(nic.bridge, "ow-4294967295-9");
	nic_name_bridge(&nic, 1);
	assert_string_equal(nic.bridge, "ow-4294967295-9");
	nic_init_bridge(&nic, "1");
	nic_name_bridge(&nic, 1);
	assert_string_equal(nic.bridge, "1");
	nic_init_wan_user(&nic);
	nic_name_bridge(&nic, 1);
	assert_string_equal(nic.bridge, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_name_bridge),
	};

	return cmocka_run_group_tests_name("nic", tests, NULL, NULL);
}
