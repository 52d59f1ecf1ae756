/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/settings.c: which settings count, their paths, and their way through
 * JSON. */
#include "launcher/options/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/options/options.h"
#include "launcher/options/settings-json.h"
#include "launcher/options/table.h"
#include "tests/unit/unit.h"

static const struct option_row *row_of(const char *key)
{
	const struct option_row *row = options_find_key(key, strlen(key));

	assert_non_null(row);
	return row;
}

static void add(struct settings *settings, const char *key, const char *text)
{
	settings_add(settings, row_of(key), text, NULL, NULL);
}

static void test_find(void **state)
{
	OWNED_SETTINGS settings = {0};

	(void)state;
	assert_null(settings_find(&settings, row_of("memory")));
	add(&settings, "memory", "8");
	add(&settings, "cpus", "2");
	add(&settings, "memory", "9");
	assert_string_equal(settings_find(&settings, row_of("memory"))->text, "9");
	assert_string_equal(settings_find(&settings, row_of("cpus"))->text, "2");
	assert_null(settings_find(&settings, row_of("accel")));
}

/* What the command line says of a key replaces all that is below; the others stay, first. */
static void test_merge(void **state)
{
	struct settings line = {0}, conf = {0};
	struct vm vm;
	char *error = NULL;

	(void)state;
	add(&conf, "memory", "512");
	add(&conf, "forward", "1:1");
	add(&conf, "forward", "2:2");
	add(&line, "forward", "3:3");
	settings_merge(&line, &conf);
	vm_init(&vm);
	assert_int_equal(settings_apply(&line, &vm, &error), 0);
	assert_int_equal(vm.memory, 512);
	assert_int_equal(vm.n_forwards, 1);
	assert_int_equal(vm.forwards[0].host, 3);
	vm_free(&vm);
	settings_free(&line);
	settings_free(&conf);
}

static void test_merge_order(void **state)
{
	static const char *const expected[] = {"cpus", "nic", "nic", "memory"};
	OWNED_SETTINGS line = {0};
	OWNED_SETTINGS conf = {0};

	(void)state;
	settings_add(&conf, row_of("cpus"), "1", NULL, "f:1");
	settings_add(&conf, row_of("nic"), "user", NULL, "f:2");
	settings_add(&conf, row_of("memory"), "8", NULL, "f:3");
	settings_add(&conf, row_of("nic"), "bridge", NULL, "f:4");
	add(&line, "memory", "9");
	settings_merge(&line, &conf);
	assert_int_equal(line.n, UNIT_COUNT(expected));
	for (size_t i = 0; i < line.n; i++) {
		assert_string_equal(line.items[i].row->name, expected[i]);
		assert_int_equal(line.items[i].origin != NULL, i < 3);
	}
	assert_string_equal(line.items[2].origin, "f:4");
	assert_string_equal(line.items[3].text, "9");
	/* What was below is as it was. */
	assert_int_equal(conf.n, 4);
	assert_string_equal(conf.items[0].origin, "f:1");
}

