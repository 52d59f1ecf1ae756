/* SPDX-License-Identifier: MIT
 * Network cards of a running VM: QEMU is asked what there is, nothing else keeps a list.
 *
 * A card that was plugged in and its netdev bear the same id. */
#include "launcher/hotplug.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/deadline.h"
#include "launcher/door.h"
#include "launcher/hotplug-private.h"
#include "launcher/plan.h"
#include "launcher/text.h"

#define UNPLUG_TIMEOUT 15000  /* ms for the guest */
#define UNPLUG_AGAIN 6000     /* ms until it is asked again */
#define UNPLUG_PAUSE 50000000 /* ns */

void hotplug_sweep(void)
{
	struct door door = {0};

	door_init(&door);
	door_sweep(&door);
}

/* Ask the guest to let the device go. */
static int ask_to_unplug(struct qmp *qmp, const char *id, char **reterr_text)
{
	return qmp_run(qmp, "device_del", json_pack("{s:s}", "id", id), -1, HOTPLUG_TIMEOUT, NULL,
		reterr_text);
}

/* Wait until it has done so. A guest that is booting may have missed the question. */
static int await_unplugged(struct qmp *qmp, const char *id, char **reterr_text)
{
	int64_t deadline = deadline_in(UNPLUG_TIMEOUT), again = deadline_in(UNPLUG_AGAIN);

	while (deadline_left(deadline) > 0) {
		json_t *list = NULL;
		int r = hotplug_devices(qmp, &list, reterr_text);
		bool there = hotplug_has_device(list, id);

		json_decref(list);
		if (r < 0 || !there)
			return r;
		if (deadline_left(again) == 0) {
			OWNED_MEMORY char *ignored = NULL;

			/* QEMU refuses it while it still waits for the first. */
			(void)!ask_to_unplug(qmp, id, &ignored);
			again = deadline_in(UNPLUG_AGAIN);
		}
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

static int remove_connected(struct qmp *qmp, const char *id, char **reterr_text)
{
	json_t *list = NULL;
	int r = hotplug_devices(qmp, &list, reterr_text);
	bool there = hotplug_has_device(list, id), alone = false;

	json_decref(list);
	if (r < 0)
		return r;
	if (!is_hot_id(id))
		there = false;
	else if (!there)
		r = hotplug_has_netdev(qmp, id, &alone, reterr_text);
	if (r < 0)
		return r;
	if (!there && !alone)
		return text_fail(reterr_text, -ENODEV,
			"no NIC '%s' was plugged in; 'owrun nic ls NAME' lists them", id);
	if (there)
		r = ask_to_unplug(qmp, id, reterr_text);
	if (r == 0 && there)
		r = await_unplugged(qmp, id, reterr_text);
	if (r == 0)
		r = qmp_run(qmp, "netdev_del", json_pack("{s:s}", "id", id), -1, HOTPLUG_TIMEOUT,
			NULL, reterr_text);
	return r;
}

int hotplug_remove(const struct runtime *runtime, const char *id, char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	int r = hotplug_connect(runtime, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = remove_connected(&qmp, id, reterr_text);
	qmp_close(&qmp);
	hotplug_sweep();
	return r;
}
