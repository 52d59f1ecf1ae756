/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as a request, and as a reply.
 *
 * What is refused leaves no trace; what is accepted holds nothing that its fields forbid and is,
 * put together again, the same bytes: nothing was ignored, cut off or invented. */
#include <string.h>

#include "common/wire.h"
#include "tests/fuzz/fuzz.h"

static bool is_all(const void *data, size_t size, uint8_t byte)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] != byte)
			return false;
	return true;
}

/* A whole field: printable up to its NUL, and then nothing. */
static void check_string(const char *text, size_t size, bool may_be_empty)
{
	size_t length = strnlen(text, size);

	EXPECT(length < size && (may_be_empty || length > 0));
	EXPECT(is_all(text + length, size - length, 0));
	for (size_t i = 0; i < length; i++)
		EXPECT(text[i] > ' ' && text[i] < 0x7f);
}

static void check_name(const char name[IFNAME_SIZE])
{
	check_string(name, IFNAME_SIZE, false);
	EXPECT(ifname_valid(name, strlen(name)));
}

static void check_tap(const struct wire_tap_request *tap)
{
	check_name(tap->bridge);
	check_string(tap->label, sizeof(tap->label), true);
	EXPECT(tap->queues >= 1 && tap->queues <= WIRE_QUEUES_MAX);
	EXPECT((tap->flags & ~(WIRE_WITH_MAC | WIRE_WITH_VHOST)) == 0);
	EXPECT((tap->flags & WIRE_WITH_MAC) || is_all(tap->mac, MAC_SIZE, 0));
}

static void check_request(const struct wire_request *request)
{
	switch (request->operation) {
	case WIRE_TAP:
		check_tap(&request->tap);
		return;
	case WIRE_CLIENT:
		check_name(request->client.bridge);
		check_name(request->client.interface);
		return;
	case WIRE_NETS:
	case WIRE_PORTS:
		return;
	}
	EXPECT(false);
}

static void fuzz_request(const uint8_t *data, size_t size)
{
	struct wire_request request;
	uint8_t again[WIRE_REQUEST_SIZE];
	enum code code = CODE_OK;

	memset(&request, 0xa5, sizeof(request));
	code = wire_decode_request(data, size, &request);
	EXPECT(code == CODE_OK || code == CODE_MALFORMED || code == CODE_VERSION ||
		code == CODE_NOT_SUPPORTED);
	if (code != CODE_OK) {
		EXPECT(is_all(&request, sizeof(request), 0xa5));
		return;
	}
	check_request(&request);
	wire_encode_request(&request, again);
	EXPECT(size == sizeof(again) && memcmp(data, again, size) == 0);
}

static void check_body(const struct wire_reply *reply)
{
	switch (reply->operation) {
	case WIRE_TAP:
		check_name(reply->tap.interface);
		check_name(reply->tap.bridge);
		return;
	case WIRE_CLIENT:
		check_name(reply->client.peer);
		return;
	case WIRE_NETS:
		check_string(reply->nets.pattern, IFNAME_SIZE, false);
		return;
	case WIRE_PORTS:
		check_name(reply->ports.interface);
		check_string(reply->ports.bridge, IFNAME_SIZE, true);
		check_string(reply->ports.label, WIRE_LABEL_SIZE, true);
		return;
	}
	EXPECT(false);
}

static void fuzz_reply(const uint8_t *data, size_t size)
{
	struct wire_reply reply;
	uint8_t again[WIRE_REPLY_SIZE];

	memset(&reply, 0xa5, sizeof(reply));
	if (wire_decode_reply(data, size, &reply) < 0) {
		EXPECT(is_all(&reply, sizeof(reply), 0xa5));
		return;
	}
	EXPECT(reply.taps <= WIRE_QUEUES_MAX && reply.vhosts <= reply.taps);
	EXPECT(memchr(reply.text, '\0', sizeof(reply.text)) != NULL);
	if (reply.code == CODE_OK)
		check_body(&reply);
	wire_encode_reply(&reply, again);
	EXPECT(size == sizeof(again) && memcmp(data, again, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_request(data, size);
	fuzz_reply(data, size);
	return 0;
}
