/* SPDX-License-Identifier: MIT
 * `owrun nic`: network cards of a running VM. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/hold.h"
#include "launcher/hotplug.h"
#include "launcher/report.h"
#include "launcher/text.h"

static const struct report_column columns[] = {
	{"id", "ID"},
	{"model", "MODEL"},
	{"mac", "MAC"},
	{0},
};

static int add(
	const char *name, const struct runtime *runtime, const char *spec, char **reterr_text)
{
	OWNED_MEMORY char *where = NULL;
	char id[HOTPLUG_ID_SIZE] = {0}, mac[MAC_TEXT_SIZE] = {0};
	struct nic nic = {0};
	int r = nic_parse(spec, &nic, reterr_text);

	if (r == 0 && nic.has_address)
		return text_fail(reterr_text, -EINVAL,
			"a NIC that is plugged in has no 'addr': it goes into a port of its own");
	if (r < 0)
		return r;
	nic_name_bridge(&nic, geteuid());
	r = hotplug_add(name, runtime, &nic, id, &where, reterr_text);
	if (r < 0)
		return r;
	mac_format(nic.mac, mac);
	printf("%s: %s is %s, %s; 'owrun nic remove %s %s' takes it out\n", name, id, where, mac,
		name, id);
	return 0;
}

static int list(const struct runtime *runtime, bool json, char **reterr_text)
{
	json_t *rows = hotplug_list(runtime, reterr_text);

	if (rows == NULL)
		return -EIO;
	report_print(rows, columns, json, stdout);
	json_decref(rows);
	return 0;
}

/* Find the VM by the second operand. */
static int find(struct options *options, struct runtime *ret_runtime, char **reterr_text)
{
	struct runtime_places places = {0};
	int r = hold_resolve(options->rest[0], &options->name, &options->vmdir, reterr_text);

	runtime_places_init(&places);
	return r < 0 ? r : runtime_find(&places, options->name, ret_runtime, reterr_text);
}

static int act(struct options *options, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	const char *verb = options->operand;
	bool lists = strcmp(verb, "ls") == 0, adds = strcmp(verb, "add") == 0;
	int r = 0;

	if (!lists && !adds && strcmp(verb, "remove") != 0)
		return text_fail(reterr_text, -EINVAL,
			"'owrun nic' has 'add', 'remove' and 'ls', and no '%s'", verb);
	if (options->n_rest != (lists ? 1u : 2u))
		return text_fail(reterr_text, -EINVAL, "say 'owrun nic %s NAME%s'", verb,
			lists  ? ""
			: adds ? " bridge=BRIDGE' or 'owrun nic add NAME user"
			       : " ID");
	r = find(options, &runtime, reterr_text);
	if (r < 0)
		return r;
	if (lists)
		return list(&runtime, options->json, reterr_text);
	if (adds)
		return add(options->name, &runtime, options->rest[1], reterr_text);
	r = hotplug_remove(&runtime, options->rest[1], reterr_text);
	if (r == 0)
		printf("%s: %s is out\n", options->name, options->rest[1]);
	return r;
}

int nic_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = act(options, &error);

	if (r < 0 && error != NULL)
		text_say("%s", error);
	return r < 0 ? 1 : 0;
}
