/* SPDX-License-Identifier: MIT
 * Tests of common/wire-*.c: replies. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "tests/unit/unit.h"

#define TEXT_AT 128

static const struct wire_reply tap = {
	.operation = WIRE_TAP,
	.taps = 16,
	.vhosts = 16,
	.tap = {.interface = "ow1000t7",
		.bridge = "ow-1000",
		.mac = {2, 0, 0, 3, 0xe8, 1},
		.host_mac = {0xfe, 1, 2, 3, 4, 5},
		.mtu = 1500,
		.uid = 1000},
	.text = "a remark",
};

static const struct wire_reply client = {
	.operation = WIRE_CLIENT,
	.client = {.interface = "ow1000t6",
		.bridge = "br-lab",
		.host_mac = {0xfe, 1, 2, 3, 4, 6},
		.mtu = 9000,
		.uid = 1000,
		.peer = "eth0"},
};

static const struct wire_reply nets = {
	.operation = WIRE_NETS,
	.nets = {.next = 3,
		.flags = WIRE_NET_PERMIT | WIRE_NET_CREATE,
		.pattern = "lab*",
		.taps = 8,
		.used = 1,
		.queues = 1,
		.mtu = 1500,
		.rate = 20},
	.text = "/etc/owvm/policy.conf:7",
};

static const struct wire_reply ports = {
	.operation = WIRE_PORTS,
	.ports = {.next = 4,
		.uid = 1000,
		.interface = "ow1000t7",
		.bridge = "ow-1000",
		.mac = {2, 0, 0, 3, 0xe8, 1},
		.host_mac = {0xfe, 1, 2, 3, 4, 5},
		.flags = WIRE_PORT_UP,
		.queues = 1,
		.label = "router"},
};

static const struct wire_reply refusal = {
	.operation = WIRE_TAP, .code = CODE_DENIED, .text = "no rule permits it"};
static const struct wire_reply unread = {.code = CODE_MALFORMED};

static const struct wire_reply *const all[] = {&tap, &client, &nets, &ports, &refusal, &unread};

static int decode(const uint8_t *data, size_t length, struct wire_reply *ret_reply)
{
	uint8_t *copy = malloc(length > 0 ? length : 1);
	int error = 0;

	assert_non_null(copy);
	memcpy(copy, data, length < WIRE_REPLY_SIZE ? length : WIRE_REPLY_SIZE);
	if (length > WIRE_REPLY_SIZE)
		memset(copy + WIRE_REPLY_SIZE, 0, length - WIRE_REPLY_SIZE);
	error = wire_decode_reply(copy, length, ret_reply);
	free(copy);
	return error;
}

/* Encode the reply with some bytes overwritten, and decode that. */
static int decode_with(const struct wire_reply *reply, size_t at, const void *bytes, size_t n)
{
	struct wire_reply untouched = {.code = CODE_BUSY, .text = "untouched"};
	struct wire_reply decoded = untouched;
	uint8_t data[WIRE_REPLY_SIZE] = {0};
	int error = 0;

	wire_encode_reply(reply, data);
	memcpy(data + at, bytes, n);
	error = decode(data, sizeof(data), &decoded);
	if (error < 0)
		assert_memory_equal(&decoded, &untouched, sizeof(decoded));
	return error;
}

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		struct wire_reply decoded = {.operation = WIRE_TAP};
		uint8_t data[WIRE_REPLY_SIZE] = {0};

		wire_encode_reply(all[i], data);
		assert_int_equal(decode(data, sizeof(data), &decoded), 0);
		assert_int_equal(decoded.operation, all[i]->operation);
		assert_int_equal(decoded.code, all[i]->code);
		assert_int_equal(decoded.taps, all[i]->taps);
		assert_int_equal(decoded.vhosts, all[i]->vhosts);
		assert_memory_equal(&decoded.ports, &all[i]->ports, sizeof(decoded.ports));
		assert_string_equal(decoded.text, all[i]->text);
	}
}

