/* SPDX-License-Identifier: MIT
 * Tests of launcher/bridge-helper/arguments.c: what QEMU and libvirt really pass, and what is
 * refused. */
#include "launcher/bridge-helper/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define WORDS_MAX 6

/* Parse the words up to the first NULL. */
static int parse(
	const char *const words[WORDS_MAX], struct bridge_arguments *ret_arguments, char **error)
{
	char *copies[WORDS_MAX] = {0};
	size_t n = 0;
	int r = 0;

	while (n < WORDS_MAX && words[n] != NULL) {
		copies[n] = (char *)(uintptr_t)words[n];
		n++;
	}
	r = bridge_arguments_parse(copies, n, ret_arguments, error);
	return r;
}

static void test_parse_qemu(void **state)
{
	/* As QEMU runs a path, a command (br last) and as libvirt runs it for virtio and for
	 * e1000. */
	static const struct {
		const char *words[WORDS_MAX];
		bool use_vnet, with_mac;
	} cases[] = {
		{{"--use-vnet", "--fd=12", "--br=br-lab"}, true, false},
		{{"--mac=02:00:00:03:E8:01", "--use-vnet", "--fd=12", "--br=br-lab"}, true, true},
		{{"--use-vnet", "--br=br-lab", "--fd=12"}, true, false},
		{{"--br=br-lab", "--fd=12"}, false, false},
		/* The last one counts, as with QEMU's helper. */
		{{"--br=br0", "--fd=3", "--use-vnet", "--fd=12", "--br=br-lab"}, true, false},
	};
	static const uint8_t mac[MAC_SIZE] = {2, 0, 0, 3, 0xe8, 1}, none[MAC_SIZE] = {0};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct bridge_arguments arguments = {0};
		char *error = NULL;

		assert_int_equal(parse(cases[i].words, &arguments, &error), 0);
		assert_string_equal(arguments.bridge, "br-lab");
		assert_string_equal(arguments.label, "");
		assert_int_equal(arguments.fd, 12);
		assert_int_equal(arguments.use_vnet, cases[i].use_vnet);
		assert_int_equal(arguments.with_mac, cases[i].with_mac);
		assert_memory_equal(arguments.mac, cases[i].with_mac ? mac : none, MAC_SIZE);
		assert_false(arguments.help || arguments.version);
	}
}

static void test_parse_label(void **state)
{
	static const char *const words[WORDS_MAX] = {
		"--br=b", "--fd=0", "--label=012345678901234567890123456789012345678"};
	struct bridge_arguments arguments = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(words, &arguments, &error), 0);
	assert_int_equal(strlen(arguments.label), 39);
	assert_int_equal(arguments.fd, 0);
}

/* Neither needs anything else. */
static void test_parse_help(void **state)
{
	static const char *const help[WORDS_MAX] = {"--help"}, *const version[WORDS_MAX] = {
								       "--version"};
	struct bridge_arguments arguments = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(help, &arguments, &error), 0);
	assert_true(arguments.help && !arguments.version);
	assert_int_equal(parse(version, &arguments, &error), 0);
	assert_true(arguments.version && !arguments.help);
	for (size_t i = 0; i < 5; i++) {
		static const char *const options[] = {
			"--br=", "--fd=", "--mac=", "--label=", "--use-vnet"};

		assert_non_null(strstr(bridge_arguments_help, options[i]));
	}
}

static void test_parse_fails(void **state)
{
	static const struct {
		const char *words[WORDS_MAX], *sentence;
	} cases[] = {
		{{NULL}, "'--br=BRIDGE' is missing"},
		{{"--fd=3", "--use-vnet"}, "'--br=BRIDGE' is missing"},
		{{"--br=br0"}, "'--fd=N' is missing"},
		{{"--br", "br0"}, "'--br' is not understood"},
		{{"br0"}, "'br0' is not understood"},
		{{""}, "'' is not understood"},
		{{"--use-vnet=on"}, "'--use-vnet=on' is not understood"},
		{{"--use-vnets"}, "'--use-vnets' is not understood"},
		{{"--mac"}, "'--mac' is not understood; 'owvm-bridge-helper --help' shows"},
		{{"--br="}, "'--br=': a bridge's name is 1-15 letters"},
		{{"--br=0123456789abcdef"}, "'--br=0123456789abcdef': a bridge's name"},
		{{"--br=br 0"}, "'--br=br 0': a bridge's name"},
		{{"--br=../x"}, "'--br=../x': a bridge's name"},
		{{"--br=br%d"}, "'--br=br%d': a bridge's name"},
		{{"--fd="}, "'--fd=': that is no number"},
		{{"--fd=-1"}, "'--fd=-1': that is no number"},
		{{"--fd=3x"}, "'--fd=3x': that is no number"},
		{{"--fd=2147483648"}, "'--fd=2147483648': that is no number"},
		{{"--mac=02:00:00:00:00"}, "'--mac=02:00:00:00:00': an address is six bytes"},
		{{"--mac="}, "'--mac=': an address is six bytes"},
		{{"--label=a b"}, "'--label=a b': a VM's name is at most 39"},
		{{"--label=0123456789012345678901234567890123456789"}, "a VM's name is at most 39"},
		/* A mistake counts even where help is asked for. */
		{{"--help", "--br="}, "a bridge's name"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct bridge_arguments arguments = {.fd = 77};
		char *error = NULL;

		assert_int_equal(parse(cases[i].words, &arguments, &error), -EINVAL);
		if (strstr(error, cases[i].sentence) == NULL)
			fail_msg("%s: not '%s'", error, cases[i].sentence);
		assert_int_equal(arguments.fd, 77);
		free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_qemu),
		cmocka_unit_test(test_parse_label),
		cmocka_unit_test(test_parse_help),
		cmocka_unit_test(test_parse_fails),
	};

	return cmocka_run_group_tests_name("bridge-arguments", tests, NULL, NULL);
}