static void test_absolute(void **state)
{
	static const struct {
		const char *key, *text, *expected;
	} cases[] = {
		{"kernel", "a,b", "/x,y/a,b"},
		{"kernel", "/a", "/a"},
		{"disk", "a.img,readonly", "/x,,y/a.img,readonly"},
		{"disk", "file=a.img", "file=/x,,y/a.img"},
		{"disk", "file=/a.img", "file=/a.img"},
		{"disk", "if=virtio,file=a.img", "if=virtio,file=/x,,y/a.img"},
		{"share", "d:tag,ro", "/x,,y/d:tag,ro"},
		{"serial", "file:log", "file:/x,,y/log"},
		{"serial", "unix:/s", "unix:/s"},
		{"serial", "tcp:80", "tcp:80"},
		{"monitor", "unix:m", "unix:/x,,y/m"},
		{"memory", "1G", "1G"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct settings settings = {0};

		settings_add(&settings, options_find_key(cases[i].key, strlen(cases[i].key)),
			cases[i].text, "/x,y", NULL);
		assert_string_equal(settings.items[0].text, cases[i].expected);
		settings_free(&settings);
	}
}

/* Without a base a path is one of the current directory. */
static void test_absolute_here(void **state)
{
	char *here = getcwd(NULL, 0), *expected = text_format("%s/a:b", here);
	OWNED_SETTINGS settings = {0};

	(void)state;
	add(&settings, "kernel", "a:b");
	assert_string_equal(settings.items[0].text, expected);
	free(expected);
	free(here);
}

/* Every row that names a path has it made absolute, and no other. */
static void test_absolute_rows(void **state)
{
	(void)state;
	for (const struct option_row *row = options_table; row->name != NULL; row++) {
		OWNED_SETTINGS settings = {0};

		if (row->set_vm == NULL)
			continue;
		settings_add(&settings, row, "a", "/x", NULL);
		assert_string_equal(
			settings.items[0].text, row->flags & OPTION_PATH ? "/x/a" : "a");
	}
}

/* Of a key that does not repeat only the last value is looked at. */
static void test_apply_last(void **state)
{
	OWNED_SETTINGS settings = {0};
	char *error = NULL;
	struct vm vm;

	(void)state;
	add(&settings, "memory", "nonsense");
	add(&settings, "append", "a");
	add(&settings, "memory", "9");
	add(&settings, "append", "b=c");
	add(&settings, "ephemeral", "yes");
	add(&settings, "ephemeral", "no");
	vm_init(&vm);
	assert_int_equal(settings_apply(&settings, &vm, &error), 0);
	assert_int_equal(vm.memory, 9);
	assert_string_equal(vm.append, "a b=c");
	assert_false(vm.ephemeral);
	vm_free(&vm);
}

static void test_apply_refuses(void **state)
{
	static const struct {
		const char *key, *text, *origin, *sentence;
	} cases[] = {
		{"ephemeral", "on", NULL, "'on' is neither yes nor no"},
		{"memory", "x", "/v/vm.conf:7", "/v/vm.conf:7: memory 'x' is not a size"},
		{"disk", "/\xff.img", NULL, "'disk' has bytes that are not UTF-8 text"},
		{"kernel", "/\xc3", "/v/vm.conf:1",
			"/v/vm.conf:1: 'kernel' has bytes that are not UTF-8 text"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		OWNED_SETTINGS settings = {0};
		char *error = NULL;
		struct vm vm;

		settings_add(&settings, row_of(cases[i].key), cases[i].text, NULL, cases[i].origin);
		vm_init(&vm);
		assert_int_equal(settings_apply(&settings, &vm, &error), -EINVAL);
		if (strncmp(error, cases[i].sentence, strlen(cases[i].sentence)) != 0)
			fail_msg("%s", error);
		free(error);
		vm_free(&vm);
	}
}

static void test_json_round_trip(void **state)
{
	static const char *const pairs[][2] = {{"memory", "1G"}, {"disk", "/\xc3\xa4,,b.img"},
		{"append", ""}, {"append", "\"quoted\" \\ \n"}, {"ephemeral", "no"}};
	OWNED_SETTINGS settings = {0};
	OWNED_SETTINGS again = {0};
	json_t *array = NULL;
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(pairs); i++)
		add(&settings, pairs[i][0], pairs[i][1]);
	array = settings_to_json(&settings);
	text = json_dumps(array, 0);
	json_decref(array);
	array = json_loads(text, 0, NULL);
	settings_from_json(array, &again);
	json_decref(array);
	free(text);
	assert_int_equal(again.n, UNIT_COUNT(pairs));
	for (size_t i = 0; i < again.n; i++) {
		assert_string_equal(again.items[i].row->name, pairs[i][0]);
		assert_string_equal(again.items[i].text, pairs[i][1]);
		assert_null(again.items[i].origin);
	}
}

/* Whatever the file holds, what makes sense is taken. */
static void test_json_nonsense(void **state)
{
	static const char *const cases[] = {"null", "{}", "[]", "[1]", "[[]]", "[[\"memory\"]]",
		"[[\"memory\", 1]]", "[[1, \"1G\"]]", "[[\"memroy\", \"1G\"]]",
		"[[\"detach\", \"yes\"]]", "[\"memory\", \"1G\"]"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		OWNED_SETTINGS settings = {0};
		json_t *array = json_loads(cases[i], JSON_DECODE_ANY, NULL);

		assert_non_null(array);
		settings_from_json(array, &settings);
		if (settings.n != 0)
			fail_msg("%s", cases[i]);
		json_decref(array);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_order),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_absolute_here),
		cmocka_unit_test(test_absolute_rows),
		cmocka_unit_test(test_apply_last),
		cmocka_unit_test(test_apply_refuses),
		cmocka_unit_test(test_json_round_trip),
		cmocka_unit_test(test_json_nonsense),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