/* netd's back writes this one by hand, over whatever was there; clients read it by a table. */
static void test_tap_by_hand(void **state)
{
	struct wire_reply longest = tap, decoded = {.operation = WIRE_NETS};
	uint8_t data[WIRE_REPLY_SIZE] = {0};

	(void)state;
	memcpy(longest.tap.interface, "ow4294967294t99", IFNAME_SIZE);
	longest.tap.mtu = longest.tap.uid = UINT32_MAX - 1;
	memset(data, 0xff, sizeof(data));
	wire_encode_tap_reply(&longest, data);
	assert_int_equal(decode(data, sizeof(data), &decoded), 0);
	assert_memory_equal(&decoded.tap, &longest.tap, sizeof(decoded.tap));
}

static void test_lengths(void **state)
{
	uint8_t data[WIRE_REPLY_SIZE] = {0};
	struct wire_reply decoded = {.operation = WIRE_TAP};

	(void)state;
	wire_encode_reply(&refusal, data);
	for (size_t length = 0; length <= WIRE_REPLY_SIZE + 1; length++)
		assert_int_equal(
			decode(data, length, &decoded), length == WIRE_REPLY_SIZE ? 0 : -EPROTO);
}

static void test_header(void **state)
{
	static const struct {
		const struct wire_reply *reply;
		size_t at;
		uint8_t bytes[4];
		int result;
	} cases[] = {
		{&tap, 0, {'O', 'w', 'v', 'm'}, -EPROTO},
		{&tap, 0, {'o', 'W', 'v', 'm'}, -EPROTO},
		{&tap, 0, {'o', 'w', 'V', 'm'}, -EPROTO},
		{&tap, 0, {'o', 'w', 'v', 'M'}, -EPROTO},
		{&tap, 4, {0, 0, 1, 0}, -EPROTO},
		{&tap, 4, {2, 0, 1, 0}, -EPROTO},
		{&tap, 4, {1, 1, 1, 0}, -EPROTO},
		/* success of an operation that does not exist */
		{&tap, 4, {1, 0, 0, 0}, -EPROTO},
		{&tap, 4, {1, 0, 5, 0}, -EPROTO},
		{&tap, 4, {1, 0, 1, 1}, -EPROTO},
		/* a code that is not known is a refusal like others */
		{&refusal, 8, {17, 0, 0, 0}, 0},
		{&refusal, 8, {0xff, 0xff, 0xff, 0xff}, 0},
		/* a refusal with a body or with fds */
		{&tap, 8, {4, 0, 0, 0}, -EPROTO},
		{&refusal, 12, {1, 0, 0, 0}, -EPROTO},
		{&refusal, 12, {1, 0, 1, 0}, -EPROTO},
		/* numbers of fds */
		{&tap, 12, {0, 0, 0, 0}, 0},
		{&tap, 12, {16, 0, 0, 0}, 0},
		{&tap, 12, {17, 0, 0, 0}, -EPROTO},
		{&tap, 12, {0, 1, 0, 0}, -EPROTO},
		{&tap, 12, {1, 0, 1, 0}, 0},
		{&tap, 12, {1, 0, 2, 0}, -EPROTO},
		{&tap, 12, {1, 0, 0, 1}, -EPROTO},
		{&tap, 12, {0, 0, 1, 0}, -EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		if (decode_with(cases[i].reply, cases[i].at, cases[i].bytes, 4) != cases[i].result)
			fail_msg("case %zu", i);
}

static void test_reserved_every_byte(void **state)
{
	static const struct {
		const struct wire_reply *reply;
		size_t first, last;
	} ranges[] = {
		{&tap, 68, 127},
		{&client, 84, 127},
		{&nets, 46, 47},
		{&nets, 56, 127},
		{&ports, 74, 75},
		{&ports, 116, 127},
		{&refusal, 16, 127},
		{&unread, 16, 127},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ranges); i++)
		for (size_t at = ranges[i].first; at <= ranges[i].last; at++)
			assert_int_equal(decode_with(ranges[i].reply, at, "\1", 1), -EPROTO);
}

/* Whatever one byte says: a reply that is accepted is the one encoding of what was read. */
static void test_every_byte_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++)
		for (size_t at = 0; at < WIRE_REPLY_SIZE; at++)
			for (unsigned int value = 0; value < 256; value += at < TEXT_AT ? 1 : 51) {
				uint8_t data[WIRE_REPLY_SIZE] = {0}, again[WIRE_REPLY_SIZE] = {0};
				struct wire_reply decoded = {.operation = WIRE_TAP};

				wire_encode_reply(all[i], data);
				data[at] = (uint8_t)value;
				if (wire_decode_reply(data, sizeof(data), &decoded) != 0)
					continue;
				wire_encode_reply(&decoded, again);
				assert_memory_equal(data, again, sizeof(data));
			}
}

