/* SPDX-License-Identifier: MIT
 * owrun doctor --vm: tests a running VM from outside, as far as that goes. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/console/boot.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"
#include "launcher/doctor/forward.h"
#include "launcher/doctor/vm-lan.h"
#include "launcher/doctor/vm.h"
#include "launcher/home/vm-find.h"
#include "launcher/options/resolve.h"
#include "launcher/qemu/qmp.h"
#include "launcher/qemu/run-state.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/neighbour.h"
#include "launcher/runtime/state.h"

#define QMP_TIMEOUT 3000       /* ms */
#define FORWARD_TIMEOUT 2000   /* ms */
#define OBSTACLE_TIMEOUT 4000  /* ms: that nobody answers ARP takes three seconds */
#define FORWARDS_TIMEOUT 10000 /* ms, for all of them */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Ask QEMU for the VM's status: 0 and an object that the caller gives back, or -errno. */
static int query_status(const struct runtime *runtime, json_t **ret_status)
{
	return qmp_ask(runtime, "query-status", QMP_TIMEOUT, ret_status);
}

/* Returns whether the guest runs. */
static bool check_qmp(const char *name, const struct runtime *runtime, json_t *findings)
{
	OWNED_MEMORY char *why = NULL;
	char *command = NULL;
	json_t *status = NULL;
	int r = query_status(runtime, &status);
	const char *text = text_of(status, "status");
	bool runs = r == 0 && strcmp(text, "running") == 0;

	if (r < 0)
		finding_add(findings, FINDING_BROKEN, "qmp",
			text_format("owrun stop --timeout 0 %s", name),
			"QEMU does not answer (%s): it hangs, was stopped by a signal, or somebody else holds its QMP",
			strerror(-r));
	else if (run_state_judge(name, text, &why, &command))
		finding_add(findings, FINDING_BROKEN, "qmp", command,
			"QEMU answers, but the VM is " RUN_STATE_PAUSED ": %s", why);
	else
		finding_add(findings, FINDING_OK, "qmp", NULL, "QEMU answers: the guest runs");
	json_decref(status);
	return runs;
}

static void check_neighbour(const json_t *state, json_t *findings)
{
	OWNED_MEMORY char *sentence = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	sentence = neighbour_tell(&places, state);
	if (sentence != NULL)
		finding_add(findings, FINDING_WARNING, "neighbour", NULL, "%s", sentence);
}

static int left_of(int64_t deadline, int most)
{
	int left = deadline_left(deadline);

	return left < most ? left : most;
}

/* Nothing came of a connection: which firewall, address or process is to blame? */
static void blame(const struct runtime *runtime, const json_t *state, const char *text,
	const struct forward *forward, bool accepted, int64_t deadline, json_t *findings)
{
	OWNED_MEMORY char *obstacle =
		obstacle_find(runtime, state, forward, left_of(deadline, OBSTACLE_TIMEOUT));

	if (obstacle != NULL)
		finding_add(findings, accepted ? FINDING_WARNING : FINDING_BROKEN, "forward",
			text_format("owrun console %s", text_of(state, "name")), "'%s': %s", text,
			obstacle);
	else if (accepted)
		finding_add(findings, FINDING_OK, "forward", NULL,
			"'%s': the guest accepts, and waits for the other side to speak", text);
	else
		finding_add(findings, FINDING_BROKEN, "forward", NULL,
			"'%s' does not accept connections on this host, while the guest does",
			text);
}

static void check_tcp(const struct runtime *runtime, const json_t *state, const char *text,
	const struct forward *forward, int64_t deadline, json_t *findings)
{
	char seen[DOCTOR_FORWARD_SEEN] = "";
	int error = 0;
	enum doctor_forward tried =
		doctor_forward_try(forward, NULL, left_of(deadline, FORWARD_TIMEOUT), seen, &error);

	if (tried == DOCTOR_FORWARD_ANSWERS)
		finding_add(findings, FINDING_OK, "forward", NULL, "'%s': the guest answers '%s'",
			text, seen);
	else
		blame(runtime, state, text, forward, tried != DOCTOR_FORWARD_REFUSED, deadline,
			findings);
}

