/* SPDX-License-Identifier: MIT
 * The wire format between a client and owvm-netd: bytes <-> struct, nothing else.
 *
 * Each struct is described once, as a table of fields (wire-field.h). */
#include "common/wire.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/wire-field.h"

#define HEADER_SIZE 16
#define TEXT_OFFSET (WIRE_REPLY_SIZE - WIRE_TEXT_SIZE)

static const uint8_t magic[4] = {'o', 'w', 'v', 'm'};

static const struct wire_field tap_request[] = {
	WIRE_FIELD(wire_tap_request, flags, 8, WIRE_FIELD_U32),
	WIRE_FIELD(wire_tap_request, bridge, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_tap_request, mac, 32, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_tap_request, queues, 38, WIRE_FIELD_U16),
	WIRE_FIELD(wire_tap_request, label, 40, WIRE_FIELD_LABEL),
	{0},
};

static const struct wire_field client_request[] = {
	WIRE_FIELD(wire_client_request, flags, 8, WIRE_FIELD_U32),
	WIRE_FIELD(wire_client_request, bridge, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_client_request, mac, 32, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_client_request, interface, 40, WIRE_FIELD_NAME),
	{0},
};

static const struct wire_field nets_request[] = {
	WIRE_FIELD(wire_nets_request, cursor, 16, WIRE_FIELD_U32),
	{0},
};

static const struct wire_field ports_request[] = {
	WIRE_FIELD(wire_ports_request, cursor, 16, WIRE_FIELD_U32),
	{0},
};

static const struct wire_field tap_reply[] = {
	WIRE_FIELD(wire_tap_reply, interface, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_tap_reply, bridge, 32, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_tap_reply, mac, 48, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_tap_reply, host_mac, 54, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_tap_reply, mtu, 60, WIRE_FIELD_U32),
	WIRE_FIELD(wire_tap_reply, uid, 64, WIRE_FIELD_U32),
	{0},
};

static const struct wire_field client_reply[] = {
	WIRE_FIELD(wire_client_reply, interface, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_client_reply, bridge, 32, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_client_reply, mac, 48, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_client_reply, host_mac, 54, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_client_reply, mtu, 60, WIRE_FIELD_U32),
	WIRE_FIELD(wire_client_reply, uid, 64, WIRE_FIELD_U32),
	WIRE_FIELD(wire_client_reply, peer, 68, WIRE_FIELD_NAME),
	{0},
};

static const struct wire_field nets_reply[] = {
	WIRE_FIELD(wire_nets_reply, next, 16, WIRE_FIELD_U32),
	WIRE_FIELD(wire_nets_reply, flags, 20, WIRE_FIELD_U32),
	WIRE_FIELD(wire_nets_reply, pattern, 24, WIRE_FIELD_PATTERN),
	WIRE_FIELD(wire_nets_reply, taps, 40, WIRE_FIELD_U16),
	WIRE_FIELD(wire_nets_reply, used, 42, WIRE_FIELD_U16),
	WIRE_FIELD(wire_nets_reply, queues, 44, WIRE_FIELD_U16),
	WIRE_FIELD(wire_nets_reply, mtu, 48, WIRE_FIELD_U32),
	{0},
};

static const struct wire_field ports_reply[] = {
	WIRE_FIELD(wire_ports_reply, next, 16, WIRE_FIELD_U32),
	WIRE_FIELD(wire_ports_reply, uid, 20, WIRE_FIELD_U32),
	WIRE_FIELD(wire_ports_reply, interface, 24, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_ports_reply, bridge, 40, WIRE_FIELD_NAME_OR_EMPTY),
	WIRE_FIELD(wire_ports_reply, mac, 56, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_ports_reply, host_mac, 62, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_ports_reply, flags, 68, WIRE_FIELD_U32),
	WIRE_FIELD(wire_ports_reply, queues, 72, WIRE_FIELD_U16),
	WIRE_FIELD(wire_ports_reply, label, 76, WIRE_FIELD_LABEL),
	{0},
};

static const struct wire_field reply_text[] = {
	WIRE_FIELD(wire_reply, text, TEXT_OFFSET, WIRE_FIELD_TEXT),
	{0},
};

static const struct wire_field *request_fields(unsigned int operation)
{
	switch (operation) {
	case WIRE_TAP:
		return tap_request;
	case WIRE_CLIENT:
		return client_request;
	case WIRE_NETS:
		return nets_request;
	case WIRE_PORTS:
		return ports_request;
	default:
		return NULL;
	}
}

static const struct wire_field *reply_fields(unsigned int operation)
{
	switch (operation) {
	case WIRE_TAP:
		return tap_reply;
	case WIRE_CLIENT:
		return client_reply;
	case WIRE_NETS:
		return nets_reply;
	case WIRE_PORTS:
		return ports_reply;
	default:
		return NULL;
	}
}

static bool mac_consistent(uint32_t flags, const uint8_t mac[MAC_SIZE])
{
	static const uint8_t zero[MAC_SIZE];

	return (flags & WIRE_WITH_MAC) || memcmp(mac, zero, MAC_SIZE) == 0;
}

