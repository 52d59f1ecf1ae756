/* SPDX-License-Identifier: MIT
 * Network cards of a running VM: plugging one in.
 *
 * The tap goes from netd to owrun and from there over QMP to QEMU (SCM_RIGHTS, `getfd`), so that
 * QEMU needs neither a privilege nor a file. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/netd-client/address.h"
#include "launcher/netd-client/lan.h"
#include "launcher/plan/plan.h"
#include "launcher/qemu/private.h"
#include "launcher/runtime/state.h"

#define FIRST_NUMBER 8 /* of NICs that are plugged in, for their addresses */

/* What is being plugged in. */
struct plug {
	struct qmp *qmp;
	const char *vm; /* its name */
	const struct nic *nic;
	char *id;	     /* of the card, of its netdev and, with a number, of its fds in QEMU */
	unsigned int number; /* in the id */
	struct netd_fds fds;
	uint32_t mtu; /* bytes; 0: unknown */
};

/* Run a command that returns nothing; takes the arguments over. */
static int run(
	struct plug *plug, const char *command, json_t *arguments, int fd, char **reterr_text)
{
	return qmp_run(plug->qmp, command, arguments, fd, HOTPLUG_TIMEOUT, NULL, reterr_text);
}

/* The first free id, and its number. */
static int free_id(struct plug *plug, char **reterr_text)
{
	json_t *list = NULL;
	int r = hotplug_devices(plug->qmp, &list, reterr_text);

	if (r < 0)
		return r;
	for (unsigned int i = 0; i < PLAN_HOT_PORTS; i++) {
		(void)snprintf(plug->id, HOTPLUG_ID_SIZE, "hot%u", i);
		bool there = hotplug_has_device(list, plug->id);

		if (!there)
			r = hotplug_has_netdev(plug->qmp, plug->id, &there, reterr_text);
		if (r < 0 || !there) {
			plug->number = i;
			json_decref(list);
			return r;
		}
	}
	json_decref(list);
	return text_fail(reterr_text, -ENOSPC,
		"%d NICs are plugged in already, which is all that the VM has room for",
		PLAN_HOT_PORTS);
}

static int add_user(struct plug *plug, char **reterr_text)
{
	const struct nic *nic = plug->nic;
	json_t *netdev = json_pack("{s:s, s:s}", "type", "user", "id", plug->id);

	if (nic->net[0] != '\0')
		json_object_set_new(netdev, "net", json_string(nic->net));
	if (nic->host[0] != '\0')
		json_object_set_new(netdev, "host", json_string(nic->host));
	if (nic->dhcpstart[0] != '\0')
		json_object_set_new(netdev, "dhcpstart", json_string(nic->dhcpstart));
	return run(plug, "netdev_add", netdev, -1, reterr_text);
}

/* What QEMU shall call an fd; the caller frees it. */
static char *fd_name(const struct plug *plug, size_t i)
{
	return text_format("%s.%zu", plug->id, i);
}

static int pass_fds(struct plug *plug, char **reterr_text)
{
	for (size_t i = 0; i < plug->fds.taps + plug->fds.vhosts; i++) {
		OWNED_MEMORY char *name = fd_name(plug, i);
		int r = run(plug, "getfd", json_pack("{s:s}", "fdname", name), plug->fds.fds[i],
			reterr_text);

		if (r < 0)
			return r;
	}
	return 0;
}

/* "hot0.0:hot0.1", of n fds from the first on. */
static json_t *fd_names(const struct plug *plug, size_t first, size_t n)
{
	OWNED_MEMORY char *text = fd_name(plug, first);

	for (size_t i = first + 1; i < first + n; i++) {
		OWNED_MEMORY char *before = text;
		OWNED_MEMORY char *name = fd_name(plug, i);

		text = text_format("%s:%s", before, name);
	}
	return json_string(text);
}