static void check_forward(const struct runtime *runtime, const json_t *state, const char *text,
	int64_t deadline, json_t *findings)
{
	OWNED_MEMORY char *error = NULL;
	struct forward forward = {0};

	if (forward_parse(text, &forward, &error) < 0)
		finding_add(findings, FINDING_WARNING, "forward", NULL, "%s", error);
	else if (forward.udp)
		finding_add(findings, FINDING_OK, "forward", NULL,
			"'%s' is UDP: nothing can be seen of it from outside", text);
	else
		check_tcp(runtime, state, text, &forward, deadline, findings);
}

/* The more of them are mute, the less time the later ones have. */
static void check_forwards(const struct runtime *runtime, const json_t *state, json_t *findings)
{
	const json_t *forwards = json_object_get(state, "forwards");
	int64_t deadline = deadline_in(FORWARDS_TIMEOUT);

	for (size_t i = 0; i < json_array_size(forwards); i++) {
		const char *text = json_string_value(json_array_get(forwards, i));

		if (deadline_left(deadline) == 0) {
			finding_add(findings, FINDING_WARNING, "forward", NULL,
				"no time was left to test %zu of the forwards",
				json_array_size(forwards) - i);
			return;
		}
		check_forward(runtime, state, text == NULL ? "" : text, deadline, findings);
	}
}

static void check_boot(
	const char *name, const struct runtime *runtime, const json_t *state, json_t *findings)
{
	OWNED_MEMORY char *missing = boot_missing(runtime, state);

	if (missing != NULL)
		finding_add(findings, FINDING_WARNING, "kernel", text_format("owrun log %s", name),
			"%s", missing);
}

static void judge_passts(const char *name, const json_t *nics, json_t *findings)
{
	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		int pid = (int)json_integer_value(json_object_get(nic, "pid"));

		if (json_is_true(json_object_get(nic, "ended")))
			finding_add(findings, FINDING_BROKEN, "passt",
				text_format("owrun restart %s", name),
				"the passt of eth%zu (process %d) has ended: this NIC carries nothing until the VM is started again",
				i, pid);
		else if (pid != 0)
			finding_add(findings, FINDING_OK, "passt",
				text_format("owrun console %s", name),
				"process %d carries eth%zu; what is beyond cannot be seen from outside; in the guest, try 'nslookup openwrt.org 10.0.2.3'",
				pid, i);
	}
}

static void check_living(const char *name, const struct runtime *runtime, json_t *findings)
{
	json_t *state = state_read(runtime);
	bool runs = false;

	finding_add(findings, FINDING_OK, "alive", NULL, "VM '%s' runs, process %d", name,
		(int)runtime->holder.pid);
	runs = check_qmp(name, runtime, findings);
	if (runs)
		check_boot(name, runtime, state, findings);
	doctor_vm_lan(state, findings);
	check_neighbour(state, findings);
	/* A QEMU that stands still accepts connections all the same: the kernel does. */
	if (runs)
		check_forwards(runtime, state, findings);
	state_judge_passts(state);
	judge_passts(name, json_object_get(state, "nics"), findings);
	if (strcmp(text_of(state, "wan"), "user") == 0)
		finding_add(findings, FINDING_OK, "wan", text_format("owrun console %s", name),
			"DNS and ways out through the user network cannot be seen from outside; in the guest, try 'ping 10.0.2.2' and 'nslookup openwrt.org 10.0.2.3'");
	json_decref(state);
}

void doctor_vm(const char *operand, json_t *findings)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *name = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;
	if (resolve_running(operand, false, &name, &vmdir, &error) < 0 ||
		vm_find(name, &vmdir, &runtime, &error) < 0)
		finding_add(
			findings, FINDING_BROKEN, "alive", text_format("owrun ls"), "%s", error);
	else
		check_living(name, &runtime, findings);
}
