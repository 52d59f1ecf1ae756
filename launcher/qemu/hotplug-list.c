/* SPDX-License-Identifier: MIT
 * Network cards of a running VM: what QEMU says that there is. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/plan/plan.h"
#include "launcher/qemu/private.h"

#define PERIPHERAL "/machine/peripheral"

int hotplug_connect(
	const struct runtime *runtime, int timeout_ms, struct qmp *ret_qmp, char **reterr_text)
{
	int r = qmp_connect(runtime, timeout_ms, ret_qmp);

	if (r < 0)
		return text_fail(reterr_text, r, "QEMU does not answer: %s", strerror(-r));
	return 0;
}

int hotplug_devices(struct qmp *qmp, json_t **ret_devices, char **reterr_text)
{
	return qmp_run(qmp, "qom-list", json_pack("{s:s}", "path", PERIPHERAL), -1, HOTPLUG_TIMEOUT,
		ret_devices, reterr_text);
}

bool hotplug_has_device(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name =
			json_string_value(json_object_get(json_array_get(list, i), "name"));

		if (name != NULL && strcmp(name, id) == 0)
			return true;
	}
	return false;
}

int hotplug_has_netdev(struct qmp *qmp, const char *id, bool *ret_there, char **reterr_text)
{
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *line = text_format("%s: index=", id);
	int r = qmp_human(qmp, "info network", HOTPLUG_TIMEOUT, &text, reterr_text);

	if (r == 0)
		*ret_there = strstr(text, line) != NULL;
	return r;
}

static json_t *property(struct qmp *qmp, const char *id, const char *key, int64_t deadline)
{
	OWNED_MEMORY char *path = text_format(PERIPHERAL "/%s", id);
	OWNED_MEMORY char *ignored = NULL;
	json_t *value = NULL;

	if (qmp_run(qmp, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", key), -1,
		    deadline_left(deadline), &value, &ignored) < 0)
		return json_null();
	return value;
}

/* What QEMU says of networks tells of that netdev that it is QEMU's user network. */
static bool is_user(const char *networks, const char *id)
{
	OWNED_MEMORY char *line = text_format("%s: index=0,type=user,", id);

	return networks != NULL && strstr(networks, line) != NULL;
}

json_t *hotplug_list(const struct runtime *runtime, int timeout_ms, char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	OWNED_MEMORY char *networks = NULL;
	json_t *rows = NULL, *list = NULL;
	/* For all of it: a QEMU that takes its time with each answer is not waited for. */
	int64_t deadline = deadline_in(HOTPLUG_TIMEOUT);

	if (hotplug_connect(runtime, timeout_ms, &qmp, reterr_text) < 0)
		return NULL;
	if (hotplug_devices(&qmp, &list, reterr_text) == 0 &&
		qmp_human(&qmp, "info network", deadline_left(deadline), &networks, reterr_text) ==
			0)
		rows = json_array();
	for (size_t i = 0; i < PLAN_HOT_PORTS && rows != NULL; i++) {
		char id[HOTPLUG_ID_SIZE] = {0};

		(void)snprintf(id, sizeof(id), "hot%zu", i);
		if (hotplug_has_device(list, id))
			json_array_append_new(
				rows, json_pack("{s:s, s:s?, s:o, s:o}", "id", id, "network",
					      is_user(networks, id) ? "user" : NULL, "model",
					      property(&qmp, id, "type", deadline), "mac",
					      property(&qmp, id, "mac", deadline)));
	}
	json_decref(list);
	qmp_close(&qmp);
	return rows;
}
