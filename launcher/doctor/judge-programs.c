/* SPDX-License-Identifier: MIT
 * owrun doctor: judges QEMU, KVM, and programs with privileges that they should not have. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"
#include "launcher/vm/arch.h"

#define QEMU_OLDEST 7 /* major version */

/* The number after "version " in QEMU's first line; 0: none. */
static uint32_t major_version(const char *line)
{
	static const char word[] = "version ";
	const char *at = strstr(line, word);
	uint32_t major = 0;

	if (at == NULL)
		return 0;
	at += strlen(word);
	return number_parse(at, strspn(at, "0123456789"), 100000, &major) ? major : 0;
}

static void judge_version(const struct doctor_qemu *qemu, json_t *findings)
{
	uint32_t major = qemu->version == NULL ? 0 : major_version(qemu->version);
	OWNED_MEMORY char *program = shell_word(qemu->program);

	if (qemu->version == NULL)
		finding_add(findings, FINDING_BROKEN, "qemu", text_format("%s --version", program),
			"QEMU does not tell its version: %s", qemu->problem);
	else if (major < QEMU_OLDEST)
		finding_add(findings, FINDING_WARNING, "qemu", NULL,
			"'%s' says '%s'; owrun is not tested with versions before %d",
			qemu->program, qemu->version, QEMU_OLDEST);
	else
		finding_add(findings, FINDING_OK, "qemu", NULL, "'%s': %s; architectures: %s",
			qemu->program, qemu->version,
			qemu->architectures == NULL ? "none" : qemu->architectures);
}

void doctor_judge_qemu(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_qemu *qemu = &facts->qemu;

	if (qemu->program == NULL)
		finding_add(findings, FINDING_BROKEN, "qemu",
			text_format("sudo apt install qemu-system-x86"),
			"'%s' is not on your PATH; architectures that are: %s", arch_host()->qemu,
			qemu->architectures == NULL ? "none" : qemu->architectures);
	else
		judge_version(qemu, findings);
	if (qemu->image_tool == NULL)
		finding_add(findings, FINDING_WARNING, "qemu-img",
			text_format("sudo apt install qemu-utils"),
			"'qemu-img' is not on your PATH: no qcow2 disks and no snapshots can be made");
	else
		finding_add(findings, FINDING_OK, "qemu-img", NULL, "'%s'", qemu->image_tool);
}

void doctor_judge_passt(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_namespaces *namespaces = &facts->namespaces;
	const char *passt = facts->passt;

	if (passt == NULL)
		finding_add(findings, FINDING_OK, "passt", text_format("sudo apt install passt"),
			"'passt' is not on your PATH: there is no '--wan passt', and '--wan user' needs none");
	else if (namespaces->clone == 0 || namespaces->max == 0)
		finding_add(findings, FINDING_WARNING, "passt", NULL,
			"'%s' ends at once where users may make no user namespaces: there is no '--wan passt' here",
			passt);
	else
		finding_add(findings, FINDING_OK, "passt", NULL, "'%s': '--wan passt' is possible",
			passt);
}

/* What helps against the obstacle, or NULL. */
static char *kvm_command(const struct doctor_facts *facts)
{
	const struct accel_facts *kvm = &facts->accel;
	OWNED_MEMORY char *user = shell_word(facts->user);

	if (kvm->open_error == EACCES)
		return text_format("sudo adduser %s kvm", user);
	if (kvm->open_error != 0 && kvm->cpu_flag)
		return text_format("sudo modprobe kvm_intel || sudo modprobe kvm_amd");
	return NULL;
}

void doctor_judge_kvm(const struct doctor_facts *facts, json_t *findings)
{
	OWNED_MEMORY char *reason = NULL;
	OWNED_MEMORY char *error = NULL;
	const struct accel_facts *kvm = &facts->accel;
	enum accel accel = ACCEL_AUTO;
	bool hangs = kvm->open_error == 0 && !kvm->module && !kvm->cpu_flag;

	(void)accel_choose(ACCEL_AUTO, kvm, &accel, &reason, &error);
	if (accel == ACCEL_KVM)
		finding_add(findings, FINDING_OK, "kvm", NULL,
			"/dev/kvm opens, and the hardware is there");
	else
		finding_add(findings, FINDING_WARNING, "kvm", kvm_command(facts),
			"VMs run under TCG, more slowly: %s%s", reason,
			hangs ? "; a guest under such a KVM spins and shows nothing" : "");
}

static void judge_copy(const struct doctor_copy *copy, json_t *findings)
{
	OWNED_MEMORY char *word = shell_word(copy->path);
	enum finding_state state = copy->bridge_helper ? FINDING_WARNING : FINDING_BROKEN;
	const char *why =
		copy->bridge_helper
			? "users reach bridges past owvm-netd and its policy"
			: "whoever may run it has that privilege, and owvm needs none there";

	if (copy->capable)
		finding_add(findings, state, "privileges", text_format("sudo setcap -r %s", word),
			"'%s' has file capabilities: %s", copy->path, why);
	if (copy->set_id)
		finding_add(findings, state, "privileges",
			text_format("sudo chmod u-s,g-s %s", word), "'%s' is setuid or setgid: %s",
			copy->path, why);
}

void doctor_judge_copies(const struct doctor_facts *facts, json_t *findings)
{
	for (size_t i = 0; i < facts->n_copies; i++)
		judge_copy(&facts->copies[i], findings);
	if (facts->n_copies == 0)
		finding_add(findings, FINDING_OK, "privileges", NULL,
			"no QEMU, bridge helper or owrun was found with a privilege of its own");
}

/* The bridges of rules that permit it, or NULL; the caller frees it. */
static char *netns_bridges(const json_t *nets)
{
	char *list = NULL;

	for (size_t i = 0; i < json_array_size(nets); i++) {
		const json_t *net = json_array_get(nets, i);
		const json_t *options = json_object_get(net, "options");
		const char *bridge = json_string_value(json_object_get(net, "bridge"));
		bool has = false;

		for (size_t j = 0; j < json_array_size(options); j++) {
			const char *option = json_string_value(json_array_get(options, j));

			has = has || (option != NULL && strcmp(option, "netns") == 0);
		}
		if (!has || bridge == NULL)
			continue;
		if (list == NULL)
			list = text_format("'%s'", bridge);
		else
			text_append(&list, ", '%s'", bridge);
	}
	return list;
}

void doctor_judge_lan(const struct doctor_facts *facts, json_t *findings)
{
	OWNED_MEMORY char *bridges = netns_bridges(facts->netd.nets);

	if (facts->lan.dhcp == NULL)
		finding_add(findings, FINDING_WARNING, "lan",
			text_format("sudo apt install udhcpc"),
			"there is no DHCP client: 'owrun lan' needs '--address'");
	/* Where netd could not be asked another line says so. */
	if (facts->netd.error == 0 && facts->netd.nets != NULL && bridges == NULL)
		finding_add(findings, FINDING_WARNING, "lan", NULL,
			"no rule of the policy gives you 'netns' on a bridge, so 'owrun lan' is refused; an administrator can add it, and rules with %%U have it");
	else if (facts->lan.dhcp != NULL && bridges != NULL)
		finding_add(findings, FINDING_OK, "lan", NULL,
			"'owrun lan' may be a client on %s, with addresses by '%s'", bridges,
			facts->lan.dhcp);
}
