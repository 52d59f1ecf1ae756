/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-parse.c and what it is made of: every message with its place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

#define WORD21 "abcdefghijklmnopqrstu"
#define WORD63 WORD21 WORD21 WORD21
#define ASCII "outside comments only printable ASCII, spaces and tabs may stand"
#define UTF8 "a comment is UTF-8 without control characters"
#define ID ": 0 to 4294967294, without leading zeros"
#define CHARACTERS "a bridge name consists of letters, digits, '.', '_' and '-'"
#define BETWEEN "between '%U' and '*' stands something that does not begin with a digit"
#define DIGITS "a uid can have 10 digits, and a bridge name only 15 characters"
#define CIDR "takes an IPv4 address with its prefix length"
#define NO_HOST ", which means its network or all in it"
#define FULL "needs 'create' and a bridge that is named in full"

static const struct {
	const char *line;
	const char *error;
} mistakes[] = {
	/* bytes */
	{"permit any bridge br0\r", "22: carriage return: lines end in a newline only"},
	{"# comment\r", "10: carriage return: lines end in a newline only"},
	{"permit any bridge br\xc3\xa4", "21: " ASCII},
	{"\xef\xbb\xbfpermit any bridge a", "1: " ASCII},
	{"permit any\x1b bridge a", "11: " ASCII},
	{"permit any\x7f bridge a", "11: " ASCII},
	{"permit any\vbridge a", "11: " ASCII},
	{"# \x1b[2J", "3: " UTF8},
	{"# \x7f", "3: " UTF8},
	{"# \xc2\x9b\x32J", "3: " UTF8},
	{"# \x80", "3: " UTF8},
	{"# \xbf", "3: " UTF8},
	{"# \xc0\xaf", "3: " UTF8},
	{"# \xc1\x80", "3: " UTF8},
	{"# \xc3", "3: " UTF8},
	{"# \xc3x", "3: " UTF8},
	{"# \xc3\xa4\xe2\x82", "5: " UTF8},
	{"# \xe2\x82x", "3: " UTF8},
	{"# \xe0\x9f\xbf", "3: " UTF8},
	{"# \xed\xa0\x80", "3: " UTF8},
	{"# \xf0\x8f\xbf\xbf", "3: " UTF8},
	{"# \xf0\x9f\x90x", "3: " UTF8},
	{"# \xf4\x90\x80\x80", "3: " UTF8},
	{"# \xf5\x80\x80\x80", "3: " UTF8},
	{"# \xff", "3: " UTF8},
	{"permit any bridge a # \xff", "23: " UTF8},
	/* words */
	{"permit any bridge br#lab", "21: '#' inside a word: put a space before a comment"},
	{"permit any bridge br\x80#lab", "21: " ASCII},
	{"permit any bridge b#\x80", "20: '#' inside a word: put a space before a comment"},
	{WORD63, "1: 'permit' or 'deny' expected, not '" WORD63 "'"},
	{WORD63 "x", "1: a word is longer than 63 bytes"},
	{"permit user " WORD63 "x bridge a", "13: a word is longer than 63 bytes"},
	{"permit any bridge a " WORD63 WORD63, "21: a word is longer than 63 bytes"},
	/* action and subject */
	{"allow any bridge a", "1: 'permit' or 'deny' expected, not 'allow'"},
	{"  Permit any bridge a", "3: 'permit' or 'deny' expected, not 'Permit'"},
	{"permit", "7: 'user', 'group' or 'any' is missing after 'permit'"},
	{"deny  # who?", "7: 'user', 'group' or 'any' is missing after 'deny'"},
	{"permit alice bridge a", "8: 'user', 'group' or 'any' expected, not 'alice'"},
	{"permit user", "12: a name or an id is missing after 'user'"},
	{"permit group", "13: a name or an id is missing after 'group'"},
	{"permit user carol bridge a", "13: unknown user 'carol'"},
	{"permit group alice bridge a", "14: unknown group 'alice'"},
	{"permit user -1 bridge a", "13: unknown user '-1'"},
	{"permit user 1x bridge a", "13: unknown user '1x'"},
	{"permit user trouble bridge a", "13: cannot look up user 'trouble': Input/output error"},
	{"permit group trouble bridge a", "14: cannot look up group 'trouble': Input/output error"},
	{"permit user 4294967295 bridge a", "13: '4294967295' is no user id" ID},
	{"permit user 4294967296 bridge a", "13: '4294967296' is no user id" ID},
	{"permit user 007 bridge a", "13: '007' is no user id" ID},
	{"permit group 99999999999999999999 bridge a",
		"14: '99999999999999999999' is no group id" ID},
	/* bridge */
	{"permit any", "11: 'bridge' is missing after 'any'"},
	{"permit user alice", "18: 'bridge' is missing after 'alice'"},
	{"permit any br0", "12: 'bridge' expected, not 'br0'"},
	{"permit any bridge", "18: a pattern is missing after 'bridge'"},
	{"permit any bridge br/0", "21: bridge 'br/0': " CHARACTERS},
	{"permit any bridge 'br0'", "19: bridge ''br0'': " CHARACTERS},
	{"permit any bridge a:b", "20: bridge 'a:b': " CHARACTERS},
	{"permit any bridge a*:", "21: bridge 'a*:': nothing may follow the '*'"},
	{"permit any bridge **", "20: bridge '**': nothing may follow the '*'"},
	{"permit any bridge *a", "20: bridge '*a': nothing may follow the '*'"},
	{"permit any bridge *%U", "20: bridge '*%U': nothing may follow the '*'"},
	{"permit any bridge ow%U*", "19: bridge 'ow%U*': " BETWEEN},
	{"permit any bridge ow%U1*", "19: bridge 'ow%U1*': " BETWEEN},
	{"permit any bridge ow-%U--*", "19: bridge 'ow-%U--*': " DIGITS},
	{"permit any bridge %U%U", "21: bridge '%U%U': '%U' may stand only once"},
	{"permit any bridge ow-%u", "22: bridge 'ow-%u': '%' may stand only in '%U'"},
	{"permit any bridge ow%", "21: bridge 'ow%': '%' may stand only in '%U'"},
	{"permit any bridge %%U", "19: bridge '%%U': '%' may stand only in '%U'"},
	{"permit any bridge abcdef%U", "19: bridge 'abcdef%U': " DIGITS},
	{"permit any bridge %Uabcdef", "19: bridge '%Uabcdef': " DIGITS},
	{"permit any bridge abc%Udef", "19: bridge 'abc%Udef': " DIGITS},
	{"permit any bridge abcdefghijklmnop",
		"19: bridge 'abcdefghijklmnop': longer than 15 characters"},
	{"permit any bridge abcdefghijklmno*",
		"19: bridge 'abcdefghijklmno*': longer than 15 characters"},
	{"permit any bridge -br", "19: bridge '-br': a bridge name does not begin with '-'"},
	{"permit any bridge -*", "19: bridge '-*': a bridge name does not begin with '-'"},
	{"permit any bridge -%U", "19: bridge '-%U': a bridge name does not begin with '-'"},
	{"permit any bridge .", "19: bridge '.': no interface can have this name"},
	{"permit any bridge ..", "19: bridge '..': no interface can have this name"},
	{"permit any bridge all", "19: bridge 'all': no interface can have this name"},
	{"permit any bridge default", "19: bridge 'default': no interface can have this name"},
	/* options */
	{"permit any bridge a b", "21: unknown option 'b'"},
	{"permit any bridge a Create", "21: unknown option 'Create'"},
	{"permit any bridge a creat", "21: unknown option 'creat'"},
	{"permit any bridge a created", "21: unknown option 'created'"},
	{"permit any bridge * create", "21: 'create' needs a pattern other than '*'"},
	{"permit any bridge a taps", "25: a number is missing after 'taps'"},
	{"permit any bridge a taps 0", "26: 'taps' takes a number from 1 to 100, not '0'"},
	{"permit any bridge a taps 101", "26: 'taps' takes a number from 1 to 100, not '101'"},
	{"permit any bridge a taps 08", "26: 'taps' takes a number from 1 to 100, not '08'"},
	{"permit any bridge a taps -1", "26: 'taps' takes a number from 1 to 100, not '-1'"},
	{"permit any bridge a taps 4294967297",
		"26: 'taps' takes a number from 1 to 100, not '4294967297'"},
	{"permit any bridge a taps create",
		"26: 'taps' takes a number from 1 to 100, not 'create'"},
	{"permit any bridge a mac", "24: 'own' or 'any' is missing after 'mac'"},
	{"permit any bridge a mac 02:00:00:00:00:01",
		"25: 'mac' takes 'own' or 'any', not '02:00:00:00:00:01'"},
	{"permit any bridge a create create", "28: 'create' is given twice"},
	{"permit any bridge a isolated create isolated", "37: 'isolated' is given twice"},
	{"permit any bridge a taps 2 taps 2", "28: 'taps' is given twice"},
	{"permit any bridge a mac any mac own", "29: 'mac' is given twice"},
	{"deny any bridge a create", "19: 'create' has no meaning in a 'deny' rule"},
	{"deny any bridge a taps 1", "19: 'taps' has no meaning in a 'deny' rule"},
	{"deny any bridge a mac any", "19: 'mac' has no meaning in a 'deny' rule"},
	{"deny any bridge a isolated", "19: 'isolated' has no meaning in a 'deny' rule"},
	{"permit any bridge a queues", "27: a number is missing after 'queues'"},
	{"permit any bridge a queues 0", "28: 'queues' takes a number from 1 to 16, not '0'"},
	{"permit any bridge a queues 17", "28: 'queues' takes a number from 1 to 16, not '17'"},
	{"permit any bridge a mtu", "24: a number is missing after 'mtu'"},
	{"permit any bridge a mtu 67", "25: 'mtu' takes a number from 68 to 65535, not '67'"},
	{"permit any bridge a mtu 65536", "25: 'mtu' takes a number from 68 to 65535, not '65536'"},
	{"permit any bridge a rate", "25: a number is missing after 'rate'"},
	{"permit any bridge a rate 0", "26: 'rate' takes a number from 1 to 100000, not '0'"},
	{"permit any bridge a rate 100001",
		"26: 'rate' takes a number from 1 to 100000, not '100001'"},
	{"permit any bridge a rate 01", "26: 'rate' takes a number from 1 to 100000, not '01'"},
	{"permit any bridge a rate 1.5", "26: 'rate' takes a number from 1 to 100000, not '1.5'"},
	{"permit any bridge a rate 10M", "26: 'rate' takes a number from 1 to 100000, not '10M'"},
	{"permit any bridge a rates 1", "21: unknown option 'rates'"},
	{"permit any bridge a vhost 1", "27: unknown option '1'"},
	{"permit any bridge a dhcp", "21: unknown option 'dhcp'"},
	{"permit any bridge a ip", "23: an address is missing after 'ip'"},
	{"permit any bridge a ip 10.0.0.0",
		"24: 'ip' " CIDR ", such as 192.0.2.0/24, not '10.0.0.0'"},
	{"permit any bridge a ip 0.0.0.0/0",
		"24: 'ip' " CIDR ", such as 192.0.2.0/24, not '0.0.0.0/0'"},
	{"permit any bridge a ip 10.0.0.1/8",
		"24: 'ip' takes the address of a network, here 10.0.0.0/8, not '10.0.0.1/8'"},
	{"permit any bridge a create address", "35: an address is missing after 'address'"},
	{"permit any bridge a create address 10.0.0.1/33",
		"36: 'address' " CIDR ", such as 192.0.2.1/24, not '10.0.0.1/33'"},
	{"permit any bridge a create address 10.0.0.0/8",
		"36: 'address' takes the address of one host, not '10.0.0.0/8'" NO_HOST},
	{"permit any bridge a create address 10.255.255.255/8",
		"36: 'address' takes the address of one host, not '10.255.255.255/8'" NO_HOST},
	{"permit any bridge a taps 2 address 10.0.0.1/8 vhost", "28: 'address' " FULL},
	{"permit any bridge a* create address 10.0.0.1/8", "29: 'address' " FULL},
	{"permit any bridge a%U create address 10.0.0.1/8", "30: 'address' " FULL},
	{"permit any bridge a queues 2 queues 2", "30: 'queues' is given twice"},
	{"permit any bridge a mtu 1500 vhost mtu 1500", "36: 'mtu' is given twice"},
	{"permit any bridge a rate 100 mtu 68 rate 100", "37: 'rate' is given twice"},
	{"permit any bridge a vhost vhost", "27: 'vhost' is given twice"},
	{"permit any bridge a dhcp-server dhcp-server", "33: 'dhcp-server' is given twice"},
	{"permit any bridge a ip 10.0.0.0/8 ip 10.0.0.0/8", "35: 'ip' is given twice"},
	{"permit any bridge a create address 10.0.0.1/8 address 10.0.0.1/8",
		"47: 'address' is given twice"},
	{"deny any bridge a queues 2", "19: 'queues' has no meaning in a 'deny' rule"},
	{"deny any bridge a mtu 1500", "19: 'mtu' has no meaning in a 'deny' rule"},
	{"deny any bridge a rate 100", "19: 'rate' has no meaning in a 'deny' rule"},
	{"deny any bridge a vhost", "19: 'vhost' has no meaning in a 'deny' rule"},
	{"deny any bridge a dhcp-server", "19: 'dhcp-server' has no meaning in a 'deny' rule"},
	{"deny any bridge a ip 10.0.0.0/8", "19: 'ip' has no meaning in a 'deny' rule"},
	{"deny any bridge a address 10.0.0.1/8", "19: 'address' has no meaning in a 'deny' rule"},
	{"permit any bridge a netns netns", "27: 'netns' is given twice"},
	{"deny any bridge a netns", "19: 'netns' has no meaning in a 'deny' rule"},
};

