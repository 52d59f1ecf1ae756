/* SPDX-License-Identifier: MIT
 * The command line of passt(1), which is the user network of a NIC: a pure function.
 *
 * The guest gets the addresses that QEMU's own user network gives, and not this host's as passt has
 * it by itself: those may be the network of the guest's LAN. All are said, as passt of Debian 12
 * takes what is not from the link of the default route, and ends where there is none. */
#include <arpa/inet.h>
#include <string.h>

#include "common/cidr.h"
#include "common/cleanup.h"
#include "common/mac.h"
#include "launcher/base/text.h"
#include "launcher/plan/private.h"
#include "launcher/vm/runtime-files.h"

/* QEMU's: libslirp's addresses inside its network. */
#define USER_NET "10.0.2.0/24"
#define USER_HOST 2
#define USER_DNS 3
#define USER_GUEST 15

/* The text of an address that was said, or of that number in the network. */
static void settle(
	const char *said, const struct cidr *net, uint32_t number, char ret_text[INET_ADDRSTRLEN])
{
	struct in_addr address = {.s_addr = htonl((net->address & cidr_mask(net)) + number)};

	if (said[0] != '\0')
		memcpy(ret_text, said, strlen(said) + 1);
	else
		(void)inet_ntop(AF_INET, &address, ret_text, INET_ADDRSTRLEN);
}

static void add_addresses(struct plan *plan, const struct nic *nic)
{
	const char *text = nic->net[0] == '\0' ? USER_NET : nic->net;
	char guest[INET_ADDRSTRLEN] = "", host[INET_ADDRSTRLEN] = "", dns[INET_ADDRSTRLEN] = "";
	uint8_t mac[MAC_SIZE] = {0x52, 0x55};
	char mac_text[MAC_TEXT_SIZE] = {0};
	struct cidr net = {0};

	(void)cidr_parse(text, strlen(text), &net);
	settle(nic->dhcpstart, &net, USER_GUEST, guest);
	settle(nic->host, &net, USER_HOST, host);
	settle("", &net, USER_DNS, dns);
	(void)inet_pton(AF_INET, host, mac + 2);
	mac_format(mac, mac_text);
	plan_add(plan, "--ipv4-only", NULL);
	plan_add(plan, "--interface", "lo");
	plan_add(plan, "--address", "%s", guest);
	plan_add(plan, "--netmask", "%u", net.prefix);
	plan_add(plan, "--gateway", "%s", host);
	plan_add(plan, "--mac-addr", "%s", mac_text);
	plan_add(plan, "--dns-forward", "%s", dns);
}

/* A TCP port would be one of UDP too where no UDP port is said. */
static void add_forwards(struct plan *plan, const struct forward *forwards, size_t n)
{
	bool udp = false;

	for (size_t i = 0; i < n; i++) {
		plan_add(plan, forwards[i].udp ? "--udp-ports" : "--tcp-ports", "%s/%u:%u",
			forwards[i].address, (unsigned int)forwards[i].host,
			(unsigned int)forwards[i].guest);
		udp = udp || forwards[i].udp;
	}
	if (!udp)
		plan_add(plan, "--udp-ports", "none");
}

void plan_make_passt(const struct plan_passt *passt, struct plan *ret_plan)
{
	struct plan plan = {.program = text_format("%s", passt->program)};

	plan_add(&plan, "--quiet", NULL);
	add_addresses(&plan, passt->nic);
	add_forwards(&plan, passt->forwards, passt->n_forwards);
	plan_add(&plan, "--log-file", "%s/" RUNTIME_PASST_LOG, passt->directory, passt->id);
	plan_add(&plan, "--pid", "%s/" RUNTIME_PASST_PID, passt->directory, passt->id);
	if (passt->fd != 0) {
		plan_add(&plan, "--fd", "%d", passt->fd);
	} else {
		plan_add(&plan, "--one-off", NULL);
		plan_add(
			&plan, "--socket", "%s/" RUNTIME_PASST_SOCKET, passt->directory, passt->id);
	}
	*ret_plan = plan;
}
