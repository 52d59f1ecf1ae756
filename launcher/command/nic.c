/* SPDX-License-Identifier: MIT
 * `owrun nic`: network cards of a running VM. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/nic-rows.h"
#include "launcher/command/running.h"
#include "launcher/netd-client/nets.h"
#include "launcher/qemu/hotplug.h"
#include "launcher/runtime/state.h"

#define QEMU_TIMEOUT 5000   /* ms for an answer */
#define PORT_TIMEOUT 2000   /* ms for netd to notice that a port is gone */
#define PORT_PAUSE 50000000 /* ns */

static const struct report_column columns[] = {
	{"id", "ID"},
	{"network", "NETWORK"},
	{"interface", "PORT"},
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
	if (r == 0 && nic.kind == NIC_PASST)
		return text_fail(reterr_text, -EOPNOTSUPP,
			"QEMU takes no passt while it runs: '--nic passt' has one from the start, and 'user' can be plugged in");
	if (r < 0)
		return r;
	nic_name_bridge(&nic, geteuid());
	r = hotplug_add(name, runtime, &nic, id, &where, reterr_text);
	if (r < 0)
		return r;
	mac_format(nic.mac, mac);
	text_print(stdout, "%s: %s is %s, %s; 'owrun nic remove %s %s' takes it out", name, id,
		where, mac, name, id);
	return 0;
}

static int list(const char *name, const struct runtime *runtime, bool json, char **reterr_text)
{
	json_auto_t *state = state_read(runtime);
	int r = nic_rows_add(name, runtime, state, QEMU_TIMEOUT, reterr_text);

	report_print(json_object_get(state, "nics"), columns, json, stdout);
	return r;
}

/* The address of the card of that id, as a text that the caller frees; NULL: there is none. */
static char *address_of(const struct runtime *runtime, const char *id)
{
	OWNED_MEMORY char *ignored = NULL;
	json_t *rows = hotplug_list(runtime, QEMU_TIMEOUT, &ignored);
	char *mac = NULL;

	for (size_t i = 0; i < json_array_size(rows) && mac == NULL; i++) {
		OWNED_MEMORY char *row_id = state_text(json_array_get(rows, i), "id");

		if (row_id != NULL && strcmp(row_id, id) == 0)
			mac = state_text(json_array_get(rows, i), "mac");
	}
	json_decref(rows);
	return mac;
}

/* The port that netd still has of the VM with that address, as a text that the caller frees. */
static char *port_of(const char *name, const char *mac)
{
	OWNED_MEMORY char *ignored = NULL;
	json_t *rows = json_array();
	struct netd_client client = {0};
	char *interface = NULL;

	netd_client_init(&client);
	(void)!nets_fetch_ports(&client, rows, &ignored);
	for (size_t i = 0; i < json_array_size(rows) && interface == NULL; i++) {
		const json_t *row = json_array_get(rows, i);
		OWNED_MEMORY char *vm = state_text(row, "vm");
		OWNED_MEMORY char *address = state_text(row, "mac");

		if (vm != NULL && strcmp(vm, name) == 0 && address != NULL &&
			strcmp(address, mac) == 0)
			interface = state_text(row, "interface");
	}
	json_decref(rows);
	return interface;
}

/* QEMU says that it is out: netd tells whether the port is. */
static int check_port_gone(const char *name, const char *id, const char *mac, char **reterr_text)
{
	int64_t deadline = deadline_in(PORT_TIMEOUT);
	OWNED_MEMORY char *interface = port_of(name, mac);

	while (interface != NULL && deadline_left(deadline) > 0) {
		nanosleep(&(struct timespec){.tv_nsec = PORT_PAUSE}, NULL);
		free(interface);
		interface = port_of(name, mac);
	}
	if (interface == NULL)
		return 0;
	return text_fail(reterr_text, -EBUSY,
		"QEMU says that '%s' is out, and keeps its port '%s': only the end of VM '%s' takes it away",
		id, interface, name);
}

static int take_out(
	const char *name, const struct runtime *runtime, const char *id, char **reterr_text)
{
	OWNED_MEMORY char *mac = address_of(runtime, id);
	int r = hotplug_remove(runtime, id, reterr_text);

	if (r == 0 && mac != NULL)
		r = check_port_gone(name, id, mac, reterr_text);
	if (r == 0)
		text_print(stdout, "%s: %s is out", name, id);
	return r;
}

static int act(struct options *options, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	const char *verb = options->operand;
	int r = running_find(options, &runtime, reterr_text);
	if (r < 0)
		return r;
	if (strcmp(verb, "ls") == 0)
		return list(options->name, &runtime, options->json, reterr_text);
	if (strcmp(verb, "add") == 0)
		return add(options->name, &runtime, options->rest[1], reterr_text);
	return take_out(options->name, &runtime, options->rest[1], reterr_text);
}

int nic_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = act(options, &error);

	return text_exit_status(r, error);
}
