/* SPDX-License-Identifier: MIT
 * What a DHCP client got: from its environment, as its script is told, to a lease. */
#include "launcher/netns/lease.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/ifname.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define EVENT "event"
#define TEXT_MAX 400 /* of one value */

/* What udhcpc(8) tells its script, by these names. */
static const char *const told[] = {"ip", "mask", "router", "dns", "domain", "lease"};

bool lease_called_back(void)
{
	return getenv(LEASE_VARIABLE) != NULL;
}

int lease_tell(int argc, char **argv)
{
	OWNED_MEMORY char *message =
		text_format(EVENT "=%.*s\n", TEXT_MAX, argc > 1 ? argv[1] : "");

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const char *value = getenv(told[i]);

		if (value != NULL && strchr(value, '\n') == NULL)
			text_append(&message, "%s=%.*s\n", told[i], TEXT_MAX, value);
	}
	return send(STDIN_FILENO, message, strlen(message), MSG_NOSIGNAL) < 0 ? 1 : 0;
}

/* The value of a line, as a copy that the caller frees; empty: there is none. */
static char *value_of(const char *message, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = message; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n' ? 1 : 0;
		if (strncmp(line, key, length) == 0 && line[length] == '=')
			return text_format(
				"%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
	}
	return text_format("%s", "");
}

/* One that a host may have. */
static bool read_address(const char *text, uint32_t *ret_address)
{
	struct in_addr address = {0};
	uint32_t read = 0;

	if (inet_pton(AF_INET, text, &address) != 1)
		return false;
	read = ntohl(address.s_addr);
	if (read >> 24 == 0 || read >> 24 == IN_LOOPBACKNET || read >= INADDR_UNSPEC_GROUP)
		return false;
	*ret_address = read;
	return true;
}

/* The addresses of a list that blanks part, at most n. */
static size_t read_addresses(
	const char *message, const char *key, uint32_t *ret_addresses, size_t n)
{
	OWNED_MEMORY char *value = value_of(message, key);
	char *rest = value, *word = NULL;
	size_t used = 0;

	while (used < n && (word = strsep(&rest, " ")) != NULL)
		if (read_address(word, &ret_addresses[used]))
			used++;
	return used;
}

/* Letters, digits, '-', '.': what is to stand in a line of resolv.conf. */
static void read_domain(const char *message, char ret_domain[LEASE_DOMAIN_SIZE])
{
	OWNED_MEMORY char *value = value_of(message, "domain");
	size_t length = strlen(value);

	for (size_t i = 0; i < length; i++)
		if (!ifname_char_valid(value[i]))
			return;
	if (length < LEASE_DOMAIN_SIZE)
		memcpy(ret_domain, value, length + 1);
}

static bool read_number(const char *message, const char *key, uint32_t max, uint32_t *ret_number)
{
	OWNED_MEMORY char *value = value_of(message, key);

	return number_parse(value, strlen(value), max, ret_number);
}

bool lease_parse(const char *message, struct lease *ret_lease)
{
	OWNED_MEMORY char *event = value_of(message, EVENT);
	struct lease lease = {0};
	uint32_t prefix = 0;

	if (strcmp(event, "deconfig") == 0) {
		*ret_lease = lease;
		return true;
	}
	if (strcmp(event, "bound") != 0 && strcmp(event, "renew") != 0)
		return false;
	if (read_addresses(message, "ip", &lease.address.address, 1) != 1 ||
		!read_number(message, "mask", 32, &prefix) || prefix == 0)
		return false;
	lease.held = true;
	lease.address.prefix = prefix;
	(void)read_addresses(message, "router", &lease.gateway, 1);
	lease.n_servers = read_addresses(message, "dns", lease.servers, LEASE_SERVERS_MAX);
	read_domain(message, lease.domain);
	(void)read_number(message, "lease", UINT32_MAX, &lease.seconds);
	*ret_lease = lease;
	return true;
}