/* What a table of fields cannot say. */
static enum code check_request(const struct wire_request *request)
{
	switch (request->operation) {
	case WIRE_TAP:
		if (request->tap.flags & ~(WIRE_WITH_MAC | WIRE_WITH_VHOST))
			return CODE_NOT_SUPPORTED;
		if (request->tap.queues == 0 || request->tap.queues > WIRE_QUEUES_MAX ||
			!mac_consistent(request->tap.flags, request->tap.mac))
			return CODE_MALFORMED;
		return CODE_OK;
	case WIRE_CLIENT:
		if (request->client.flags & ~WIRE_WITH_MAC)
			return CODE_NOT_SUPPORTED;
		return mac_consistent(request->client.flags, request->client.mac) ? CODE_OK
										  : CODE_MALFORMED;
	case WIRE_NETS:
	case WIRE_PORTS:
		return CODE_OK;
	}
	return CODE_NOT_SUPPORTED;
}

bool wire_label_char_valid(char c)
{
	return ifname_char_valid(c);
}

void wire_encode_request(const struct wire_request *request, uint8_t ret_data[WIRE_REQUEST_SIZE])
{
	const struct wire_field *fields = request_fields(request->operation);

	assert(fields != NULL && check_request(request) == CODE_OK);
	memset(ret_data, 0, WIRE_REQUEST_SIZE);
	memcpy(ret_data, magic, sizeof(magic));
	wire_field_put(ret_data + 4, 2, WIRE_VERSION);
	wire_field_put(ret_data + 6, 2, request->operation);
	wire_field_encode(fields, &request->tap, ret_data, WIRE_REQUEST_SIZE);
}

enum code wire_decode_request(const uint8_t *data, size_t length, struct wire_request *ret_request)
{
	struct wire_request request = {0};
	const struct wire_field *fields = NULL;
	enum code code = CODE_OK;
	uint32_t operation = 0;

	if (length != WIRE_REQUEST_SIZE || memcmp(data, magic, sizeof(magic)) != 0)
		return CODE_MALFORMED;
	if (wire_field_get(data + 4, 2) != WIRE_VERSION)
		return CODE_VERSION;
	operation = wire_field_get(data + 6, 2);
	fields = request_fields(operation);
	if (fields == NULL)
		return CODE_NOT_SUPPORTED;
	request.operation = (enum wire_operation)operation;
	/* The header's flags (bytes 8-11) are a field of the operations that have some. */
	if (!wire_field_decode(fields, data, 8, WIRE_REQUEST_SIZE, &request.tap))
		return CODE_MALFORMED;
	code = check_request(&request);
	if (code != CODE_OK)
		return code;
	*ret_request = request;
	return CODE_OK;
}

void wire_encode_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	const struct wire_field *fields = reply_fields(reply->operation);

	memset(ret_data, 0, WIRE_REPLY_SIZE);
	memcpy(ret_data, magic, sizeof(magic));
	wire_field_put(ret_data + 4, 2, WIRE_VERSION);
	wire_field_put(ret_data + 6, 2, reply->operation);
	wire_field_put(ret_data + 8, 4, reply->code);
	wire_field_put(ret_data + 12, 2, reply->taps);
	wire_field_put(ret_data + 14, 2, reply->vhosts);
	if (reply->code == CODE_OK) {
		assert(fields != NULL);
		wire_field_encode(fields, &reply->tap, ret_data, TEXT_OFFSET);
	}
	wire_field_encode(reply_text, reply, ret_data, WIRE_REPLY_SIZE);
}

static bool decode_body(const uint8_t *data, struct wire_reply *reply)
{
	static const struct wire_field none[] = {{0}};
	const struct wire_field *fields = none;

	if (reply->code == CODE_OK)
		fields = reply_fields(reply->operation);
	return fields != NULL &&
	       wire_field_decode(fields, data, HEADER_SIZE, TEXT_OFFSET, &reply->tap);
}

int wire_decode_reply(const uint8_t *data, size_t length, struct wire_reply *ret_reply)
{
	struct wire_reply reply = {0};

	if (length != WIRE_REPLY_SIZE || memcmp(data, magic, sizeof(magic)) != 0 ||
		wire_field_get(data + 4, 2) != WIRE_VERSION)
		return -EPROTO;
	reply.operation = (enum wire_operation)wire_field_get(data + 6, 2);
	reply.code = (enum code)wire_field_get(data + 8, 4);
	reply.taps = (uint16_t)wire_field_get(data + 12, 2);
	reply.vhosts = (uint16_t)wire_field_get(data + 14, 2);
	if (reply.taps > WIRE_QUEUES_MAX || reply.vhosts > reply.taps ||
		(reply.code != CODE_OK && reply.taps > 0))
		return -EPROTO;
	if (!decode_body(data, &reply) ||
		!wire_field_decode(reply_text, data, TEXT_OFFSET, WIRE_REPLY_SIZE, &reply))
		return -EPROTO;
	*ret_reply = reply;
	return 0;
}
