/* SPDX-License-Identifier: MIT
 * The table of ports, as true as the kernel's own answer. */
#include "netd/front/hear.h"

#include <errno.h>
#include <stdbool.h>

#include "netd/front/events.h"
#include "netd/front/front.h"
#include "netd/front/port-table.h"
#include "netd/front/watch.h"
#include "netd/kernel/link.h"

/* Read what was announced up to now; what comes meanwhile, in a flood, may stay. */
static int read_announced(const struct front *front)
{
	int more = 1;

	for (int turn = 0; turn < EVENTS_TURNS && more > 0; turn++)
		more = events_read(front->events, watch_take, front->watch);
	return more < 0 ? more : 0;
}

static bool is_true(const struct front *front)
{
	return front->events != NULL && front->ports->whole && !front->events->missed;
}

int hear_ports(const struct front *front)
{
	int error = front->events == NULL ? 0 : read_announced(front);

	if (error < 0 || is_true(front))
		return error;
	error = -EINTR;
	for (int i = 0; i < LINK_DUMP_TRIES && error == -EINTR; i++)
		error = port_table_fill(front->ports, front->route);
	return error;
}
