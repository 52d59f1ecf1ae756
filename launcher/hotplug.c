/* SPDX-License-Identifier: MIT
 * Network cards of a running VM: QEMU is asked what there is, nothing else keeps a list.
 *
 * The tap goes from netd to owrun and from there over QMP to QEMU (SCM_RIGHTS, `getfd`), so that QEMU
 * needs neither a privilege nor a file. A card that was plugged in and its netdev bear the same id. */
#include "launcher/hotplug.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/deadline.h"
#include "launcher/door.h"
#include "launcher/hotplug-private.h"
#include "launcher/lan.h"
#include "launcher/state.h"
#include "launcher/text.h"

#define UNPLUG_TIMEOUT 15000  /* ms for the guest */
#define UNPLUG_AGAIN 6000     /* ms until it is asked again */
#define UNPLUG_PAUSE 50000000 /* ns */
#define FIRST_NUMBER 8	      /* of NICs that are plugged in, for their addresses */

/* The first free id, and its number. */
static int free_id(
	struct qmp *qmp, char ret_id[HOTPLUG_ID_SIZE], unsigned int *ret_number, char **reterr_text)
{
	json_t *list = NULL;
	int r = hotplug_devices(qmp, &list, reterr_text);

	if (r < 0)
		return r;
	for (unsigned int i = 0; i < PLAN_HOT_PORTS; i++) {
		(void)snprintf(ret_id, HOTPLUG_ID_SIZE, "hot%u", i);
		bool there = hotplug_has_device(list, ret_id);

		if (!there)
			r = hotplug_has_netdev(qmp, ret_id, &there, reterr_text);
		if (r < 0 || !there) {
			*ret_number = i;
			json_decref(list);
			return r;
		}
	}
	json_decref(list);
	return text_fail(reterr_text, -ENOSPC,
		"%d NICs are plugged in already, which is all that the VM has room for",
		PLAN_HOT_PORTS);
}

static json_t *user_netdev(const struct nic *nic, const char *id)
{
	json_t *netdev = json_pack("{s:s, s:s}", "type", "user", "id", id);

	if (nic->net[0] != '\0')
		json_object_set_new(netdev, "net", json_string(nic->net));
	if (nic->host[0] != '\0')
		json_object_set_new(netdev, "host", json_string(nic->host));
	if (nic->dhcpstart[0] != '\0')
		json_object_set_new(netdev, "dhcpstart", json_string(nic->dhcpstart));
	return netdev;
}

/* The side of the host: a tap from netd, or a user network. */
static int add_netdev(struct qmp *qmp, const char *name, const struct nic *nic, const char *id,
	uint32_t *ret_mtu, char **ret_where, char **reterr_text)
{
	struct wire_tap_reply port = {0};
	struct door door = {0};
	OWNED_FD tap = -1;
	int r = 0;

	if (nic->kind == NIC_USER) {
		*ret_where = text_format("a user network");
		return qmp_run(qmp, "netdev_add", user_netdev(nic, id), -1, HOTPLUG_TIMEOUT, NULL,
			reterr_text);
	}
	door_init(&door);
	r = lan_open(name, nic, &door, nic->mac, &port, &tap, reterr_text);
	if (r < 0)
		return r;
	r = qmp_run(qmp, "getfd", json_pack("{s:s}", "fdname", id), tap, HOTPLUG_TIMEOUT, NULL,
		reterr_text);
	if (r == 0)
		r = qmp_run(qmp, "netdev_add",
			json_pack("{s:s, s:s, s:s}", "type", "tap", "id", id, "fd", id), -1,
			HOTPLUG_TIMEOUT, NULL, reterr_text);
	if (r == 0)
		*ret_where = text_format("%s on bridge %s", port.interface, port.bridge);
	*ret_mtu = port.mtu;
	return r;
}

/* The side of the guest. */
static int add_device(struct qmp *qmp, const struct nic *nic, const char *id, unsigned int number,
	bool ports, uint32_t mtu, char **reterr_text)
{
	char mac[MAC_TEXT_SIZE] = {0};
	json_t *device = NULL;

	mac_format(nic->mac, mac);
	device = json_pack("{s:s, s:s, s:s, s:s, s:s}", "driver", nic->model, "id", id, "netdev",
		id, "mac", mac, "romfile", "");
	if (mtu != 0 && mtu != PLAN_MTU && strcmp(nic->model, "virtio-net-pci") == 0)
		json_object_set_new(device, "host_mtu", json_integer(mtu));
	if (ports) {
		OWNED_MEMORY char *bus = text_format(PLAN_HOT_BUS "%u", number);

		json_object_set_new(device, "bus", json_string(bus));
	}
	return qmp_run(qmp, "device_add", device, -1, HOTPLUG_TIMEOUT, NULL, reterr_text);
}

static bool machine_has_ports(const struct runtime *runtime)
{
	json_t *state = state_read(runtime);
	const char *machine = json_string_value(json_object_get(state, "machine"));
	bool ports = machine != NULL && plan_has_ports(machine);

	json_decref(state);
	return ports;
}

/* What was added of one that failed goes again; that nothing was is no matter. */
static void undo(struct qmp *qmp, const char *id)
{
	static const char *const commands[][2] = {{"netdev_del", "id"}, {"closefd", "fdname"}};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		OWNED_MEMORY char *ignored = NULL;

		(void)!qmp_run(qmp, commands[i][0], json_pack("{s:s}", commands[i][1], id), -1,
			HOTPLUG_TIMEOUT, NULL, &ignored);
	}
}

static void sweep(void)
{
	struct door door = {0};

	door_init(&door);
	door_sweep(&door);
}

static int add_connected(struct qmp *qmp, const char *name, const struct runtime *runtime,
	struct nic *nic, char ret_id[HOTPLUG_ID_SIZE], char **ret_where, char **reterr_text)
{
	OWNED_MEMORY char *where = NULL;
	unsigned int number = 0;
	uint32_t mtu = 0;
	int r = free_id(qmp, ret_id, &number, reterr_text);

	if (r < 0)
		return r;
	if (!nic->has_mac)
		mac_derive((uint32_t)geteuid(), name, FIRST_NUMBER + number, nic->mac);
	r = add_netdev(qmp, name, nic, ret_id, &mtu, &where, reterr_text);
	if (r == 0)
		r = add_device(
			qmp, nic, ret_id, number, machine_has_ports(runtime), mtu, reterr_text);
	if (r < 0) {
		undo(qmp, ret_id);
		return r;
	}
	*ret_where = where;
	where = NULL;
	return 0;
}

int hotplug_add(const char *name, const struct runtime *runtime, struct nic *nic,
	char ret_id[HOTPLUG_ID_SIZE], char **ret_where, char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	int r = hotplug_connect(runtime, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = add_connected(&qmp, name, runtime, nic, ret_id, ret_where, reterr_text);
	qmp_close(&qmp);
	if (r < 0 && nic->kind == NIC_BRIDGE)
		sweep();
	return r;
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
	sweep();
	return r;
}
