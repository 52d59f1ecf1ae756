/* SPDX-License-Identifier: MIT
 * Tests of common/wire-*.c: requests. */
#include "common/wire.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct wire_request tap = {
	.operation = WIRE_TAP,
	.tap = {.flags = WIRE_WITH_MAC | WIRE_WITH_VHOST,
		.bridge = "ow-1000",
		.mac = {0x02, 0x00, 0x00, 0x03, 0xe8, 0x01},
		.queues = 16,
		.label = "router"},
};

static const struct wire_request client = {
	.operation = WIRE_CLIENT,
	.client = {.flags = WIRE_WITH_MAC,
		.bridge = "br-lab",
		.mac = {0x02, 0x00, 0x00, 0x03, 0xe8, 0x02},
		.interface = "eth0"},
};

static const struct wire_request nets = {.operation = WIRE_NETS, .nets = {.cursor = 0x12345678}};

static const struct wire_request ports = {.operation = WIRE_PORTS, .ports = {.cursor = UINT32_MAX}};

static const struct wire_request *const all[] = {&tap, &client, &nets, &ports};

/* Decode a copy that ends where the message ends, so that a sanitizer sees any byte too far. */
static enum code decode(const uint8_t *data, size_t length, struct wire_request *ret_request)
{
	uint8_t *copy = malloc(length > 0 ? length : 1);
	enum code code = CODE_OK;

	assert_non_null(copy);
	memcpy(copy, data, length < WIRE_REQUEST_SIZE ? length : WIRE_REQUEST_SIZE);
	if (length > WIRE_REQUEST_SIZE)
		memset(copy + WIRE_REQUEST_SIZE, 0, length - WIRE_REQUEST_SIZE);
	code = wire_decode_request(copy, length, ret_request);
	free(copy);
	return code;
}

/* Encode the request with some bytes overwritten, and decode that. */
static enum code decode_with(
	const struct wire_request *request, size_t at, const void *bytes, size_t n)
{
	static const struct wire_request untouched = {.operation = WIRE_PORTS, .ports = {0xabcdef}};
	struct wire_request decoded = untouched;
	uint8_t data[WIRE_REQUEST_SIZE] = {0};
	enum code code = CODE_OK;

	wire_encode_request(request, data);
	memcpy(data + at, bytes, n);
	code = decode(data, sizeof(data), &decoded);
	if (code != CODE_OK)
		assert_memory_equal(&decoded, &untouched, sizeof(decoded));
	return code;
}

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		struct wire_request decoded = {.operation = WIRE_TAP};
		uint8_t data[WIRE_REQUEST_SIZE] = {0};

		wire_encode_request(all[i], data);
		assert_int_equal(decode(data, sizeof(data), &decoded), CODE_OK);
		assert_int_equal(decoded.operation, all[i]->operation);
		assert_memory_equal(&decoded.tap, &all[i]->tap, sizeof(decoded.tap));
	}
}

static void test_lengths(void **state)
{
	uint8_t data[WIRE_REQUEST_SIZE] = {0};
	struct wire_request decoded = {.operation = WIRE_TAP};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		wire_encode_request(all[i], data);
		for (size_t length = 0; length <= WIRE_REQUEST_SIZE + 1; length++)
			assert_int_equal(decode(data, length, &decoded),
				length == WIRE_REQUEST_SIZE ? CODE_OK : CODE_MALFORMED);
	}
}

static void test_header(void **state)
{
	static const struct {
		size_t at;
		uint8_t bytes[2];
		enum code code;
	} cases[] = {
		{0, {'O', 'w'}, CODE_MALFORMED},
		{1, {'W', 'v'}, CODE_MALFORMED},
		{2, {'V', 'm'}, CODE_MALFORMED},
		{3, {'M', 1}, CODE_MALFORMED},
		{4, {0, 0}, CODE_VERSION},
		{4, {2, 0}, CODE_VERSION},
		{4, {1, 1}, CODE_VERSION},
		{4, {0, 1}, CODE_VERSION},
		{4, {0xff, 0xff}, CODE_VERSION},
		{6, {0, 0}, CODE_NOT_SUPPORTED},
		{6, {5, 0}, CODE_NOT_SUPPORTED},
		{6, {1, 1}, CODE_NOT_SUPPORTED},
		{6, {0, 1}, CODE_NOT_SUPPORTED},
		{6, {0xff, 0xff}, CODE_NOT_SUPPORTED},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		for (size_t j = 0; j < UNIT_COUNT(all); j++)
			assert_int_equal(
				decode_with(all[j], cases[i].at, cases[i].bytes, 2), cases[i].code);
}

/* Every flag bit of every operation. */
static void test_flags(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 32; bit++) {
		uint8_t flags[4] = {0};

		flags[bit / 8] = (uint8_t)(1u << bit % 8);
		flags[0] |= WIRE_WITH_MAC;
		assert_int_equal(
			decode_with(&tap, 8, flags, 4), bit < 2 ? CODE_OK : CODE_NOT_SUPPORTED);
		assert_int_equal(
			decode_with(&client, 8, flags, 4), bit < 1 ? CODE_OK : CODE_NOT_SUPPORTED);
		flags[0] = bit == 0 ? 1 : flags[0] & 0xfe;
		assert_int_equal(decode_with(&nets, 8, flags, 4), CODE_MALFORMED);
		assert_int_equal(decode_with(&ports, 8, flags, 4), CODE_MALFORMED);
	}
}

