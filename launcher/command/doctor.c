/* SPDX-License-Identifier: MIT
 * `owrun doctor`: what is missing on this host, and the command that mends it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "launcher/base/report.h"
#include "launcher/base/terminal.h"
#include "launcher/command/commands.h"
#include "launcher/doctor/doctor.h"
#include "launcher/doctor/finding.h"
#include "launcher/doctor/vm.h"

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
		finding_print(findings, terminal_has_colours(stdout), stdout);
	broken = finding_any_broken(findings);
	json_decref(findings);
	return broken ? 1 : 0;
}
