/* SPDX-License-Identifier: MIT
 * QEMU writes what passes a NIC of a running VM into a pipe, as pcap.
 *
 * Its object of the type filter-dump takes the name of a file alone, and a QEMU in a sandbox can
 * open none. But a pipe that it has is opened again as /proc/self/fd/N: Landlock leaves that out,
 * as it has no place in any file system. The id of the object tells whose it is. */
#include "launcher/qemu/dump.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/process.h"
#include "launcher/base/text.h"
#include "launcher/qemu/private.h"

#define OBJECTS "/objects"
#define PREFIX "capture-" /* PID-START-NETDEV */
#define STRIPS_HEADERS 8  /* the first version of QEMU that leaves headers out */

/* Run a command; takes the arguments over. ret_value may be NULL. */
static int run(struct qmp *qmp, const char *command, json_t *arguments, int fd, json_t **ret_value,
	char **reterr_text)
{
	return qmp_run(qmp, command, arguments, fd, HOTPLUG_TIMEOUT, ret_value, reterr_text);
}

bool dump_find(const char *text, const char *netdev, bool *ret_headers)
{
	/* "CARD: index=0,type=nic,model=virtio-net-pci,...\r\n \ nic0: index=0,type=tap,fd=4" */
	OWNED_MEMORY char *tap = text_format("\\ %s: index=0,type=tap", netdev);
	OWNED_MEMORY char *any = text_format("\\ %s: index=0,", netdev);
	const char *found = strstr(text, any), *card = text;

	if (found == NULL)
		return false;
	for (const char *line = text; line != NULL && line < found; line = strchr(line, '\n')) {
		line += strspn(line, "\n");
		if (line < found && line[0] != ' ')
			card = line;
	}
	card = strstr(card, ",model=virtio");
	*ret_headers = card != NULL && card < found && strncmp(found, tap, strlen(tap)) == 0;
	return true;
}

/* The first number of QEMU's version. */
static int ask_version(struct qmp *qmp, json_int_t *ret_major, char **reterr_text)
{
	json_auto_t *version = NULL;
	int r = run(qmp, "query-version", NULL, -1, &version, reterr_text);

	if (r == 0)
		*ret_major = json_integer_value(
			json_object_get(json_object_get(version, "qemu"), "major"));
	return r;
}

int dump_look(
	const struct runtime *runtime, const char *netdev, bool *ret_headers, char **reterr_text)
{
	OWNED_MEMORY char *text = NULL;
	struct qmp qmp = {.socket = -1};
	json_int_t major = 0;
	bool headers = false;
	int r = hotplug_connect(runtime, HOTPLUG_TIMEOUT, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = ask_version(&qmp, &major, reterr_text);
	if (r == 0)
		r = qmp_human(&qmp, "info network", HOTPLUG_TIMEOUT, &text, reterr_text);
	qmp_close(&qmp);
	if (r < 0)
		return r;
	if (!dump_find(text, netdev, &headers))
		return -ENODEV;
	*ret_headers = headers && major < STRIPS_HEADERS;
	return 0;
}

static char *own_id(const char *netdev)
{
	char start[PROCESS_START_SIZE] = {0};

	(void)process_start(getpid(), start);
	return text_format(PREFIX "%d-%s-%s", (int)getpid(), start, netdev);
}

/* Is it the id of a capture whose process is gone? */
static bool is_stale(const char *id)
{
	char start[PROCESS_START_SIZE] = {0};
	const char *rest = NULL;
	size_t digits = 0, length = 0;
	uint32_t pid = 0;

	if (strncmp(id, PREFIX, strlen(PREFIX)) != 0)
		return false;
	rest = id + strlen(PREFIX);
	digits = strcspn(rest, "-");
	if (!number_parse(rest, digits, INT32_MAX, &pid) || rest[digits] == '\0')
		return false;
	rest += digits + 1;
	length = strcspn(rest, "-");
	if (length >= sizeof(start))
		return false;
	memcpy(start, rest, length);
	return !process_is_there((pid_t)pid, start);
}

static int remove_object(struct qmp *qmp, const char *id, char **reterr_text)
{
	return run(qmp, "object-del", json_pack("{s:s}", "id", id), -1, NULL, reterr_text);
}

static int remove_stale(struct qmp *qmp, char **reterr_text)
{
	json_auto_t *objects = NULL;
	int r = run(
		qmp, "qom-list", json_pack("{s:s}", "path", OBJECTS), -1, &objects, reterr_text);

	for (size_t i = 0; r == 0 && i < json_array_size(objects); i++) {
		const char *id =
			json_string_value(json_object_get(json_array_get(objects, i), "name"));

		if (id != NULL && is_stale(id))
			r = remove_object(qmp, id, reterr_text);
	}
	return r;
}

/* The object opens the pipe for itself; QEMU then needs the other fd no more. */
static int add_object(struct qmp *qmp, const char *netdev, uint32_t snap, int pipe, const char *id,
	char **reterr_text)
{
	OWNED_MEMORY char *file = NULL;
	OWNED_MEMORY char *ignored = NULL;
	json_auto_t *passed = NULL;
	int r = run(qmp, "add-fd", NULL, pipe, &passed, reterr_text);

	if (r < 0)
		return r;
	file = text_format(
		"/proc/self/fd/%d", (int)json_integer_value(json_object_get(passed, "fd")));
	r = run(qmp, "object-add",
		json_pack("{s:s, s:s, s:s, s:s, s:I}", "qom-type", "filter-dump", "id", id,
			"netdev", netdev, "file", file, "maxlen", (json_int_t)snap),
		-1, NULL, reterr_text);
	(void)!run(qmp, "remove-fd",
		json_pack("{s:O}", "fdset-id", json_object_get(passed, "fdset-id")), -1, NULL,
		&ignored);
	return r;
}

int dump_start(const struct runtime *runtime, const char *netdev, uint32_t snap, int pipe,
	char **ret_id, char **reterr_text)
{
	OWNED_MEMORY char *id = own_id(netdev);
	struct qmp qmp = {.socket = -1};
	int r = hotplug_connect(runtime, HOTPLUG_TIMEOUT, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = remove_stale(&qmp, reterr_text);
	if (r == 0)
		r = add_object(&qmp, netdev, snap, pipe, id, reterr_text);
	qmp_close(&qmp);
	if (r < 0)
		return r;
	*ret_id = id;
	id = NULL;
	return 0;
}

int dump_stop(const struct runtime *runtime, const char *id, char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	int r = hotplug_connect(runtime, HOTPLUG_TIMEOUT, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = remove_object(&qmp, id, reterr_text);
	qmp_close(&qmp);
	return r;
}
