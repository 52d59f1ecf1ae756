/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: what netd asks of it. The linker puts __wrap_NAME in the place
 * of NAME. */
#include "tests/fuzz/kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "netd/kernel/netlink.h"
#include "netd/kernel/tun.h"
#include "netd/message/log.h"
#include "tests/fuzz/fuzz.h"

struct netlink kernel_route, kernel_nft = {.nft = true};
/* The functions that are wrapped know of no context. */
static struct kernel *now;

int __wrap_netlink_commit(
	struct netlink *netlink, struct netlink_batch *batch, size_t *reterr_index);

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

char *kernel_find_chain(struct kernel *kernel, const char *name)
{
	for (size_t i = 0; i < KERNEL_CHAINS; i++)
		if (strcmp(kernel->chains[i], name) == 0)
			return kernel->chains[i];
	return NULL;
}

/* All that a transaction names is in the table "owvm". Only whole chains matter here. */
static int apply_nft(struct kernel *kernel, struct nlmsghdr *header)
{
	struct nlattr *attributes[NFTA_CHAIN_MAX + 1] = {0};
	unsigned int operation = header->nlmsg_type & 0xff;
	char *chain = NULL;
	const char *name = NULL;

	if (header->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
		(operation != NFT_MSG_NEWCHAIN && operation != NFT_MSG_DELCHAIN))
		return 0;
	EXPECT(nlmsg_parse(header, sizeof(struct nfgenmsg), attributes, NFTA_CHAIN_MAX, NULL) == 0);
	EXPECT(nla_strcmp(attributes[NFTA_CHAIN_TABLE], "owvm") == 0);
	name = nla_get_string(attributes[NFTA_CHAIN_NAME]);
	EXPECT(strlen(name) < KERNEL_CHAIN_SIZE);
	chain = kernel_find_chain(kernel, name);
	if (operation == NFT_MSG_DELCHAIN) {
		if (chain == NULL)
			return -ENOENT;
		chain[0] = '\0';
		return 0;
	}
	if (chain == NULL)
		chain = kernel_find_chain(kernel, "");
	if (chain == NULL)
		return -ENOMEM;
	memcpy(chain, name, strlen(name) + 1);
	return 0;
}

static void empty(struct netlink_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		nlmsg_free(batch->messages[i]);
	batch->n = 0;
}

int __wrap_netlink_commit(
	struct netlink *netlink, struct netlink_batch *batch, size_t *reterr_index)
{
	int first = 0;

	EXPECT(batch->n > 0);
	for (size_t i = 0; i < batch->n; i++) {
		struct nlmsghdr *header = nlmsg_hdr(batch->messages[i]);
		unsigned int mood = 0;
		int error = kernel_decide(now, &mood);

		if (error == 0 && mood != KERNEL_IGNORE)
			error = netlink->nft ? apply_nft(now, header) : kernel_apply(now, header);
		if (error == 0 || first < 0)
			continue;
		first = error;
		if (reterr_index != NULL)
			*reterr_index = i;
		/* A transaction ends here; what it had done does not matter to any property. */
		if (netlink->nft)
			break;
	}
	empty(batch);
	return first;
}
