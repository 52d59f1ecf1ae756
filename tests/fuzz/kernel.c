/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: what netd asks of it. The linker puts __wrap_NAME in the place
 * of NAME. */
#include "tests/fuzz/kernel.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <string.h>

#include "netd/kernel/netlink.h"
#include "tests/fuzz/fuzz.h"

struct netlink kernel_route, kernel_nft = {.nft = true};
/* The functions that are wrapped know of no context. */
static struct kernel *now;

int __wrap_netlink_commit(struct netlink *netlink, struct netlink_batch *batch);

struct kernel *kernel_now(void)
{
	return now;
}

void kernel_start(struct kernel *fresh, const uint8_t *data, size_t size)
{
	memset(fresh, 0, sizeof(*fresh));
	fresh->data = data;
	fresh->size = size;
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		fresh->links[i].end = -1;
	now = fresh;
}

void kernel_stop(struct kernel *old)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		if (old->links[i].link.ifindex > 0)
			kernel_remove(old, &old->links[i]);
	now = NULL;
}

uint8_t kernel_byte(struct kernel *from)
{
	if (from->size == 0)
		return 0;
	from->size--;
	return *from->data++;
}

int kernel_decide(struct kernel *kernel, unsigned int *ret_mood)
{
	static const int errors[] = {-EPERM, -ENODEV, -EINVAL, -EBUSY, -ENOMEM, -EXFULL,
		-EOPNOTSUPP, -EINTR, -EEXIST, -ENOENT, -EIO, -ENOBUFS, -EAGAIN, -ENXIO, -EMFILE,
		-EACCES};
	uint8_t byte = kernel_byte(kernel);

	kernel_reap(kernel);
	*ret_mood = byte & 0xf0;
	return *ret_mood == KERNEL_FAIL ? errors[byte & 0x0f] : 0;
}

static void empty(struct netlink_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		nlmsg_free(batch->messages[i]);
	batch->n = 0;
}

/* Only changes of links and entries may be lost: the other parts of the kernel that netd speaks to
 * know what it asks of them, or say so. */
static int apply(struct netlink *netlink, struct nlmsghdr *header)
{
	unsigned int mood = 0;
	int error = kernel_decide(now, &mood);

	if (error < 0)
		return error;
	if (netlink->nft)
		return kernel_apply_nft(now, header);
	if (header->nlmsg_type == RTM_NEWQDISC || header->nlmsg_type == RTM_NEWTFILTER)
		return kernel_apply_tc(now, header);
	return mood == KERNEL_IGNORE ? 0 : kernel_apply(now, header);
}

int __wrap_netlink_commit(struct netlink *netlink, struct netlink_batch *batch)
{
	static struct kernel_table before;
	int first = 0;

	EXPECT(batch->n > 0);
	before = now->table;
	for (size_t i = 0; i < batch->n && (first == 0 || !netlink->nft); i++) {
		int error = apply(netlink, nlmsg_hdr(batch->messages[i]));

		first = first < 0 ? first : error;
	}
	EXPECT(first < 0 || !now->table.set);
	if (first < 0)
		now->table = before;
	empty(batch);
	return first;
}
