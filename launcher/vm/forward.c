/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest through QEMU's user network. */
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

static int parse_protocol(const char *suffix, bool *ret_udp)
{
	if (*suffix != '\0' && strcmp(suffix, "/tcp") != 0 && strcmp(suffix, "/udp") != 0)
		return -EINVAL;
	*ret_udp = strcmp(suffix, "/udp") == 0;
	return 0;
}

static int parse_address(const char *text, size_t length, char ret_address[INET_ADDRSTRLEN])
{
	char address[INET_ADDRSTRLEN] = {0};
	struct in_addr binary = {0};

	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	if (inet_pton(AF_INET, address, &binary) != 1)
		return -EINVAL;
	memcpy(ret_address, address, sizeof(address));
	return 0;
}

/* Everything before the last ':', which is "HOST" or "ADDR:HOST". */
static int parse_host(const char *text, size_t length, struct forward *forward)
{
	const char *colon = memrchr(text, ':', length);
	const char *port = colon == NULL ? text : colon + 1;
	uint32_t number = 0;

	if (!number_parse(port, length - (size_t)(port - text), UINT16_MAX, &number))
		return -EINVAL;
	forward->host = (uint16_t)number;
	if (colon != NULL)
		return parse_address(text, (size_t)(colon - text), forward->address);
	memcpy(forward->address, "127.0.0.1", sizeof("127.0.0.1"));
	return 0;
}

static int parse_guest(const char *text, struct forward *forward)
{
	size_t length = strcspn(text, "/");
	uint32_t number = 0;

	if (!number_parse(text, length, UINT16_MAX, &number) || number == 0)
		return -EINVAL;
	forward->guest = (uint16_t)number;
	return parse_protocol(text + length, &forward->udp);
}

/* What QEMU calls "[hostfwd=][PROTOCOL]:[ADDR]:HOST-[ADDR]:GUEST", in the syntax that is read here
 * and without its addresses; NULL where it is none of that. The caller frees it. */
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
	return text_format(
		"%.*s:%s%s", (int)(dash - host - 1), host + 1, guest + 1, udp ? "/udp" : "");
}

/* What is wrong with text, after "is not [ADDR:]HOST:GUEST[/udp]". */
static const char *explain(const char *text)
{
	const char *colon = strchr(text, ':');
	bool ipv6 = text[0] == '[' || strstr(text, "::") != NULL;

	if (ipv6)
		return "QEMU's user network forwards from IPv4 addresses only";
	if (strpbrk(text, "-") > text && text[strspn(text, "0123456789.:-")] == '\0')
		return "a range of ports takes a forward for each, as in '8000:80' and '8001:81'";
	if (colon == NULL)
		return "it takes two ports, as in '8080:80'";
	return "ADDR is an IPv4 address, and ports are numbers up to 65535, as in '8080:80'";
}

int forward_parse(const char *text, struct forward *ret_forward, char **reterr_text)
{
	const char *colon = strrchr(text, ':');
	OWNED_MEMORY char *qemu = translate(text);
	struct forward forward = {0};

	if (qemu != NULL)
		return text_fail(reterr_text, -EINVAL,
			"forward '%s' is QEMU's spelling of '%s'; '0.0.0.0:%s' is for all addresses of this host",
			text, qemu, qemu);
	if (colon == NULL || parse_host(text, (size_t)(colon - text), &forward) < 0 ||
		parse_guest(colon + 1, &forward) < 0)
		return text_fail(reterr_text, -EINVAL,
			"forward '%s' is not [ADDR:]HOST:GUEST[/udp]: %s", text, explain(text));
	*ret_forward = forward;
	return 0;
}

void forward_format(const struct forward *forward, char ret_text[FORWARD_TEXT_SIZE])
{
	int length = snprintf(ret_text, FORWARD_TEXT_SIZE, "%s:%u:%u%s", forward->address,
		(unsigned int)forward->host, (unsigned int)forward->guest,
		forward->udp ? "/udp" : "");

	assert(length > 0 && length < FORWARD_TEXT_SIZE);
}

bool forward_same_address(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || strcmp(a, EVERY_ADDRESS) == 0 || strcmp(b, EVERY_ADDRESS) == 0;
}

const char *forward_reach(const struct forward *forward)
{
	return strcmp(forward->address, EVERY_ADDRESS) == 0 ? "127.0.0.1" : forward->address;
}