static int add_tap(struct plug *plug, char **reterr_text)
{
	const struct netd_fds *fds = &plug->fds;
	int r = pass_fds(plug, reterr_text);
	json_t *netdev = NULL;

	if (r < 0)
		return r;
	netdev = json_pack("{s:s, s:s, s:o}", "type", "tap", "id", plug->id, "fds",
		fd_names(plug, 0, fds->taps));
	if (fds->vhosts > 0) {
		json_object_set_new(netdev, "vhost", json_true());
		json_object_set_new(netdev, "vhostfds", fd_names(plug, fds->taps, fds->vhosts));
	}
	return run(plug, "netdev_add", netdev, -1, reterr_text);
}

/* The side of the host: a tap from netd, or a user network. */
static int add_netdev(struct plug *plug, char **ret_where, char **reterr_text)
{
	struct wire_tap_reply port = {0};
	struct netd_client client = {0};
	int r = 0;

	if (plug->nic->kind == NIC_USER) {
		*ret_where = text_format("a user network");
		return add_user(plug, reterr_text);
	}
	netd_client_init(&client);
	r = lan_open(plug->vm, plug->nic, &client, plug->nic->mac, &port, &plug->fds, reterr_text);
	if (r == 0)
		r = add_tap(plug, reterr_text);
	if (r == 0)
		*ret_where = text_format("%s on bridge %s", port.interface, port.bridge);
	plug->mtu = port.mtu;
	return r;
}

/* The side of the guest. */
static int add_device(struct plug *plug, bool ports, char **reterr_text)
{
	const struct nic *nic = plug->nic;
	size_t queues = plug->fds.taps;
	char mac[MAC_TEXT_SIZE] = {0};
	json_t *device = NULL;

	mac_format(nic->mac, mac);
	device = json_pack("{s:s, s:s, s:s, s:s, s:s}", "driver", nic->model, "id", plug->id,
		"netdev", plug->id, "mac", mac, "romfile", "");
	if (plug->mtu != 0 && plug->mtu != PLAN_MTU && nic_is_virtio(nic))
		json_object_set_new(device, "host_mtu", json_integer(plug->mtu));
	if (queues > 1) {
		json_object_set_new(device, "mq", json_true());
		json_object_set_new(
			device, "vectors", json_integer((json_int_t)PLAN_VECTORS(queues)));
	}
	if (ports) {
		OWNED_MEMORY char *bus = text_format(PLAN_HOT_BUS "%u", plug->number);

		json_object_set_new(device, "bus", json_string(bus));
	}
	return run(plug, "device_add", device, -1, reterr_text);
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
static void undo(struct plug *plug)
{
	OWNED_MEMORY char *ignored = NULL;

	(void)!run(plug, "netdev_del", json_pack("{s:s}", "id", plug->id), -1, &ignored);
	for (size_t i = 0; i < plug->fds.taps + plug->fds.vhosts; i++) {
		OWNED_MEMORY char *name = fd_name(plug, i);

		(void)!run(plug, "closefd", json_pack("{s:s}", "fdname", name), -1, &ignored);
	}
}

static int add_connected(struct plug *plug, const struct runtime *runtime, struct nic *nic,
	char **ret_where, char **reterr_text)
{
	OWNED_MEMORY char *where = NULL;
	int r = free_id(plug, reterr_text);

	if (r < 0)
		return r;
	if (!nic->has_mac)
		address_derive((uint32_t)geteuid(), nic->bridge, plug->vm,
			FIRST_NUMBER + plug->number, nic->mac);
	r = add_netdev(plug, &where, reterr_text);
	if (r == 0)
		r = add_device(plug, machine_has_ports(runtime), reterr_text);
	if (r < 0) {
		undo(plug);
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
	struct plug plug = {.qmp = &qmp, .vm = name, .nic = nic, .id = ret_id};
	int r = hotplug_connect(runtime, HOTPLUG_TIMEOUT, &qmp, reterr_text);

	if (r < 0)
		return r;
	r = add_connected(&plug, runtime, nic, ret_where, reterr_text);
	netd_fds_close(&plug.fds);
	qmp_close(&qmp);
	if (r < 0 && nic->kind == NIC_BRIDGE)
		hotplug_sweep();
	return r;
}
