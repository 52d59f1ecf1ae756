/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "launcher/ssh/said.h"
#include "tests/unit/unit.h"

static bool take(struct said *said, const char *text)
{
	char line[200] = "";

	(void)snprintf(line, sizeof(line), "%s", text);
	return said_take(said, line);
}

static void test_take_shows_what_is_nothing_special(void **state)
{
	struct said said = {0};

	(void)state;
	assert_true(take(&said, "root@router: Permission denied (publickey).\r\n"));
	assert_true(take(&said, ""));
	assert_true(take(&said, "no matching"));
	assert_true(take(&said, "Unable: no matching thing found. Their offer: x"));
	/* What a shell would act on is never part of a command. */
	assert_true(take(&said, "x: no matching MAC found. Their offer: a;touch${IFS}b"));
	assert_true(take(&said, "x: no matching MAC found. Their offer: a'`id`'"));
	assert_true(take(&said, "x: no matching MAC found. Their offer: a b"));
	assert_false(said.changed);
	assert_null(said.option);
	said_free(&said);
}

static void test_take_keeps_the_wall_of_a_changed_key_back(void **state)
{
	struct said said = {0};

	(void)state;
	assert_true(take(&said, "before"));
	assert_false(
		take(&said, "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"));
	assert_false(take(&said, "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @"));
	assert_false(take(&said, "Host key verification failed."));
	assert_true(said.changed);
	said_free(&said);
}

static void test_take_notes_what_an_old_server_offers(void **state)
{
	static const struct {
		const char *line, *option, *offer;
	} cases[] = {
		{"Unable to negotiate with UNKNOWN port 65535: no matching host key type found. Their offer: ssh-rsa\r",
			"HostKeyAlgorithms", "ssh-rsa"},
		{"Unable to negotiate with 127.0.0.1 port 22: no matching key exchange method found. Their offer: a,b",
			"KexAlgorithms", "a,b"},
		{"x: no matching cipher found. Their offer: aes128-cbc", "Ciphers", "aes128-cbc"},
		{"x: no matching MAC found. Their offer: hmac-md5", "MACs", "hmac-md5"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct said said = {0};

		assert_false(take(&said, cases[i].line));
		assert_string_equal(said.option, cases[i].option);
		assert_string_equal(said.offer, cases[i].offer);
		/* Once is enough. */
		assert_true(take(&said, cases[i].line));
		said_free(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_shows_what_is_nothing_special),
		cmocka_unit_test(test_take_keeps_the_wall_of_a_changed_key_back),
		cmocka_unit_test(test_take_notes_what_an_old_server_offers),
	};

	return cmocka_run_group_tests_name("ssh-said", tests, NULL, NULL);
}
