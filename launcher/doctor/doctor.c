/* SPDX-License-Identifier: MIT
 * owrun doctor: all checks of this host, one after the other. */
#include "launcher/doctor/doctor.h"

#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"

static const struct check {
	void (*probe)(struct doctor_facts *facts);
	void (*judge)(const struct doctor_facts *facts, json_t *findings);
} checks[] = {
	{doctor_probe_qemu, doctor_judge_qemu},
	{doctor_probe_kvm, doctor_judge_kvm},
	{doctor_probe_tun, doctor_judge_tun},
	{doctor_probe_netd, doctor_judge_netd},
	{doctor_probe_bridges, doctor_judge_bridges},
	{doctor_probe_lan, doctor_judge_lan},
	{doctor_probe_copies, doctor_judge_copies},
	{doctor_probe_filter, doctor_judge_filter},
	{doctor_probe_firewall, doctor_judge_firewall},
	{doctor_probe_ping, doctor_judge_ping},
	{doctor_probe_ports, doctor_judge_ports},
	{doctor_probe_runtime, doctor_judge_runtime},
	{doctor_probe_data, doctor_judge_data},
	{doctor_probe_space, doctor_judge_space},
	{doctor_probe_log, doctor_judge_log},
	{doctor_probe_namespaces, doctor_judge_namespaces},
	{doctor_probe_passt, doctor_judge_passt},
	{doctor_probe_landlock, doctor_judge_landlock},
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))

void doctor_host(json_t *findings)
{
	struct doctor_facts facts = {0};

	doctor_facts_init(&facts);
	for (size_t i = 0; i < N_CHECKS; i++) {
		checks[i].probe(&facts);
		checks[i].judge(&facts, findings);
	}
	if (facts.uid == 0)
		finding_for_root(findings);
	doctor_facts_free(&facts);
}
