/* SPDX-License-Identifier: MIT */
#include "launcher/ssh/words.h"
#include "tests/unit/unit.h"

static char b[] = "-b", command[] = "uname", dash[] = "-", end[] = "--", o[] = "-o",
	    o_value[] = "-oPort=1", value[] = "Port=1", v[] = "-v", vp[] = "-vp", tt[] = "-tt";

static void test_options_end_where_ssh_ends_them(void **state)
{
	static const struct {
		char *words[5];
		size_t n, options;
	} cases[] = {
		{{NULL}, 0, 0},
		{{command}, 1, 0},
		{{command, v}, 2, 0},
		{{v, command}, 2, 1},
		{{o, value, command}, 3, 2},
		{{o_value, command}, 2, 1},
		{{vp, value, tt, command, b}, 5, 3},
		{{tt, o, value, v}, 4, 4},
		{{v, end, v}, 3, 2},
		{{dash, command}, 2, 0},
		/* ssh says what is missing. */
		{{o}, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(words_options(cases[i].words, cases[i].n), cases[i].options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_end_where_ssh_ends_them),
	};

	return cmocka_run_group_tests_name("ssh-words", tests, NULL, NULL);
}
