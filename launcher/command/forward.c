/* SPDX-License-Identifier: MIT
 * `owrun forward`: ports of this host that lead into a running VM. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/running.h"
#include "launcher/relay/change.h"
#include "launcher/relay/client.h"
#include "launcher/relay/stdio.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define STDIO_TIMEOUT 10000 /* ms for the guest to take a connection */

static const struct report_column columns[] = {
	{"vm", "VM"},
	{"forward", "FORWARD"},
	{"by", "BY"},
	{"connections", "CONNECTIONS"},
	{"state", "STATE"},
	{0},
};

/* What the forwarder, which may have ended, tells of the forward; NULL: nothing. */
static const struct relay_entry *find_entry(const struct relay_reply *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strncmp(list->entries[i].forward, text, sizeof(list->entries[i].forward)) == 0)
			return &list->entries[i];
	return NULL;
}

static json_t *row_of(const char *name, const json_t *state, const struct relay_reply *list,
	const struct forward *forward)
{
	char text[FORWARD_TEXT_SIZE] = "";
	bool lan = state_enters_by_lan(state, forward);
	const struct relay_entry *entry = NULL;

	forward_format(forward, text);
	entry = lan ? find_entry(list, text) : NULL;
	return json_pack("{s:s, s:s, s:s, s:o, s:s}", "vm", name, "forward", text, "by",
		lan ? "lan" : "user network", "connections",
		entry == NULL ? json_null() : json_integer(entry->connections), "state",
		lan && entry == NULL ? "nobody serves it" : "served");
}

static void add_rows(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	json_auto_t *state = state_read(runtime);
	json_t *rows = context;
	struct relay_reply served = {0};
	struct forward forward = {0};

	if (!alive)
		return;
	(void)!forwarder_list(runtime, &served);
	for (size_t i = 0; state_forward(state, i, &forward); i++)
		json_array_append_new(rows, row_of(name, state, &served, &forward));
}

/* Of that VM; `runtime` NULL: of all that run. */
static int list(const char *name, const struct runtime *runtime, bool json)
{
	json_auto_t *rows = json_array();
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime == NULL)
		runtime_each(&places, add_rows, rows);
	else
		add_rows(name, runtime, true, rows);
	/* The name is that of the question. */
	report_print(rows, runtime == NULL ? columns : columns + 1, json, stdout);
	return 0;
}

static int add(
	const char *name, const struct runtime *runtime, const char *spec, char **reterr_text)
{
	struct forward forward = {0};
	char text[FORWARD_TEXT_SIZE] = "";
	int r = forward_parse(spec, &forward, reterr_text);

	if (r == 0)
		r = change_add(name, runtime, &forward, reterr_text);
	if (r < 0)
		return r;
	forward_format(&forward, text);
	text_print(
		stdout, "%s: %s; 'owrun forward rm %s %s' takes it away", name, text, name, text);
	return 0;
}

/* "[ADDR:]HOST[/udp]" will do where a forward is to go. */
static int parse_removed(const char *spec, struct forward *ret_forward, char **reterr_text)
{
	int length = (int)strcspn(spec, "/");
	OWNED_MEMORY char *whole = text_format("%.*s:1%s", length, spec, spec + length);
	OWNED_MEMORY char *ignored = NULL;

	if (forward_parse(spec, ret_forward, &ignored) == 0 ||
		forward_parse(whole, ret_forward, &ignored) == 0)
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"forward '%s' is neither a port of this host, as in '8080', nor what 'owrun forward ls' shows",
		spec);
}

static int take_away(
	const char *name, const struct runtime *runtime, const char *spec, char **reterr_text)
{
	struct forward forward = {0};
	int r = parse_removed(spec, &forward, reterr_text);

	return r < 0 ? r : change_remove(name, runtime, &forward, reterr_text);
}

/* For programs such as ssh, whose ProxyCommand this is. */
static int connect_stdio(
	const char *name, const struct runtime *runtime, const char *text, char **reterr_text)
{
	OWNED_FD fd = -1;
	uint32_t port = 0;

	if (!number_parse(text, strlen(text), UINT16_MAX, &port) || port == 0)
		return text_fail(
			reterr_text, -EINVAL, "port '%s' is not a number up to 65535", text);
	fd = change_connect(name, runtime, (uint16_t)port, STDIO_TIMEOUT, reterr_text);
	if (fd < 0)
		return fd;
	/* That a side has gone away is the end, as any. */
	(void)!stdio_relay(fd);
	return 0;
}

static int act(struct options *options, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	const char *verb = options->operand;
	int r = 0;

	if (options->n_rest == 0)
		return list(NULL, NULL, options->json);
	r = running_find(options, &runtime, reterr_text);
	if (r < 0)
		return r;
	if (strcmp(verb, "ls") == 0)
		return list(options->name, &runtime, options->json);
	return (strcmp(verb, "add") == 0 ? add
		: strcmp(verb, "rm") == 0
			? take_away
			: connect_stdio)(options->name, &runtime, options->rest[1], reterr_text);
}

int forward_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = act(options, &error);

	return text_exit_status(r, error);
}
