/* SPDX-License-Identifier: MIT
 * Tests of launcher/change/assign.c and lines.c. */
#include "launcher/change/assign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define WORDS_MAX 4
#define DIRECTORY "/vm"

struct example {
	const char *before;
	char *words[WORDS_MAX];
	const char *after; /* or a part of the sentence, where it begins with '!' */
};

static void run(const struct example *example)
{
	struct lines lines = {0};
	char *error = NULL, *after = NULL;
	size_t n = 0;
	int r = 0;

	while (n < WORDS_MAX && example->words[n] != NULL)
		n++;
	lines_read(example->before, &lines);
	r = assign_all(&lines, DIRECTORY, example->words, n, &error);
	after = lines_join(&lines);
	if (example->after[0] == '!') {
		assert_int_equal(r, -EINVAL);
		assert_non_null(strstr(error, example->after + 1));
	} else {
		assert_int_equal(r, 0);
		assert_string_equal(after, example->after);
	}
	free(after);
	free(error);
	lines_free(&lines);
}

static void test_assign(void **state)
{
	static struct example examples[] = {
		{"", {"memory=1G"}, "memory = 1G\n"},
		{"# a\nmemory=1G\n\n; b\ncpus: 2", {"memory=2G"},
			"# a\nmemory = 2G\n\n; b\ncpus: 2\n"},
		{"cpus = 2\n", {"memory=2G", "cpus=3"}, "cpus = 3\nmemory = 2G\n"},
		{"\xef\xbb\xbf"
		 "cpus = 2\n# c\n",
			{"cpus=3"}, "cpus = 3\n# c\n"},
		{"nic = user\n# x\nnic = none\nmemory = 1G\n", {"nic=user"},
			"nic = user\n# x\nmemory = 1G\n"},
		{"nic = none\n", {"nic=user", "memory=1G", "nic=bridge"},
			"nic = user\nnic = bridge\nmemory = 1G\n"},
		{"forward = 1:1\n# x\n", {"forward+=2:2"}, "forward = 1:1\nforward = 2:2\n# x\n"},
		{"# x\n", {"forward+=2:2"}, "# x\nforward = 2:2\n"},
		{"forward = 1:1\nforward = 2:2\n", {"forward-=1:1"}, "forward = 2:2\n"},
		{"", {"disk=/vm/a.img", "disk=/b.img"}, "disk = a.img\ndisk = /b.img\n"},
		{"disk = a.img\n", {"disk-=/vm/a.img"}, ""},
		{"disk = a.img\n", {"disk-=a.img"}, ""},
		{"", {"append="}, "append = \n"},
		{"", {"append=a=b c"}, "append = a=b c\n"},
		{"forward = 1:1\n", {"forward-=2:2"}, "!there is no line 'forward = 2:2'"},
		{"", {"memory"}, "!not KEY=VALUE"},
		{"", {"=1"}, "!not KEY=VALUE"},
		{"", {"memry=1"}, "!did you mean 'memory'"},
		{"", {"+=1"}, "!there is no key ''"},
		{"", {"memory="}, "!needs a value: SIZE; '--unset memory'"},
		{"", {"memory+=1G"}, "!has one value; 'memory=1G'"},
		{"", {"memory=1G", "memory=2G"}, "!given twice"},
		{"", {"memory=much"}, "!memory 'much'"},
		{"", {"cpus=2", "memory=much"}, "!memory 'much'"},
		{"", {"memory=1G\nbios = /x"}, "!cannot stand in a vm.conf"},
		{"", {"append= a"}, "!cannot stand in a vm.conf"},
		{"", {"name=other"}, "!'owrun rename'"},
		{"", {"json=yes"}, "!there is no key 'json'"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(examples); i++)
		run(&examples[i]);
}

static void test_unset(void **state)
{
	static const char *const nic = "nic", *const memory = "memory", *const other = "x";
	struct lines lines = {0};
	char *error = NULL, *text = NULL;

	(void)state;
	lines_read("nic = user\n# a\nnic = user\nmemory = 1G\n", &lines);
	assert_int_equal(assign_unset(&lines, &nic, 1, &error), 0);
	text = lines_join(&lines);
	assert_string_equal(text, "# a\nmemory = 1G\n");
	assert_int_equal(assign_unset(&lines, &nic, 1, &error), -EINVAL);
	assert_non_null(strstr(error, "not set"));
	assert_int_equal(assign_unset(&lines, &other, 1, &error), -EINVAL);
	assert_int_equal(assign_unset(&lines, &memory, 1, &error), 0);
	lines_free(&lines);
	free(text);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assign),
		cmocka_unit_test(test_unset),
	};

	return cmocka_run_group_tests_name("assign", tests, NULL, NULL);
}
