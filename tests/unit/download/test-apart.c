/* SPDX-License-Identifier: MIT
 * Tests of launcher/download/apart.c. */
#include "launcher/download/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

static int find(const json_t *value, const void *what, char **ret_answer, char **reterr_text)
{
	const char *found = json_string_value(json_object_get(value, what));

	if (found == NULL)
		return text_fail(reterr_text, -ENOENT, "there is no %s", (const char *)what);
	*ret_answer = text_format("%s", found);
	return 0;
}

/* As what has been taken over. */
static int reach_out(const json_t *value, const void *what, char **ret_answer, char **reterr_text)
{
	(void)value;
	(void)what;
	(void)reterr_text;
	*ret_answer =
		text_format("%s", open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? "out" : "in");
	return 0;
}

static int crash(const json_t *value, const void *what, char **ret_answer, char **reterr_text)
{
	(void)value;
	(void)what;
	(void)ret_answer;
	(void)reterr_text;
	raise(SIGKILL);
	return 0;
}

static int long_answer(const json_t *value, const void *what, char **ret_answer, char **reterr_text)
{
	(void)value;
	(void)what;
	(void)reterr_text;
	*ret_answer = text_format("%*s", APART_ANSWER_SIZE, "x");
	return 0;
}

static void test_answers(void **state)
{
	static const struct {
		const char *text;
		int (*find)(const json_t *value, const void *what, char **ret_answer,
			char **reterr_text);
		int result;
		const char *said; /* the answer, or a part of the sentence */
	} cases[] = {
		{"{\"x\": \"y\"}", find, 0, "y"},
		{"{\"x\": \"\"}", find, 0, ""},
		{"{}", find, -ENOENT, "there is no x"},
		{"[", find, -EBADMSG, "'http://h/j' makes no sense: line 1: "},
		{"", find, -EBADMSG, "makes no sense"},
		{"{}", reach_out, 0, "in"},
		{"{}", crash, -EIO, "ended with signal 9"},
		{"{}", long_answer, -EBADMSG, "makes no sense"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct apart_question question = {cases[i].find, "x"};
		char *answer = NULL, *error = NULL;
		int r = apart_ask("http://h/j", cases[i].text, strlen(cases[i].text), &question,
			&answer, &error);

		assert_int_equal(r, cases[i].result);
		if (r == 0)
			assert_string_equal(answer, cases[i].said);
		else
			assert_non_null(strstr(error, cases[i].said));
		free(answer);
		free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests_name("apart", tests, NULL, NULL);
}