/* Each mistake alone, on the second line, between rules that are right. */
static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(mistakes); i++) {
		char text[512] = "", expected[512] = "", *errors = NULL;
		struct policy *policy = NULL;

		snprintf(text, sizeof(text), "permit any bridge a\n%s\npermit any bridge b\n",
			mistakes[i].line);
		snprintf(expected, sizeof(expected), "p:2:%s\n", mistakes[i].error);
		policy = unit_policy(text, "");
		errors = unit_policy_errors(policy);
		assert_string_equal(errors, expected);
		assert_string_equal(policy_broken_at(policy), "p:2");
		assert_int_equal(policy->n_rules, 2);
		free(errors);
		policy_free(policy);
	}
}

/* All of them in one file: reported in order, one a line. */
static void test_all_errors_in_order(void **state)
{
	struct policy *policy = policy_new("p", "s");
	char *errors = NULL, *rest = NULL;

	(void)state;
	policy_parse(policy, policy_keep(policy, "q"), "nonsense\n", 9, &test_names);
	for (size_t i = 0; i < UNIT_COUNT(mistakes); i++) {
		char text[256] = "";
		int length = snprintf(text, sizeof(text), "%s\n", mistakes[i].line);

		policy_parse(policy, policy->main, text, (size_t)length, &test_names);
	}
	errors = unit_policy_errors(policy);
	rest = strchr(errors, '\n') + 1;
	assert_string_equal(policy_broken_at(policy), "q:1");
	for (size_t i = 0; i < UNIT_COUNT(mistakes); i++) {
		char expected[512] = "";
		int length = snprintf(expected, sizeof(expected), "p:1:%s\n", mistakes[i].error);

		assert_memory_equal(rest, expected, (size_t)length);
		rest += length;
	}
	assert_string_equal(rest, "");
	free(errors);
	policy_free(policy);
}

