/* SPDX-License-Identifier: MIT
 * The address that a card or client of the user's has where none was asked for. */
#include "launcher/netd-client/address.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define MACHINE_ID "/etc/machine-id"
#define DIGITS 32

bool address_is_shared(uint32_t uid, const char *bridge)
{
	OWNED_MEMORY char *own = text_format("ow-%u", uid);
	size_t length = strlen(own);

	if (bridge[0] == '\0')
		return false;
	return strncmp(bridge, own, length) != 0 ||
	       (bridge[length] != '\0' && bridge[length] != '-');
}

void address_derive_on(uint32_t uid, const char *machine, const char *name, unsigned int nic,
	uint8_t ret_mac[MAC_SIZE])
{
	/* No VM has a name with a '/'. */
	OWNED_MEMORY char *here = text_format("%s/%.*s", name, DIGITS, machine);
	size_t length = strspn(machine, "0123456789abcdef");
	bool known = length == DIGITS && (machine[length] == '\n' || machine[length] == '\0');

	mac_derive(uid, known ? here : name, nic, ret_mac);
}

void address_derive(uint32_t uid, const char *bridge, const char *name, unsigned int nic,
	uint8_t ret_mac[MAC_SIZE])
{
	char machine[DIGITS + 2] = "";

	if (address_is_shared(uid, bridge)) {
		OWNED_FD fd = open(MACHINE_ID, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, machine, sizeof(machine) - 1) < 0)
			machine[0] = '\0';
	}
	address_derive_on(uid, machine, name, nic, ret_mac);
}