static void test_strings(void **state)
{
	static const struct {
		const struct wire_reply *reply;
		size_t at, size;
		char bytes[WIRE_LABEL_SIZE + 1];
		int result;
	} cases[] = {
		{&tap, 16, 16, "abcdefghijklmno", 0},
		{&tap, 16, 16, "abcdefghijklmnop", -EPROTO},
		{&tap, 16, 16, "", -EPROTO},
		{&tap, 16, 16, "all", -EPROTO},
		{&tap, 32, 16, "", -EPROTO},
		{&tap, 32, 16, "a b", -EPROTO},
		{&client, 16, 16, "", -EPROTO},
		{&client, 32, 16, "-", -EPROTO},
		{&client, 68, 16, "", -EPROTO},
		{&client, 68, 16, "a\0b", -EPROTO},
		{&nets, 24, 16, "*", 0},
		{&nets, 24, 16, "abcdefghijklmn*", 0},
		{&nets, 24, 16, "abcdefghijklmno*", -EPROTO},
		{&nets, 24, 16, "", -EPROTO},
		{&nets, 24, 16, "a b", -EPROTO},
		{&nets, 24, 16, "a\x7f", -EPROTO},
		{&nets, 24, 16, "a\x1b", -EPROTO},
		{&nets, 24, 16, "a\xff", -EPROTO},
		{&nets, 24, 16, "a\0b", -EPROTO},
		{&ports, 24, 16, "", -EPROTO},
		{&ports, 40, 16, "", 0},
		{&ports, 40, 16, "a/b", -EPROTO},
		{&ports, 40, 16, "\0b", -EPROTO},
		{&ports, 76, 40, "", 0},
		{&ports, 76, 40, "a b", -EPROTO},
		{&ports, 76, 40, "abcdefghijklmnopqrstuvwxyz0123456789._-", 0},
		{&ports, 76, 40, "abcdefghijklmnopqrstuvwxyz0123456789._-x", -EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		if (decode_with(cases[i].reply, cases[i].at, cases[i].bytes, cases[i].size) !=
			cases[i].result)
			fail_msg("case %zu, '%s'", i, cases[i].bytes);
}

static void test_text(void **state)
{
	char text[WIRE_TEXT_SIZE] = "";

	(void)state;
	memset(text, '\x1b', sizeof(text) - 1);
	assert_int_equal(decode_with(&tap, TEXT_AT, text, sizeof(text)), 0);
	assert_int_equal(decode_with(&refusal, TEXT_AT, text, sizeof(text)), 0);
	text[100] = '\0';
	assert_int_equal(decode_with(&refusal, TEXT_AT, text, sizeof(text)), -EPROTO);
	memset(text, 'x', sizeof(text));
	assert_int_equal(decode_with(&refusal, TEXT_AT, text, sizeof(text)), -EPROTO);
	memset(text, 0, sizeof(text));
	assert_int_equal(decode_with(&refusal, TEXT_AT, text, sizeof(text)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_tap_by_hand),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_reserved_every_byte),
		cmocka_unit_test(test_every_byte_canonical),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("wire-reply", tests, NULL, NULL);
}
