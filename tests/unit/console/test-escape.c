/* SPDX-License-Identifier: MIT
 * Tests of launcher/console/escape.c. */
#include "launcher/console/escape.h"

#include <string.h>

#include "tests/unit/unit.h"

/* Type the text; the actions are written as letters. */
static void type(struct escape *keys, const char *text, char *ret_actions)
{
	static const char letters[] = {
		[ESCAPE_SEND] = 's',
		[ESCAPE_SEND_CTRL_A] = 'a',
		[ESCAPE_NOTHING] = '.',
		[ESCAPE_LEAVE] = 'l',
		[ESCAPE_QUIT] = 'x',
		[ESCAPE_TOGGLE] = 'c',
		[ESCAPE_HELP] = 'h',
	};

	for (; *text != '\0'; text++)
		*ret_actions++ = letters[escape_take(keys, (uint8_t)*text)];
	*ret_actions = '\0';
}

static void test_take(void **state)
{
	static const struct {
		struct escape keys;
		const char *typed, *actions;
	} cases[] = {
		/* In the foreground. */
		{{0x1d, true, false}, "ls\r", "sss"},
		{{0x1d, true, false}, "\x01x", ".x"},
		{{0x1d, true, false},
			"\x01"
			"cq\x01"
			"cz",
			".cs.cs"},
		{{0x1d, true, false},
			"\x01"
			"ab",
			".as"},
		{{0x1d, true, false},
			"\x01\x01"
			"b",
			".as"},
		{{0x1d, true, false}, "\x01h\x01?", ".h.h"},
		{{0x1d, true, false}, "\x01zx", "..s"},
		{{0x1d, true, false},
			"a\x1d"
			"b",
			"sls"},
		{{0x1d, true, false}, "x\x02\x03\x04\x1c\xff", "ssssss"},
		/* `owrun console`: Ctrl-A is the guest's. */
		{{0x1d, false, false},
			"\x01x\x01\x01"
			"c\x1d",
			"sssssl"},
		/* Another escape, and none. */
		{{0x18, true, false}, "\x1d\x18", "sl"},
		{{-1, true, false}, "\x1d\x18\xff", "sss"},
		/* Ctrl-A as the escape: it wins. */
		{{0x01, true, false}, "\x01", "l"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct escape keys = cases[i].keys;
		char actions[16] = "";

		type(&keys, cases[i].typed, actions);
		if (strcmp(actions, cases[i].actions) != 0)
			fail_msg("case %zu: %s, expected %s", i, actions, cases[i].actions);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
