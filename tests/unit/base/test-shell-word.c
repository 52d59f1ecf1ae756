/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/shell-word.c, by a shell. */
#include "launcher/base/shell-word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "tests/unit/unit.h"

/* Where no quote is needed there is none. */
static void test_how_it_looks(void **state)
{
	static const char *const cases[][2] = {{"", "''"}, {"plain", "plain"},
		{"user,id=lan,net=192.168.1.0/24", "user,id=lan,net=192.168.1.0/24"},
		{"a b", "'a b'"}, {"$HOME", "'$HOME'"}, {"it's", "'it'\\''s'"}, {"~", "'~'"},
		{"*", "'*'"}, {"/home/J\303\274rgen", "'/home/J\303\274rgen'"},
		{"a\nb", "\"$(printf 'a\\012b')\""},
		{"%\\'\033", "\"$(printf '%%\\134\\047\\033')\""},
		{"a\n", "\"$(printf 'a')\"'\n'"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *word = shell_word(cases[i][0]);

		assert_string_equal(word, cases[i][1]);
		free(word);
	}
}

/* A shell with the command must print the text and nothing else. */
static void assert_means(const char *text, const char *command)
{
	size_t length = strlen(text), used = 0;
	char *read_back = calloc(1, length + 2);
	ssize_t n = 0;
	int pipes[2] = {-1, -1}, status = 0;
	pid_t pid = 0;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(pipes[1]);
	while (used <= length && (n = read(pipes[0], read_back + used, length + 1 - used)) > 0)
		used += (size_t)n;
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(used, length);
	assert_memory_equal(read_back, text, length);
	free(read_back);
}

static void check(const char *text)
{
	char *word = shell_word(text), *shown = visible_line(word);
	char *command = text_format("printf %%s %s", word);
	size_t end = strlen(text);

	assert_means(text, command);
	while (end > 0 && text[end - 1] == '\n')
		end--;
	/* What a terminal shows is what is pasted. */
	if (text[end] == '\0')
		assert_string_equal(shown, word);
	free(word);
	free(shown);
	free(command);
}

static void test_a_shell_reads_what_it_was(void **state)
{
	static const char *const words[] = {"", "-n", "a b", "'", "''", "\\", "\\n", "%s%d%%",
		"$(id)", "`id`", "\"$HOME\"", "!!", "a;b&c|d", "it's\n", "\n", "\n\n", "a\nb\n\n",
		"\r\n", "\0330", "\0019", "%\033%", "'\033'", "\"$(\033)\"", "\303\244\302\233",
		"\342\200\256x", "\303", "\377\376", "~\t*?[a]", "#\v", "=a b"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(words); i++)
		check(words[i]);
}

/* Each byte, in front of a digit, which does not become a part of its number. */
static void test_a_shell_reads_every_byte(void **state)
{
	char text[3 * 255 + 1] = "";

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char *at = text + 3 * (byte - 1);

		at[0] = (char)byte;
		at[1] = '7';
		at[2] = '\'';
	}
	check(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_it_looks),
		cmocka_unit_test(test_a_shell_reads_what_it_was),
		cmocka_unit_test(test_a_shell_reads_every_byte),
	};

	return cmocka_run_group_tests_name("shell-word", tests, NULL, NULL);
}
