/* SPDX-License-Identifier: MIT
 * Tests of launcher/host/bridge.c, in a directory that stands for a host. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/text.h"
#include "launcher/host/bridge.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* In the current directory, with all that is above it. */
static void put(const char *path, const char *text)
{
	char *copy = text_format("%s", path);

	for (char *at = strchr(copy, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		(void)!mkdir(copy, 0700);
		*at = '/';
	}
	free(copy);
	scratch_write(path, text);
}

static void test_look_plain(void **state)
{
	struct bridge bridge = {0};

	bridge_look(*state, "br0", &bridge);
	assert_false(bridge.there);
	put("sys/class/net/br0/ifindex", "7\n");
	bridge_look(*state, "br0", &bridge);
	assert_false(bridge.there); /* a link of another kind */
	put("sys/class/net/br0/bridge/stp_state", "0\n");
	put("sys/class/net/br0/bridge/forward_delay", "1500\n");
	bridge_look(*state, "br0", &bridge);
	assert_true(bridge.there);
	assert_false(bridge.up || bridge.calls_iptables || bridge.by_network_manager);
	assert_int_equal(bridge.mute, 0);
	put("sys/class/net/br0/carrier", "0\n");
	bridge_look(*state, "br0", &bridge);
	assert_true(bridge.up);
}

static void test_look_stp(void **state)
{
	static const struct {
		const char *delay;
		unsigned int mute;
	} delays[] = {{"1500\n", 30}, {"200\n", 4}, {"0\n", 0}, {"", 0}};
	struct bridge bridge = {0};
	char *sentence = NULL;

	for (size_t i = 0; i < UNIT_COUNT(delays); i++) {
		put("sys/class/net/br0/bridge/stp_state", "1\n");
		put("sys/class/net/br0/bridge/forward_delay", delays[i].delay);
		bridge_look(*state, "br0", &bridge);
		assert_int_equal(bridge.mute, delays[i].mute);
		sentence = bridge_tell_mute(*state, "br0");
		assert_int_equal(sentence != NULL, delays[i].mute > 0);
		free(sentence);
	}
}

static void test_look_network_manager(void **state)
{
	struct bridge bridge = {0};

	put("sys/class/net/br0/bridge/stp_state", "0\n");
	put("sys/class/net/br0/ifindex", "7\n");
	put("run/NetworkManager/devices/7", "[device]\nmanaged=false\n");
	bridge_look(*state, "br0", &bridge);
	assert_false(bridge.by_network_manager);
	put("run/NetworkManager/devices/7", "[device]\nmanaged=true\nnm-owned=true\n");
	bridge_look(*state, "br0", &bridge);
	assert_true(bridge.by_network_manager);
}

static void test_is_filtered(void **state)
{
	static const char own[] = "sys/class/net/br0/bridge/nf_call_iptables";
	static const char all[] = "proc/sys/net/bridge/bridge-nf-call-iptables";

	put(all, "1\n");
	assert_false(bridge_is_filtered(*state, "br0")); /* there is none */
	put(own, "0\n");
	assert_true(bridge_is_filtered(*state, "br0"));
	put(all, "0\n");
	assert_false(bridge_is_filtered(*state, "br0"));
	put(own, "1\n");
	assert_true(bridge_is_filtered(*state, "br0"));
}

static void test_port_look(void **state)
{
	static const struct {
		const char *text;
		enum bridge_port port;
	} states[] = {{"0\n", BRIDGE_PORT_CLOSED}, {"1\n", BRIDGE_PORT_WAITS},
		{"2\n", BRIDGE_PORT_WAITS}, {"3\n", BRIDGE_PORT_OPEN}, {"4\n", BRIDGE_PORT_CLOSED},
		{"5\n", BRIDGE_PORT_ABSENT}};

	put("sys/class/net/ow7t0/ifindex", "33\n");
	assert_int_equal(bridge_port_look(*state, "ow7t0"), BRIDGE_PORT_ABSENT);
	for (size_t i = 0; i < UNIT_COUNT(states); i++) {
		put("sys/class/net/ow7t0/brport/state", states[i].text);
		assert_int_equal(bridge_port_look(*state, "ow7t0"), states[i].port);
	}
	/* The end of its cable is what is on the bridge. */
	put("sys/class/net/owvmb33/brport/state", "1\n");
	assert_int_equal(bridge_port_look(*state, "ow7t0"), BRIDGE_PORT_WAITS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_look_plain),
		TEST(test_look_stp),
		TEST(test_look_network_manager),
		TEST(test_is_filtered),
		TEST(test_port_look),
	};

	return cmocka_run_group_tests_name("host-bridge", tests, NULL, NULL);
}
