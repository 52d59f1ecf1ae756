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
#include "launcher/lan.h"
#include "launcher/qmp.h"
#include "launcher/state.h"
#include "launcher/text.h"

#define QMP_TIMEOUT 5000      /* ms */
#define UNPLUG_TIMEOUT 15000  /* ms for the guest */
#define UNPLUG_PAUSE 50000000 /* ns */
#define FIRST_NUMBER 8	      /* of NICs that are plugged in, for their addresses */
#define PERIPHERAL "/machine/peripheral"

static int connect_qmp(const struct runtime *runtime, struct qmp *ret_qmp, char **reterr_text)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_QMP);
	int r = qmp_connect(path, QMP_TIMEOUT, ret_qmp);

	if (r < 0)
		return text_fail(reterr_text, r, "QEMU does not answer: %s", strerror(-r));
	return 0;
}

/* The devices that have an id: an array of {name, type}. */
static int devices(struct qmp *qmp, json_t **ret_devices, char **reterr_text)
{
	return qmp_run(qmp, "qom-list", json_pack("{s:s}", "path", PERIPHERAL), -1, QMP_TIMEOUT,
		ret_devices, reterr_text);
}

static bool has_device(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name =
			json_string_value(json_object_get(json_array_get(list, i), "name"));

		if (name != NULL && strcmp(name, id) == 0)
			return true;
	}
	return false;
}

/* The first free id, and its number. */
static int free_id(
	struct qmp *qmp, char ret_id[HOTPLUG_ID_SIZE], unsigned int *ret_number, char **reterr_text)
{
	json_t *list = NULL;
	int r = devices(qmp, &list, reterr_text);

