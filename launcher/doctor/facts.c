/* SPDX-License-Identifier: MIT
 * owrun doctor: who asks, and what the probes found. */
#include "launcher/doctor/facts.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/netd-client/group.h"

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
	facts.account_home =
		entry == NULL || entry->pw_dir[0] != '/' ? NULL : text_format("%s", entry->pw_dir);
	facts.gids = group_now(&facts.n_gids);
	*ret_facts = facts;
}

void doctor_facts_free(struct doctor_facts *facts)
{
	free(facts->user);
	free(facts->account_home);
	free(facts->namespaces.owrun);
	free(facts->gids);
	free(facts->qemu.program);
	free(facts->qemu.version);
	free(facts->qemu.architectures);
	free(facts->qemu.image_tool);
	free(facts->qemu.problem);
	free(facts->passt);
	free(facts->lan.dhcp);
	for (size_t i = 0; i < facts->n_copies; i++)
		free(facts->copies[i].path);
	free(facts->netd.sentence);
	json_decref(facts->netd.nets);
	free(facts->runtime.problem);
	free(facts->runtime.used);
	free(facts->runtime.unfit);
	free(facts->data.path);
	free(facts->data.parent);
	free(facts->data.unfit);
	free(facts->data.mend);
	for (size_t i = 0; i < DOCTOR_SPACES; i++) {
		free(facts->spaces[i].path);
		free(facts->spaces[i].parent);
	}
	free(facts->log.name);
	free(facts->log.path);
	json_decref(facts->firewall.opened);
	*facts = (struct doctor_facts){0};
}
