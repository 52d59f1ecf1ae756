/* SPDX-License-Identifier: MIT
 * QEMU's command line: serial ports and monitors, and the sockets by which owrun reaches them. */
#include <assert.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/plan/private.h"
#include "launcher/vm/runtime-files.h"

/* A Unix socket, by its path or as an fd; `more` is further keys, each with a comma in front. */
static void add_socket(struct plan *plan, const struct plan_facts *facts, const char *id,
	const struct plan_socket *socket, const char *more)
{
	const char *role = socket->listens ? SERIAL_LISTENS : "";
	OWNED_MEMORY char *value = text_double_commas(socket->path);

	if (facts->socket_fd == 0) {
		plan_add(plan, "-chardev", "socket,id=%s%s,path=%s%s", id, role, value, more);
		return;
	}
	assert(plan->n_sockets < PLAN_SOCKETS_MAX);
	plan_add(plan, "-chardev", "socket,id=%s%s,fd=%d%s", id, role,
		facts->socket_fd + (int)plan->n_sockets, more);
	plan->sockets[plan->n_sockets] = *socket;
	plan->sockets[plan->n_sockets++].path = text_format("%s", socket->path);
}

/* One of owrun's own, in the directory of the runtime files. */
static void add_own_socket(struct plan *plan, const struct plan_facts *facts, const char *id,
	const char *file, const char *more)
{
	OWNED_MEMORY char *path = text_format("%s/%s", facts->directory, file);

	add_socket(plan, facts, id,
		&(struct plan_socket){.path = path, .listens = true, .file = file}, more);
}

/* Its log fills also when nobody listens. Whoever empties it, as it has no limit, gets no hole. */
static void add_console(
	struct plan *plan, const struct plan_facts *facts, const struct serial_console *console)
{
	OWNED_MEMORY char *directory = text_double_commas(facts->directory);
	OWNED_MEMORY char *log =
		text_format(",logfile=%s/%s,logappend=on", directory, console->log);

	add_own_socket(plan, facts, console->id, console->socket, log);
	plan_add(plan, "-serial", "chardev:%s", console->id);
}

/* Where a serial port or a monitor leads. Returns whether that is anywhere. */
static bool add_target(struct plan *plan, const struct plan_facts *facts,
	const struct serial *serial, const char *id)
{
	OWNED_MEMORY char *chardev = serial_chardev(serial, id);

	if (serial->kind == SERIAL_UNIX)
		add_socket(plan, facts, id,
			&(struct plan_socket){.path = serial->path, .listens = !serial->client},
			"");
	else if (chardev != NULL)
		plan_add(plan, "-chardev", "%s", chardev);
	return serial->kind == SERIAL_UNIX || chardev != NULL;
}

static void add_serial(
	struct plan *plan, const struct plan_facts *facts, const struct serial *serial, size_t i)
{
	OWNED_MEMORY char *id = text_format(SERIAL_ID, i);
	OWNED_MEMORY char *device = serial_device(serial, id);

	(void)add_target(plan, facts, serial, id);
	plan_add(plan, "-serial", "%s", device);
}

void plan_add_chardevs(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	for (size_t i = 0; i < vm->n_serials; i++)
		if (serial_is_console(&vm->serials[i]))
			add_console(plan, facts, serial_console_of(vm->serials, i));
		else
			add_serial(plan, facts, &vm->serials[i], i);
	add_own_socket(plan, facts, "monitor", RUNTIME_MONITOR, "");
	plan_add(plan, "-mon", "chardev=monitor,mode=readline");
	if (vm->has_monitor && add_target(plan, facts, &vm->monitor, SERIAL_MONITOR_ID))
		plan_add(plan, "-mon", "chardev=" SERIAL_MONITOR_ID ",mode=readline");
	add_own_socket(plan, facts, "qmp", RUNTIME_QMP, "");
	plan_add(plan, "-mon", "chardev=qmp,mode=control");
}
