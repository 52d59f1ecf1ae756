/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/judge-bridges.c. */
#include "launcher/doctor/facts.h"
#include "tests/unit/doctor/unit-doctor.h"
#include "tests/unit/unit.h"

#define BRIDGE(kernel_, ...) \
	.facts = {.bridges = {{.name = "br-lab", .kernel = kernel_, __VA_ARGS__}}, \
		.n_bridges = 1}, \
	.judge = doctor_judge_bridges, .check = "bridge"
#define KERNEL(...) \
	{ \
		.there = true, __VA_ARGS__ \
	}
#define COMMA ,

static const struct unit_doctor bridges[] = {
	{BRIDGE(KERNEL(.up = true COMMA.mute = 30), .leads_out = true), .state = "warning",
		.text = "passes nothing for 30 s",
		.command = "sudo ip link set dev br-lab type bridge stp_state 0"},
	{BRIDGE(KERNEL(.mute = 30 COMMA.by_network_manager = true), .leads_out = true),
		.state = "warning", .text = "runs STP",
		.command = "bridge.stp no && sudo nmcli device reapply br-lab"},
	{BRIDGE(KERNEL(.by_network_manager = true), .leads_out = true), .state = "ok",
		.text = "NetworkManager manages bridge 'br-lab'"},
	{BRIDGE(KERNEL(.up = false), .has_vms = true), .state = "broken", .text = "is down",
		.command = "sudo ip link set dev br-lab up"},
	{BRIDGE(KERNEL(.up = true), .uplink = "eth1"), .state = "warning",
		.text = "'eth1' has no carrier"},
	{BRIDGE(KERNEL(.calls_iptables = true), .leads_out = true), .state = "warning",
		.text = "through the FORWARD chain", .command = "type bridge nf_call_iptables 0"},
	{BRIDGE(KERNEL(.up = true), .drifts = true), .state = "warning",
		.text = "no address of its own",
		.command = "sudo ip link set dev br-lab address $(printf 52:54:00;"},
};

static void test_bridges(void **state)
{
	(void)state;
	unit_doctor_assert(bridges, UNIT_COUNT(bridges));
}

/* What is as it should be is no line: also down, as netd sets it up with its first port. */
static void test_nothing_to_say(void **state)
{
	static const struct bridge quiet[] = {{.there = true, .up = true}, {.there = true}};
	struct doctor_facts facts = {.n_bridges = 1};
	json_t *findings = json_array();

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(quiet); i++) {
		facts.bridges[0] = (struct doctor_bridge){
			.name = "br-lab", .kernel = quiet[i], .uplink = "eth1", .leads_out = true};
		doctor_judge_bridges(&facts, findings);
	}
	assert_int_equal(json_array_size(findings), 0);
	json_decref(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_nothing_to_say),
	};

	return cmocka_run_group_tests_name("doctor-judge-bridges", tests, NULL, NULL);
}
