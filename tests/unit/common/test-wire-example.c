/* SPDX-License-Identifier: MIT
 * Tests of common/wire-*.c against the example in PROTOCOL.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "tests/unit/unit.h"

/* Read the bytes of a hex dump line, "    0000  6f 77 ...". Returns how many. */
static size_t read_line(const char *line, uint8_t *data, size_t room)
{
	unsigned int offset = 0, byte = 0;
	size_t n = 0;
	int length = 0;

	if (sscanf(line, "    %4x %n", &offset, &length) != 1)
		return 0;
	for (line += length; sscanf(line, " %2x%n", &byte, &length) == 1 && *line != '\n';
		line += length) {
		assert_true(n < room);
		data[n++] = (uint8_t)byte;
	}
	return n;
}

/* Read the hex dump that follows `line` into data, which is zero behind it. Returns the first line
 * after it. */
static const char *read_dump(const char *line, uint8_t *data, size_t size, size_t *ret_length)
{
	size_t at = 0, n = 0;

	while (strncmp(line, "    ", 4) != 0) {
		line = strchr(line, '\n');
		assert_non_null(line);
		line++;
	}
	while ((n = read_line(line, data + at, size - at)) > 0) {
		at += n;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	*ret_length = at;
	return line;
}

static void test_example(void **state)
{
	static const uint8_t mac[MAC_SIZE] = {0x02, 0x00, 0x00, 0x03, 0xe8, 0x01};
	static const uint8_t host_mac[MAC_SIZE] = {0xfe, 0x1b, 0xc2, 0x90, 0x4e, 0x77};
	uint8_t asked[WIRE_REQUEST_SIZE] = {0}, answered[WIRE_REPLY_SIZE] = {0};
	uint8_t again[WIRE_REPLY_SIZE] = {0};
	char *text = unit_read_source("common/PROTOCOL.md");
	const char *line = strstr(text, "\n## Example\n");
	struct wire_request request = {.operation = WIRE_PORTS};
	struct wire_reply reply = {.code = CODE_BUSY};
	size_t length = 0;

	(void)state;
	assert_non_null(line);
	line = read_dump(line + 1, asked, sizeof(asked), &length);
	assert_int_equal(length, WIRE_REQUEST_SIZE);
	read_dump(line, answered, sizeof(answered), &length);
	assert_int_equal(length, 68);
	free(text);

	assert_int_equal(wire_decode_request(asked, sizeof(asked), &request), CODE_OK);
	assert_int_equal(request.operation, WIRE_TAP);
	assert_int_equal(request.tap.flags, WIRE_WITH_MAC);
	assert_string_equal(request.tap.bridge, "ow-1000");
	assert_memory_equal(request.tap.mac, mac, MAC_SIZE);
	assert_int_equal(request.tap.queues, 1);
	assert_string_equal(request.tap.label, "router");
	wire_encode_request(&request, again);
	assert_memory_equal(again, asked, sizeof(asked));

	assert_int_equal(wire_decode_reply(answered, sizeof(answered), &reply), 0);
	assert_int_equal(reply.operation, WIRE_TAP);
	assert_int_equal(reply.code, CODE_OK);
	assert_int_equal(reply.taps, 1);
	assert_int_equal(reply.vhosts, 0);
	assert_string_equal(reply.tap.interface, "ow1000t7");
	assert_string_equal(reply.tap.bridge, "ow-1000");
	assert_memory_equal(reply.tap.mac, mac, MAC_SIZE);
	assert_memory_equal(reply.tap.host_mac, host_mac, MAC_SIZE);
	assert_int_equal(reply.tap.mtu, 1500);
	assert_int_equal(reply.tap.uid, 1000);
	assert_string_equal(reply.text, "");
	wire_encode_reply(&reply, again);
	assert_memory_equal(again, answered, sizeof(answered));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests_name("wire-example", tests, NULL, NULL);
}
