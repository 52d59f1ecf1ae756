/* SPDX-License-Identifier: MIT
 * owrun doctor: judges directories, their space, and what a firewall means for forwards. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"
#include "launcher/vm/forward.h"

#define MIB ((uint64_t)1024 * 1024)

static void judge_directory(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_runtime *runtime = &facts->runtime;
	char *command = runtime->candidate ? text_format("export XDG_RUNTIME_DIR=/run/user/%u",
						     (unsigned int)facts->uid)
					   : NULL;

	if (runtime->unfit != NULL)
		finding_add(findings, FINDING_BROKEN, "runtime", command,
			"no VM can start here: %s", runtime->unfit);
	else if (facts->xdg_runtime == NULL)
		finding_add(findings, FINDING_WARNING, "runtime", command,
			"XDG_RUNTIME_DIR is not set: runtime files are in '%s'", runtime->used);
	else if (runtime->problem != NULL)
		finding_add(findings, FINDING_WARNING, "runtime", command,
			"XDG_RUNTIME_DIR: %s; runtime files are in '%s'", runtime->problem,
			runtime->used);
	else {
		free(command);
		finding_add(findings, FINDING_OK, "runtime", NULL, "runtime files are in '%s'",
			runtime->used);
	}
}

void doctor_judge_runtime(const struct doctor_facts *facts, json_t *findings)
{
	judge_directory(facts, findings);
	if (!facts->runtime.systemd)
		finding_add(findings, FINDING_OK, "linger", NULL,
			"systemd does not run here: nobody ends VMs at logout");
	else if (facts->runtime.linger)
		finding_add(findings, FINDING_OK, "linger", NULL,
			"VMs in the background outlive your last session");
	else
		finding_add(findings, FINDING_WARNING, "linger",
			text_format("loginctl enable-linger"),
			"with your last session /run/user/%u goes away, and with KillUserProcesses=yes VMs in the background, too",
			(unsigned int)facts->uid);
}

/* Where HOME or XDG_DATA_HOME leads elsewhere than to what is the user's own; NULL: it does not. */
static char *mend_variable(const struct doctor_facts *facts)
{
	OWNED_MEMORY char *home = NULL;

	if (facts->xdg_data != NULL && facts->xdg_data[0] == '/')
		return text_format("unset XDG_DATA_HOME");
	if (facts->account_home == NULL ||
		(facts->home != NULL && strcmp(facts->home, facts->account_home) == 0))
		return NULL;
	home = shell_word(facts->account_home);
	return text_format("export HOME=%s", home);
}

/* Where nobody can write, or something else is in the way, root makes no directory either; and root
 * is refused only by a file system of another host, where it can do nothing. */
static char *mend_write(const struct doctor_facts *facts, const char *user, const char *word)
{
	char *command = mend_variable(facts);

	if (command != NULL || facts->data.error != EACCES || facts->uid == 0)
		return command;
	return text_format("sudo install -d -o %s -m 0755 %s", user, word);
}

/* Where others could have been at it; of another user's directory only a way round is left. */
static char *mend_data(const struct doctor_facts *facts)
{
	return facts->data.mend != NULL ? text_format("%s", facts->data.mend)
					: mend_variable(facts);
}

void doctor_judge_data(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_data *data = &facts->data;
	OWNED_MEMORY char *word = shell_word(data->path == NULL ? "" : data->path);
	OWNED_MEMORY char *user = shell_word(facts->user);

	if (data->path == NULL)
		finding_add(findings, FINDING_BROKEN, "data", mend_variable(facts),
			"HOME is not set, nor XDG_DATA_HOME: there is no place for VMs");
	else if (data->unfit != NULL)
		finding_add(findings, FINDING_BROKEN, "data", mend_data(facts),
			"VMs belong in '%s', and none is looked for there: %s", data->path,
			data->unfit);
	else if (data->error != 0)
		finding_add(findings, FINDING_BROKEN, "data", mend_write(facts, user, word),
			"VMs belong in '%s', but you cannot write in '%s': %s", data->path,
			data->parent, strerror(data->error));
	else
		finding_add(findings, FINDING_OK, "data", NULL, "VMs are kept in '%s'", data->path);
}

static void judge_space(const struct doctor_space *space, json_t *findings)
{
	OWNED_MEMORY char *word = shell_word(space->parent == NULL ? "" : space->parent);

	if (space->path == NULL)
		return; /* the line about data says it */
	if (space->error != 0)
		finding_add(findings, FINDING_WARNING, "space", NULL,
			"for %s, at '%s': not known: %s", space->what, space->path,
			strerror(space->error));
	else if (space->free < space->least)
		finding_add(findings, FINDING_WARNING, "space", text_format("df -h %s", word),
			"only %" PRIu64 " MiB are free for %s, at '%s'", space->free / MIB,
			space->what, space->path);
	else
		finding_add(findings, FINDING_OK, "space", NULL,
			"%" PRIu64 " MiB are free for %s, at '%s'", space->free / MIB, space->what,
			space->path);
}

void doctor_judge_space(const struct doctor_facts *facts, json_t *findings)
{
	for (size_t i = 0; i < DOCTOR_SPACES; i++)
		judge_space(&facts->spaces[i], findings);
}

/* A guest prints as much as it likes, and $XDG_RUNTIME_DIR is small. */
void doctor_judge_log(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_log *log = &facts->log;
	OWNED_MEMORY char *word = shell_word(log->path == NULL ? "" : log->path);

	if (log->path != NULL && log->used > log->free / 10)
		finding_add(findings, FINDING_WARNING, "log", text_format("truncate -s 0 %s", word),
			"the console log of VM '%s' is large: %" PRIu64 " MiB, and %" PRIu64
			" MiB are free there",
			log->name, log->used / MIB, log->free / MIB);
	else
		finding_add(findings, FINDING_OK, "log", NULL,
			"no console log of a VM takes much of the space");
}

static void judge_opened(const char *text, json_t *findings)
{
	OWNED_MEMORY char *error = NULL;
	struct forward forward = {0};

	if (forward_parse(text, &forward, &error) < 0)
		return;
	finding_add(findings, FINDING_WARNING, "firewall",
		text_format("sudo ufw allow %u/%s", (unsigned int)forward.host,
			forward.udp ? "udp" : "tcp"),
		"ufw is enabled: other machines reach the forward '%s' only where it allows that",
		text);
}

void doctor_judge_firewall(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_firewall *firewall = &facts->firewall;

	if (!firewall->ufw) {
		finding_add(findings, FINDING_OK, "firewall", NULL, "ufw is not enabled");
		return;
	}
	if (json_array_size(firewall->opened) == 0)
		finding_add(findings, FINDING_OK, "firewall",
			text_format("sudo ufw allow PORT/tcp"),
			"ufw is enabled: a forward on another address than 127.0.0.1 needs its leave; no running VM of yours has one");
	for (size_t i = 0; i < json_array_size(firewall->opened); i++)
		judge_opened(json_string_value(json_array_get(firewall->opened, i)), findings);
}
