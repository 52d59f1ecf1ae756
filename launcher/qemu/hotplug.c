/* SPDX-License-Identifier: MIT
 * Network cards of a running VM: QEMU is asked what there is, nothing else keeps a list.
 *
 * A card that was plugged in and its netdev bear the same id. */
#include "launcher/qemu/hotplug.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/netd-client/client.h"
#include "launcher/plan/plan.h"
#include "launcher/qemu/private.h"

#define UNPLUG_TIMEOUT 15000   /* ms for the guest */
#define UNPLUG_AGAIN 6000      /* ms until it is asked again */
#define UNPLUG_PAUSE 100000000 /* ns */

void hotplug_sweep(void)
{
	struct netd_client client = {0};

	netd_client_init(&client);
	netd_client_sweep(&client);
}

/* Ask the guest to let the device go. */
static int ask_to_unplug(struct qmp *qmp, const char *id, char **reterr_text)
{
	return qmp_run(qmp, "device_del", json_pack("{s:s}", "id", id), -1, HOTPLUG_TIMEOUT, NULL,
		reterr_text);
}

/* Look whether it has done so, and ask again where `again` says. QMP is held for that moment only:
 * an `owrun stop` may want it. Returns 0, or -errno with a sentence. */
static int look(const struct runtime *runtime, const char *id, bool again, bool *ret_there,
	char **reterr_text)
{
	OWNED_MEMORY char *ignored = NULL;
	struct qmp qmp = {.socket = -1};
	json_t *list = NULL;
	int r = hotplug_connect(runtime, HOTPLUG_TIMEOUT, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = hotplug_devices(&qmp, &list, reterr_text);
	*ret_there = hotplug_has_device(list, id);
	/* QEMU refuses it while it still waits for the first. */
	if (r == 0 && *ret_there && again)
		(void)!ask_to_unplug(&qmp, id, &ignored);
	json_decref(list);
	qmp_close(&qmp);
	return r;
}

/* Wait until it has done so. A guest that is booting may have missed the question. */
static int await_unplugged(const struct runtime *runtime, const char *id, char **reterr_text)
{
	int64_t deadline = deadline_in(UNPLUG_TIMEOUT), ask = deadline_in(UNPLUG_AGAIN);

	while (deadline_left(deadline) > 0) {
		bool there = true, again = deadline_left(ask) == 0;
		int r = look(runtime, id, again, &there, reterr_text);

		/* Who else may hold QMP has it for a while. */
		if (r != -ETIMEDOUT && (r < 0 || !there))
			return r;
		if (again)
			ask = deadline_in(UNPLUG_AGAIN);
		nanosleep(&(struct timespec){.tv_nsec = UNPLUG_PAUSE}, NULL);
	}
	return text_fail(reterr_text, -ETIMEDOUT,
		"the guest does not let '%s' go within %d s; it may do so later, or not know how",
		id, UNPLUG_TIMEOUT / 1000);
}

/* "hot0" to "hot3" */
static bool is_hot_id(const char *id)
{
	return strlen(id) == 4 && strncmp(id, "hot", 3) == 0 && id[3] >= '0' &&
	       id[3] < '0' + PLAN_HOT_PORTS;
}

/* Find what there is to remove: a device that the guest was asked to let go, or a netdev that was
 * left alone. Returns 0, or -errno with a sentence. */
static int begin(struct qmp *qmp, const char *id, char **reterr_text)
{
	json_t *list = NULL;
	int r = hotplug_devices(qmp, &list, reterr_text);
	bool there = is_hot_id(id) && hotplug_has_device(list, id), alone = false;

	json_decref(list);
	if (r < 0)
		return r;
	if (there)
		return ask_to_unplug(qmp, id, reterr_text);
	if (is_hot_id(id))
		r = hotplug_has_netdev(qmp, id, &alone, reterr_text);
	if (r == 0 && !alone)
		return text_fail(reterr_text, -ENODEV,
			"no NIC '%s' was plugged in, and those of the start stay; 'owrun nic ls NAME' lists both",
			id);
	return r;
}

static int finish(struct qmp *qmp, const char *id, char **reterr_text)
{
	return qmp_run(qmp, "netdev_del", json_pack("{s:s}", "id", id), -1, HOTPLUG_TIMEOUT, NULL,
		reterr_text);
}

/* Connect for one step. */
static int step(const struct runtime *runtime, const char *id,
	int (*act)(struct qmp *qmp, const char *id, char **reterr_text), char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	int r = hotplug_connect(runtime, HOTPLUG_TIMEOUT, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = act(&qmp, id, reterr_text);
	qmp_close(&qmp);
	return r;
}

int hotplug_remove(const struct runtime *runtime, const char *id, char **reterr_text)
{
	int r = step(runtime, id, begin, reterr_text);

	if (r == 0)
		r = await_unplugged(runtime, id, reterr_text);
	if (r == 0)
		r = step(runtime, id, finish, reterr_text);
	hotplug_sweep();
	return r;
}
