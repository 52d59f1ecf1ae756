/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest: through its LAN, or through QEMU's user network.
 */
#include "launcher/vm/forward.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define EVERY_ADDRESS "0.0.0.0"
#define WAN_PREFIX "wan:"
#define PARTS_MAX 4 /* ADDR, HOST, GUESTADDR, GUEST */

struct part {
	const char *text;
	size_t length;
};

static int parse_protocol(const char *suffix, bool *ret_udp)
{
	if (*suffix != '\0' && strcmp(suffix, "/tcp") != 0 && strcmp(suffix, "/udp") != 0)
		return -EINVAL;
	*ret_udp = strcmp(suffix, "/udp") == 0;
	return 0;
}

static int parse_address(const struct part *part, char ret_address[INET_ADDRSTRLEN])
{
	char address[INET_ADDRSTRLEN] = {0};
	struct in_addr binary = {0};

	if (part->length >= sizeof(address))
		return -EINVAL;
	memcpy(address, part->text, part->length);
	if (inet_pton(AF_INET, address, &binary) != 1)
		return -EINVAL;
	memcpy(ret_address, address, sizeof(address));
	return 0;
}

static int parse_port(const struct part *part, uint16_t *ret_port)
{
	uint32_t number = 0;

	if (!number_parse(part->text, part->length, UINT16_MAX, &number))
		return -EINVAL;
	*ret_port = (uint16_t)number;
	return 0;
}

/* Take text[0..length) apart at its colons. Returns their number, PARTS_MAX + 1 where there are
 * more. */
static size_t split(const char *text, size_t length, struct part ret_parts[PARTS_MAX])
{
	const char *end = text + length;

	for (size_t n = 0; n < PARTS_MAX; n++) {
		const char *colon = memchr(text, ':', (size_t)(end - text));

		ret_parts[n] = (struct part){text, (size_t)((colon == NULL ? end : colon) - text)};
		if (colon == NULL)
			return n + 1;
		text = colon + 1;
	}
	return PARTS_MAX + 1;
}

/* Is that an address, where a port could be as well? */
static bool is_address(const struct part *part)
{
	return memchr(part->text, '.', part->length) != NULL;
}

/* The parts that stand for addresses are optional. */
static int parse_parts(const struct part *parts, size_t n, struct forward *forward)
{
	bool host = n == PARTS_MAX || (n == 3 && is_address(&parts[0]));
	bool guest = n == PARTS_MAX || (n == 3 && !host);
	size_t at = 0;

	if (n < 2 || n > PARTS_MAX)
		return -EINVAL;
	if (host && parse_address(&parts[at++], forward->address) < 0)
		return -EINVAL;
	if (parse_port(&parts[at++], &forward->host) < 0)
		return -EINVAL;
	if (guest && parse_address(&parts[at++], forward->guest_address) < 0)
		return -EINVAL;
	return parse_port(&parts[at], &forward->guest) < 0 || forward->guest == 0 ? -EINVAL : 0;
}

/* What follows the prefix, or all of it. */
static const char *behind_wan(const char *text)
{
	bool wan = strncmp(text, WAN_PREFIX, strlen(WAN_PREFIX)) == 0;

	return wan ? text + strlen(WAN_PREFIX) : text;
}

static int parse(const char *text, struct forward *forward)
{
	const char *rest = behind_wan(text);
	size_t length = strcspn(rest, "/");
	struct part parts[PARTS_MAX] = {0};

	forward->wan = rest != text;
	if (parse_protocol(rest + length, &forward->udp) < 0)
		return -EINVAL;
	return parse_parts(parts, split(rest, length, parts), forward);
}

/* What QEMU calls "[hostfwd=][PROTOCOL]:[ADDR]:HOST-[ADDR]:GUEST", in the syntax that is read here,
 * with the address of this host where one is named, and without the guest's, which is one of QEMU's
 * own network; NULL where it is none of that. The caller frees it. */
static char *translate(const char *text)
{
	static const char prefix[] = "hostfwd=";
	const char *rest =
		strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : text;
	bool udp = strncmp(rest, "udp:", 4) == 0;
	const char *address = strchr(rest, ':');
	const char *host = address == NULL ? NULL : strchr(address + 1, ':');
	const char *dash = host == NULL ? NULL : strchr(host, '-');
	const char *guest = dash == NULL ? NULL : strrchr(dash, ':');

	if (guest == NULL || (!udp && rest != address && strncmp(rest, "tcp:", 4) != 0))
		return NULL;
	/* From the address on, or from the port. */
	address = host == address + 1 ? host + 1 : address + 1;
	return text_format(
		"%.*s:%s%s", (int)(dash - address), address, guest + 1, udp ? "/udp" : "");
}

/* What is wrong with text, after "is not SYNTAX". */
static const char *explain(const char *text)
{
	const char *colon = strchr(behind_wan(text), ':');
	bool ipv6 = text[0] == '[' || strstr(text, "::") != NULL;

	if (ipv6)
		return "forwards are of IPv4 alone";
	if (strpbrk(text, "-") > text && text[strspn(text, "0123456789.:-")] == '\0')
		return "a range of ports takes a forward for each, as in '8000:80' and '8001:81'";
	if (colon == NULL)
		return "it takes two ports, as in '8080:80'";
	return "ADDR is an IPv4 address, and ports are numbers up to 65535, as in '8080:80'";
}

int forward_parse(const char *text, struct forward *ret_forward, char **reterr_text)
{
	OWNED_MEMORY char *qemu = translate(text);
	struct forward forward = {.address = "127.0.0.1"};

	if (qemu != NULL && strchr(qemu, '.') != NULL)
		return text_fail(reterr_text, -EINVAL, "forward '%s' is QEMU's spelling of '%s'",
			text, qemu);
	if (qemu != NULL)
		return text_fail(reterr_text, -EINVAL,
			"forward '%s' is QEMU's spelling of '%s'; '0.0.0.0:%s' is for all addresses of this host",
			text, qemu, qemu);
	if (parse(text, &forward) < 0)
		return text_fail(reterr_text, -EINVAL, "forward '%s' is not " FORWARD_SYNTAX ": %s",
			text, explain(text));
	*ret_forward = forward;
	return 0;
}

void forward_format(const struct forward *forward, char ret_text[FORWARD_TEXT_SIZE])
{
	const char *guest = forward->guest_address;
	int length = snprintf(ret_text, FORWARD_TEXT_SIZE, "%s%s:%u:%s%s%u%s",
		forward->wan ? WAN_PREFIX : "", forward->address, (unsigned int)forward->host,
		guest, guest[0] == '\0' ? "" : ":", (unsigned int)forward->guest,
		forward->udp ? "/udp" : "");

	assert(length > 0 && length < FORWARD_TEXT_SIZE);
}

bool forward_same_address(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || strcmp(a, EVERY_ADDRESS) == 0 || strcmp(b, EVERY_ADDRESS) == 0;
}

bool forward_is_of(const struct forward *forward, const char *guest)
{
	return forward->guest_address[0] == '\0' || guest == NULL ||
	       strcmp(forward->guest_address, guest) == 0;
}

const char *forward_reach(const struct forward *forward)
{
	return strcmp(forward->address, EVERY_ADDRESS) == 0 ? "127.0.0.1" : forward->address;
}