/* What a C string cannot hold, and ends that are missing. */
static void test_raw_bytes(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *errors;
	} cases[] = {
		{"permit any bridge a\0b\n", 22, "p:1:20: NUL byte\n"},
		{"# \0\n", 4, "p:1:3: NUL byte\n"},
		{"\0", 1, "p:1:2: no newline at the end: the file may have been cut short\n"},
		{"permit any bridge a", 19,
			"p:1:20: no newline at the end: the file may have been cut short\n"},
		{"\n# x", 4, "p:2:4: no newline at the end: the file may have been cut short\n"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct policy *policy = policy_new("p", "s");
		char *errors = NULL;

		policy_parse(policy, policy->main, cases[i].text, cases[i].size, &test_names);
		errors = unit_policy_errors(policy);
		assert_string_equal(errors, cases[i].errors);
		free(errors);
		policy_free(policy);
	}
}

static void test_too_many_errors(void **state)
{
	char text[2 * (POLICY_ERRORS_MAX + 500) + 1] = "", *errors = NULL, *line = NULL;
	struct policy *policy = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "x\n", 2);
	policy = unit_policy(text, "");
	errors = unit_policy_errors(policy);
	for (line = errors; *line != '\0'; line = strchr(line, '\n') + 1)
		if (++n > POLICY_ERRORS_MAX)
			assert_string_equal(
				line, "p:1001:1: too many errors, the rest is not shown\n");
	assert_int_equal(n, POLICY_ERRORS_MAX + 1);
	free(errors);
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_all_errors_in_order),
		cmocka_unit_test(test_raw_bytes),
		cmocka_unit_test(test_too_many_errors),
	};

	return cmocka_run_group_tests_name("policy-mistakes", tests, NULL, NULL);
}
