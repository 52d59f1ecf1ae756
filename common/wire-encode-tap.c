/* SPDX-License-Identifier: MIT
 * The replies to TAP and CLIENT: struct -> bytes, field by field. Apart from the other messages,
 * which tables describe, as these are written where there is a privilege. */
#include "common/wire-encode-tap.h"

#include <assert.h>
#include <string.h>

#include "common/wire-field.h"
#include "common/wire.h"

void wire_encode_frame(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	memset(ret_data, 0, WIRE_REPLY_SIZE);
	memcpy(ret_data, WIRE_MAGIC, WIRE_MAGIC_SIZE);
	wire_field_put(ret_data + 4, 2, WIRE_VERSION);
	wire_field_put(ret_data + 6, 2, reply->operation);
	wire_field_put(ret_data + 8, 4, reply->code);
	wire_field_put(ret_data + 12, 2, reply->taps);
	wire_field_put(ret_data + 14, 2, reply->vhosts);
	memcpy(ret_data + WIRE_TEXT_AT, reply->text, WIRE_TEXT_SIZE);
}

void wire_encode_tap_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	const struct wire_tap_reply *tap = &reply->tap;

	assert(reply->operation == WIRE_TAP || reply->operation == WIRE_CLIENT);
	wire_encode_frame(reply, ret_data);
	memcpy(ret_data + 16, tap->interface, IFNAME_SIZE);
	memcpy(ret_data + 32, tap->bridge, IFNAME_SIZE);
	memcpy(ret_data + 48, tap->mac, MAC_SIZE);
	memcpy(ret_data + 54, tap->host_mac, MAC_SIZE);
	wire_field_put(ret_data + 60, 4, tap->mtu);
	wire_field_put(ret_data + 64, 4, tap->uid);
	memcpy(ret_data + 68, tap->peer, IFNAME_SIZE);
}
