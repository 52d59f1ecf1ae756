/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: its links, how they come and go. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

struct kernel_link *kernel_find(struct kernel *kernel, int ifindex)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		if (ifindex > 0 && kernel->links[i].link.ifindex == ifindex)
			return &kernel->links[i];
	return NULL;
}

struct kernel_link *kernel_find_name(struct kernel *kernel, const char *name)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		if (kernel->links[i].link.ifindex > 0 && !kernel->links[i].away &&
			strcmp(kernel->links[i].link.name, name) == 0)
			return &kernel->links[i];
	return NULL;
}

struct kernel_link *kernel_add(struct kernel *kernel, const char *name, const char *kind)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++) {
		struct kernel_link *place = &kernel->links[i];

		if (place->link.ifindex != 0)
			continue;
		*place = (struct kernel_link){.end = -1};
		place->link.ifindex = ++kernel->last;
		place->link.mtu = 1500;
		place->link.ipv6 = true;
		place->link.tun.owner = place->link.tun.group = UINT32_MAX;
		EXPECT(strlen(name) < IFNAME_SIZE && strlen(kind) < IFNAME_SIZE);
		memcpy(place->link.name, name, strlen(name));
		memcpy(place->link.kind, kind, strlen(kind));
		return place;
	}
	return NULL;
}

void kernel_remove(struct kernel *kernel, struct kernel_link *link)
{
	struct kernel_link *peer = kernel_find(kernel, link->link.peer);
	int ifindex = link->link.ifindex;

	for (size_t i = 0; i < KERNEL_LINKS; i++)
		if (kernel->links[i].link.master == ifindex)
			kernel->links[i].link.master = 0;
	for (size_t i = 0; i < KERNEL_ENTRIES; i++)
		if (kernel->entries[i].port == ifindex)
			kernel->entries[i].port = 0;
	if (link->end >= 0)
		close(link->end);
	*link = (struct kernel_link){.end = -1};
	/* Its peer is gone by then. */
	if (peer != NULL) {
		peer->link.peer = 0;
		kernel_remove(kernel, peer);
	}
}

void kernel_reap(struct kernel *kernel)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++) {
		struct pollfd end = {.fd = kernel->links[i].end};

		/* Nobody is left who could read. */
		if (kernel->links[i].link.ifindex > 0 && end.fd >= 0 && poll(&end, 1, 0) == 1 &&
			!kernel->links[i].link.tun.persist)
			kernel_remove(kernel, &kernel->links[i]);
	}
}
