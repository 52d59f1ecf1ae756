/* SPDX-License-Identifier: MIT
 * Tests of launcher/edit/recipe.h: values, and the words of each release. */
#include "launcher/edit/recipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static void test_releases(void **state)
{
	static const struct {
		const char *text;
		enum recipe_syntax syntax;
	} cases[] = {
		{"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='18.06.1'\n", RECIPE_IFNAME},
		{"DISTRIB_RELEASE=\"19.07.10\"", RECIPE_IFNAME},
		{"DISTRIB_RELEASE='21.02.0-rc1'", RECIPE_DEVICES},
		{"DISTRIB_RELEASE='25.09.0'", RECIPE_DEVICES},
		{"DISTRIB_RELEASE='25.12'", RECIPE_LISTS},
		{"DISTRIB_RELEASE='26.06.0'", RECIPE_LISTS},
		{"DISTRIB_RELEASE='SNAPSHOT'", RECIPE_LISTS},
		{"DISTRIB_RELEASE='99999999999999999999.1'", RECIPE_DEVICES},
		{"DISTRIB_RELEASE=", RECIPE_DEVICES},
		{"DISTRIB_RELEASE='.'", RECIPE_DEVICES},
		{"", RECIPE_DEVICES},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		if (recipe_syntax_of(cases[i].text) != cases[i].syntax)
			fail_msg("%s: %d", cases[i].text, recipe_syntax_of(cases[i].text));
}

/* The script that comes of it. Free it. */
static char *make(const char *said, enum recipe_syntax syntax)
{
	struct recipe_made made = {0};
	char *error = NULL, *script = NULL;

	if (recipe_make(said, syntax, &made, &error) < 0)
		fail_msg("%s", error);
	script = made.script;
	made.script = NULL;
	recipe_free(&made);
	return script;
}

static void expect(const char *said, enum recipe_syntax syntax, const char *part)
{
	char *script = make(said, syntax);

	if (strstr(script, part) == NULL)
		fail_msg("%s: no '%s' in:\n%s", said, part, script);
	free(script);
}

static void test_scripts(void **state)
{
	(void)state;
	expect("lan-ip=10.1.2.3/9", RECIPE_IFNAME, "netmask='255.128.0.0'");
	expect("lan-ip=10.1.2.3/30", RECIPE_DEVICES, "netmask='255.255.255.252'");
	expect("lan-ip=10.1.2.3/9", RECIPE_LISTS, "add_list network.lan.ipaddr='10.1.2.3/9'");
	expect("eth0-wan", RECIPE_IFNAME, "network.wan.ifname=eth0");
	expect("eth0-wan", RECIPE_LISTS, "network.wan.device=eth0");
	scratch_write("key", "ssh-ed25519 AAAA it's $(me)\r\n");
	expect("root-key=key", RECIPE_DEVICES, "key='ssh-ed25519 AAAA it'\\''s $(me)'\n");
}

static void test_all_end_well(void **state)
{
	(void)state;
	for (const struct recipe *row = recipe_table; row->name != NULL; row++)
		if (row->value == NULL) {
			char *script = make(row->name, RECIPE_DEVICES);

			assert_string_equal(script + strlen(script) - 7, "exit 0\n");
			free(script);
		}
}

static void test_what_is_refused(void **state)
{
	static const char *const wrong[] = {"", "x", "hostname", "hostname=", "hostname=a.b",
		"hostname=-", "hostname=a\n", "lan-ip=1.2.3.4", "lan-ip=1.2.3.4/31",
		"lan-ip=1.2.3.4/24;x", "eth1-lan=", "password-hash=a", "password-hash=$6$'",
		"password-hash=$6$&", "root-key=", "root-key=none", "root-key=bad",
		"root-key=control", "ssh-host-keys=none", "ssh-host-keys=."};

	(void)state;
	scratch_write("bad", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	scratch_write("control", "ssh-rsa AAAA\x1b[2J x\n");
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		struct recipe_made made = {0};
		char *error = NULL;

		if (recipe_make(wrong[i], RECIPE_DEVICES, &made, &error) >= 0)
			fail_msg("%s", wrong[i]);
		assert_non_null(error);
		recipe_free(&made);
		free(error);
	}
}

static void test_host_keys_are_a_directory(void **state)
{
	struct recipe_made made = {0};
	char *error = NULL;

	(void)state;
	scratch_write("keys/ssh_host_ed25519_key", "x");
	assert_int_equal(recipe_make("ssh-host-keys=keys", RECIPE_DEVICES, &made, &error), 0);
	assert_string_equal(made.destination, "/etc/ssh");
	assert_string_equal(made.directory, "keys");
	assert_null(made.script);
	recipe_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_all_end_well),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_host_keys_are_a_directory),
	};

	return cmocka_run_group_tests_name("recipe", tests, scratch_set_up, scratch_tear_down);
}
