/* SPDX-License-Identifier: MIT
 * Tests of policy/tool-arguments.c. */
#include <errno.h>
#include <string.h>

#include "policy/tool-arguments.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 16
#define LINE_SIZE 512

/* A command line, whose words are separated by one space each; "''" is an empty word. */
struct line {
	char text[LINE_SIZE];
	char *words[WORDS_MAX];
	size_t n;
};

static int parse(struct line *line, const char *text, struct tool_arguments *arguments,
	char reason[TOOL_REASON_SIZE])
{
	char *rest = line->text, *word = NULL;

	line->n = 0;
	assert_true(strlen(text) < LINE_SIZE);
	memcpy(line->text, text, strlen(text) + 1);
	while (text[0] != '\0' && (word = strsep(&rest, " ")) != NULL) {
		assert_true(line->n < WORDS_MAX);
		if (strcmp(word, "''") == 0)
			word[0] = '\0';
		line->words[line->n++] = word;
	}
	return tool_arguments_parse(line->words, line->n, arguments, reason);
}

static void test_refused(void **state)
{
	static const struct {
		const char *line;
		const char *reason;
	} cases[] = {
		{"", "no command; see 'owvm-policy --help'"},
		{"ask", "no command 'ask'; see 'owvm-policy --help'"},
		{"--json", "no command '--json'; see 'owvm-policy --help'"},
		{"check --user alice", "no option '--user' here; see 'owvm-policy --help'"},
		{"check --policy x", "no option '--policy' here; see 'owvm-policy --help'"},
		{"nets --bridge x", "no option '--bridge' here; see 'owvm-policy --help'"},
		{"explain --us alice", "no option '--us' here; see 'owvm-policy --help'"},
		{"check -", "no option '-' here; see 'owvm-policy --help'"},
		{"check --json=yes", "option '--json' takes no value"},
		{"nets --user", "option '--user' needs a value"},
		{"nets", "whom? name the user with '--user USER'"},
		{"explain --bridge x", "whom? name the user with '--user USER'"},
		{"explain --user a", "which bridge? name it with '--bridge BRIDGE'"},
		{"nets --user a b", "no operand 'b' here; see 'owvm-policy --help'"},
		{"explain --user a --bridge ''",
			"'' is no name of a bridge: 1 to 15 letters, digits, '.', '_' and '-', "
			"not first a '-'"},
		{"explain --user a --bridge abcdefghijklmnop",
			"'abcdefghijklmnop' is no name of a bridge: 1 to 15 letters, digits, '.', "
			"'_' and '-', not first a '-'"},
		{"nets --user a --queues 2", "no option '--queues' here; see 'owvm-policy --help'"},
		{"nets --user a --vhost", "no option '--vhost' here; see 'owvm-policy --help'"},
		{"explain --user a --bridge b --vhost=yes", "option '--vhost' takes no value"},
		{"explain --user a --bridge b --queues", "option '--queues' needs a value"},
		{"explain --user a --bridge b --queues 0",
			"'0' is no number of queues: 1 to 16, without leading zeros"},
		{"explain --user a --bridge b --queues 17",
			"'17' is no number of queues: 1 to 16, without leading zeros"},
		{"explain --user a --bridge b --queues=02",
			"'02' is no number of queues: 1 to 16, without leading zeros"},
		{"explain --user a --bridge b --mac 02:00",
			"'02:00' is no MAC address: write it as 02:00:00:00:00:00, or 'none'"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct tool_arguments arguments = {0};
		char reason[TOOL_REASON_SIZE] = "";
		struct line line = {0};

		assert_int_equal(parse(&line, cases[i].line, &arguments, reason), -EINVAL);
		assert_string_equal(reason, cases[i].reason);
	}
}

static void test_a_long_word_is_cut_in_the_reason(void **state)
{
	struct tool_arguments arguments = {0};
	char reason[TOOL_REASON_SIZE] = "", text[LINE_SIZE] = "";
	struct line line = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(parse(&line, text, &arguments, reason), -EINVAL);
	assert_int_equal(strlen(reason), TOOL_REASON_SIZE - 1);
}

static void test_explain(void **state)
{
	static const uint8_t mac[MAC_SIZE] = {2, 0, 0, 3, 0xe9, 0xff};
	struct tool_arguments arguments = {0};
	char reason[TOOL_REASON_SIZE] = "";
	struct line line = {0};

	(void)state;
	assert_int_equal(parse(&line,
				 "explain --user=a --groups '' --bridge br0 --policy p --json "
				 "--mac 02:00:00:03:e9:FF --queues 16 --vhost --netns",
				 &arguments, reason),
		0);
	assert_int_equal(arguments.command, TOOL_EXPLAIN);
	assert_string_equal(arguments.user, "a");
	assert_string_equal(arguments.groups, "");
	assert_string_equal(arguments.bridge, "br0");
	assert_string_equal(arguments.policy, "p");
	assert_true(arguments.json);
	assert_int_equal(arguments.mac_kind, TOOL_MAC_GIVEN);
	assert_memory_equal(arguments.mac, mac, MAC_SIZE);
	assert_int_equal(arguments.queues, 16);
	assert_true(arguments.vhost);
	assert_true(arguments.netns);
}

static void test_defaults(void **state)
{
	struct tool_arguments arguments = {0};
	char reason[TOOL_REASON_SIZE] = "";
	struct line line = {0};

	(void)state;
	assert_int_equal(parse(&line, "explain --user a --bridge b", &arguments, reason), 0);
	assert_null(arguments.groups);
	assert_null(arguments.policy);
	assert_false(arguments.json);
	assert_int_equal(arguments.mac_kind, TOOL_MAC_DERIVED);
	assert_int_equal(arguments.queues, 1);
	assert_false(arguments.vhost);
	assert_false(arguments.netns);
	assert_int_equal(
		parse(&line, "explain --user a --bridge b --mac none", &arguments, reason), 0);
	assert_int_equal(arguments.mac_kind, TOOL_MAC_NONE);
}

static void test_paths(void **state)
{
	struct tool_arguments arguments = {0};
	char reason[TOOL_REASON_SIZE] = "";
	struct line line = {0};

	(void)state;
	assert_int_equal(parse(&line, "check", &arguments, reason), 0);
	assert_int_equal(arguments.n_paths, 0);
	assert_int_equal(parse(&line, "check a --json b -- --json --", &arguments, reason), 0);
	assert_true(arguments.json);
	assert_int_equal(arguments.n_paths, 4);
	assert_string_equal(arguments.paths[0], "a");
	assert_string_equal(arguments.paths[1], "b");
	assert_string_equal(arguments.paths[2], "--json");
	assert_string_equal(arguments.paths[3], "--");
}

static void test_help_and_version(void **state)
{
	static const char *const lines[] = {
		"--help", "check --help", "explain --help", "nets x --help"};
	struct tool_arguments arguments = {0};
	char reason[TOOL_REASON_SIZE] = "";
	struct line line = {0};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
		assert_int_equal(parse(&line, lines[i], &arguments, reason), 0);
		assert_true(arguments.help);
	}
	assert_int_equal(parse(&line, "--version", &arguments, reason), 0);
	assert_true(arguments.version);
	assert_false(arguments.help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_a_long_word_is_cut_in_the_reason),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_help_and_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
