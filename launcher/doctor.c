/* SPDX-License-Identifier: MIT
 * owrun doctor: what this host and this login offer, judged, with the command that mends it. */
#include "launcher/doctor.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/doctor-finding.h"
#include "launcher/group.h"
#include "launcher/report.h"
#include "launcher/text.h"

static const struct check {
	void (*probe)(struct doctor_facts *facts);
	void (*judge)(const struct doctor_facts *facts, json_t *findings);
} checks[] = {
	{doctor_probe_qemu, doctor_judge_qemu},
	{doctor_probe_kvm, doctor_judge_kvm},
	{doctor_probe_tun, doctor_judge_tun},
	{doctor_probe_netd, doctor_judge_netd},
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
	{doctor_probe_landlock, doctor_judge_landlock},
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))

/* An empty variable counts as none. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

void doctor_facts_init(struct doctor_facts *ret_facts)
{
	const struct passwd *entry = getpwuid(getuid());
	struct doctor_facts facts = {
		.root = "",
		.uid = getuid(),
		.path = variable("PATH"),
		.home = variable("HOME"),
		.xdg_runtime = variable("XDG_RUNTIME_DIR"),
		.xdg_data = variable("XDG_DATA_HOME"),
		.xdg_cache = variable("XDG_CACHE_HOME"),
	};

	facts.user = entry == NULL ? text_format("%u", (unsigned int)facts.uid)
				   : text_format("%s", entry->pw_name);
	facts.gids = group_now(&facts.n_gids);
	*ret_facts = facts;
}

void doctor_facts_free(struct doctor_facts *facts)
{
	free(facts->user);
	free(facts->gids);
	free(facts->qemu.program);
	free(facts->qemu.version);
	free(facts->qemu.architectures);
	free(facts->qemu.image_tool);
	for (size_t i = 0; i < facts->n_copies; i++)
		free(facts->copies[i].path);
	free(facts->netd.sentence);
	json_decref(facts->netd.nets);
	json_decref(facts->netd.drifting);
	free(facts->runtime.problem);
	free(facts->runtime.used);
	free(facts->data.path);
	free(facts->data.parent);
	for (size_t i = 0; i < DOCTOR_SPACES; i++) {
		free(facts->spaces[i].path);
		free(facts->spaces[i].parent);
	}
	free(facts->log.name);
	free(facts->log.path);
	json_decref(facts->firewall.opened);
	*facts = (struct doctor_facts){0};
}

static void doctor_host(json_t *findings)
{
	struct doctor_facts facts = {0};

	doctor_facts_init(&facts);
	for (size_t i = 0; i < N_CHECKS; i++) {
		checks[i].probe(&facts);
		checks[i].judge(&facts, findings);
	}
	doctor_facts_free(&facts);
}

/* Colour is for people. */
static bool wants_colour(void)
{
	return isatty(STDOUT_FILENO) && variable("NO_COLOR") == NULL;
}

int doctor_run(struct options *options)
{
	json_t *findings = json_array();
	bool broken = false;

	if (findings == NULL)
		abort();
	if (options->doctor_vm != NULL)
		doctor_vm(options->doctor_vm, findings);
	else
		doctor_host(findings);
	if (options->json)
		report_print(findings, NULL, true, stdout);
	else
		finding_print(findings, wants_colour(), stdout);
	broken = finding_any_broken(findings);
	json_decref(findings);
	return broken ? 1 : 0;
}