	if (r < 0)
		return r;
	for (unsigned int i = 0; i < PLAN_HOT_PORTS; i++) {
		(void)snprintf(ret_id, HOTPLUG_ID_SIZE, "hot%u", i);
		if (!has_device(list, ret_id)) {
			*ret_number = i;
			json_decref(list);
			return 0;
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
	char **ret_where, char **reterr_text)
{
	struct wire_tap_reply port = {0};
	struct door door = {0};
	OWNED_FD tap = -1;
	int r = 0;

	if (nic->kind == NIC_USER) {
		*ret_where = text_format("a user network");
		return qmp_run(qmp, "netdev_add", user_netdev(nic, id), -1, QMP_TIMEOUT, NULL,
			reterr_text);
	}
	door_init(&door);
	r = lan_open(name, nic, &door, nic->mac, &port, &tap, reterr_text);
	if (r < 0)
		return r;
	r = qmp_run(qmp, "getfd", json_pack("{s:s}", "fdname", id), tap, QMP_TIMEOUT, NULL,
		reterr_text);
	if (r == 0)
		r = qmp_run(qmp, "netdev_add",
			json_pack("{s:s, s:s, s:s}", "type", "tap", "id", id, "fd", id), -1,
			QMP_TIMEOUT, NULL, reterr_text);
	if (r == 0)
		*ret_where = text_format("%s on bridge %s", port.interface, port.bridge);
	return r;
}

/* The side of the guest. */
static int add_device(struct qmp *qmp, const struct nic *nic, const char *id, unsigned int number,
	bool ports, char **reterr_text)
{
	char mac[MAC_TEXT_SIZE] = {0};
	json_t *device = NULL;

	mac_format(nic->mac, mac);
	device = json_pack("{s:s, s:s, s:s, s:s, s:s}", "driver", nic->model, "id", id, "netdev",
		id, "mac", mac, "romfile", "");
	if (ports) {
		OWNED_MEMORY char *bus = text_format(PLAN_HOT_BUS "%u", number);

		json_object_set_new(device, "bus", json_string(bus));
	}
	return qmp_run(qmp, "device_add", device, -1, QMP_TIMEOUT, NULL, reterr_text);
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
			QMP_TIMEOUT, NULL, &ignored);
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
	int r = free_id(qmp, ret_id, &number, reterr_text);

	if (r < 0)
		return r;
	if (!nic->has_mac)
		mac_derive((uint32_t)geteuid(), name, FIRST_NUMBER + number, nic->mac);
	r = add_netdev(qmp, name, nic, ret_id, &where, reterr_text);
	if (r == 0)
		r = add_device(qmp, nic, ret_id, number, machine_has_ports(runtime), reterr_text);
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
	int r = connect_qmp(runtime, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = add_connected(&qmp, name, runtime, nic, ret_id, ret_where, reterr_text);
	qmp_close(&qmp);
	if (r < 0 && nic->kind == NIC_BRIDGE)
		sweep();
	return r;
}

/* Wait until the guest has let the device go. */
static int await_unplugged(struct qmp *qmp, const char *id, char **reterr_text)
{
	int64_t deadline = deadline_in(UNPLUG_TIMEOUT);

	while (deadline_left(deadline) > 0) {
		json_t *list = NULL;
		int r = devices(qmp, &list, reterr_text);
		bool there = has_device(list, id);

		json_decref(list);
		if (r < 0 || !there)
			return r;
		nanosleep(&(struct timespec){.tv_nsec = UNPLUG_PAUSE}, NULL);
	}
	return text_fail(reterr_text, -ETIMEDOUT,
		"the guest does not let '%s' go within %d s; it may do so later, or not know how",
		id, UNPLUG_TIMEOUT / 1000);
}

static int remove_connected(struct qmp *qmp, const char *id, char **reterr_text)
{
	json_t *list = NULL;
	int r = devices(qmp, &list, reterr_text);
	bool there = has_device(list, id);

	json_decref(list);
	if (r < 0)
		return r;
	if (!there || strncmp(id, "hot", 3) != 0 || strncmp(id, PLAN_HOT_BUS, 7) == 0)
		return text_fail(reterr_text, -ENODEV,
			"no NIC '%s' was plugged in; 'owrun nic ls NAME' lists them", id);
	r = qmp_run(qmp, "device_del", json_pack("{s:s}", "id", id), -1, QMP_TIMEOUT, NULL,
		reterr_text);
	if (r == 0)
		r = await_unplugged(qmp, id, reterr_text);
	if (r == 0)
		r = qmp_run(qmp, "netdev_del", json_pack("{s:s}", "id", id), -1, QMP_TIMEOUT, NULL,
			reterr_text);
	return r;
}

int hotplug_remove(const struct runtime *runtime, const char *id, char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	int r = connect_qmp(runtime, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = remove_connected(&qmp, id, reterr_text);
	qmp_close(&qmp);
	sweep();
	return r;
}

static json_t *property(struct qmp *qmp, const char *id, const char *key)
{
	OWNED_MEMORY char *path = text_format(PERIPHERAL "/%s", id);
	OWNED_MEMORY char *ignored = NULL;
	json_t *value = NULL;

	if (qmp_run(qmp, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", key), -1,
		    QMP_TIMEOUT, &value, &ignored) < 0)
		return json_null();
	return value;
}

json_t *hotplug_list(const struct runtime *runtime, char **reterr_text)
{
	struct qmp qmp = {.socket = -1};
	json_t *rows = NULL, *list = NULL;

	if (connect_qmp(runtime, &qmp, reterr_text) < 0)
		return NULL;
	if (devices(&qmp, &list, reterr_text) == 0)
		rows = json_array();
	for (size_t i = 0; i < PLAN_HOT_PORTS && rows != NULL; i++) {
		char id[HOTPLUG_ID_SIZE] = {0};

		(void)snprintf(id, sizeof(id), "hot%zu", i);
		if (has_device(list, id))
			json_array_append_new(rows, json_pack("{s:s, s:o, s:o}", "id", id, "model",
							    property(&qmp, id, "type"), "mac",
							    property(&qmp, id, "mac")));
	}
	json_decref(list);
	qmp_close(&qmp);
	return rows;
}