static void test_reserved_every_byte(void **state)
{
	static const struct {
		const struct wire_request *request;
		size_t first, last;
	} ranges[] = {
		{&tap, 12, 15},
		{&client, 12, 15},
		{&client, 38, 39},
		{&client, 56, 79},
		{&nets, 8, 15},
		{&nets, 20, 79},
		{&ports, 8, 15},
		{&ports, 20, 79},
	};
	static const uint8_t ones[] = {0x01, 0x80};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ranges); i++)
		for (size_t at = ranges[i].first; at <= ranges[i].last; at++)
			for (size_t j = 0; j < UNIT_COUNT(ones); j++)
				assert_int_equal(decode_with(ranges[i].request, at, &ones[j], 1),
					CODE_MALFORMED);
}

/* Whatever one byte says: a message that is accepted is the one encoding of what was read. */
static void test_every_byte_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++)
		for (size_t at = 0; at < WIRE_REQUEST_SIZE; at++)
			for (unsigned int value = 0; value < 256; value++) {
				uint8_t data[WIRE_REQUEST_SIZE] = {0},
					again[WIRE_REQUEST_SIZE] = {0};
				struct wire_request decoded = {.operation = WIRE_TAP};

				wire_encode_request(all[i], data);
				data[at] = (uint8_t)value;
				if (wire_decode_request(data, sizeof(data), &decoded) != CODE_OK)
					continue;
				wire_encode_request(&decoded, again);
				assert_memory_equal(data, again, sizeof(data));
			}
}

/* Fields that hold an interface name. */
static void test_names(void **state)
{
	static const struct {
		char bytes[IFNAME_SIZE + 1];
		enum code code;
	} cases[] = {
		{"a", CODE_OK},
		{"abcdefghijklmno", CODE_OK},
		{"", CODE_MALFORMED},
		{"abcdefghijklmnop", CODE_MALFORMED}, /* no NUL */
		{"br\0x", CODE_MALFORMED},
		{"br\0\0\0\0\0\0\0\0\0\0\0\0\0x", CODE_MALFORMED},
		{"\0br", CODE_MALFORMED},
		{"-br", CODE_MALFORMED},
		{"br/0", CODE_MALFORMED},
		{"br\xc3\xa4", CODE_MALFORMED},
		{".", CODE_MALFORMED},
		{"..", CODE_MALFORMED},
		{"all", CODE_MALFORMED},
		{"default", CODE_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const char *bytes = cases[i].bytes;

		assert_int_equal(decode_with(&tap, 16, bytes, IFNAME_SIZE), cases[i].code);
		assert_int_equal(decode_with(&client, 16, bytes, IFNAME_SIZE), cases[i].code);
		assert_int_equal(decode_with(&client, 40, bytes, IFNAME_SIZE), cases[i].code);
	}
}

static void test_label(void **state)
{
	static const struct {
		char bytes[WIRE_LABEL_SIZE + 1];
		enum code code;
	} cases[] = {
		{"", CODE_OK},
		{"-", CODE_OK},
		{"all", CODE_OK},
		{"abcdefghijklmnopqrstuvwxyz0123456789._-", CODE_OK},
		{"abcdefghijklmnopqrstuvwxyz0123456789._-x", CODE_MALFORMED}, /* no NUL */
		{"a\0b", CODE_MALFORMED},
		{"\0a", CODE_MALFORMED},
		{"a b", CODE_MALFORMED},
		{"a\x1b", CODE_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(
			decode_with(&tap, 40, cases[i].bytes, WIRE_LABEL_SIZE), cases[i].code);
	for (int c = 0; c < 256; c++)
		assert_int_equal(wire_label_char_valid((char)c), ifname_char_valid((char)c));
}

static void test_queues(void **state)
{
	static const struct {
		uint8_t bytes[2];
		enum code code;
	} cases[] = {
		{{0, 0}, CODE_MALFORMED},
		{{1, 0}, CODE_OK},
		{{16, 0}, CODE_OK},
		{{17, 0}, CODE_MALFORMED},
		{{1, 1}, CODE_MALFORMED},
		{{0xff, 0xff}, CODE_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(decode_with(&tap, 38, cases[i].bytes, 2), cases[i].code);
}

/* A MAC that is not declared is zero. */
static void test_mac_undeclared(void **state)
{
	struct wire_request quiet_tap = tap, quiet_client = client;

	(void)state;
	quiet_client.client.flags = 0;
	memset(quiet_tap.tap.mac, 0, MAC_SIZE);
	memset(quiet_client.client.mac, 0, MAC_SIZE);
	for (size_t at = 32; at < 32 + MAC_SIZE; at++) {
		quiet_tap.tap.flags = at % 2 != 0 ? WIRE_WITH_VHOST : 0;
		assert_int_equal(decode_with(&quiet_tap, at, "\0", 1), CODE_OK);
		assert_int_equal(decode_with(&quiet_tap, at, "\1", 1), CODE_MALFORMED);
		assert_int_equal(decode_with(&quiet_client, at, "\0", 1), CODE_OK);
		assert_int_equal(decode_with(&quiet_client, at, "\1", 1), CODE_MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_reserved_every_byte),
		cmocka_unit_test(test_every_byte_canonical),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_mac_undeclared),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
