/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/conf.c: writing. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define CONF "vm.conf"

static struct vmdir place = VMDIR_NONE;

static int set_up(void **state)
{
	char *error = NULL;

	return scratch_set_up(state) < 0 ? -1 : vmdir_open(*state, false, &place, &error);
}

static int tear_down(void **state)
{
	vmdir_close(&place);
	return scratch_tear_down_empty(state);
}

static void add(struct settings *settings, const char *key, const char *text)
{
	settings_add(settings, options_find_key(key, strlen(key)), text, NULL, NULL);
}

static void test_write(void **state)
{
	struct settings settings = {0}, again = {0};
	char *error = NULL;

	(void)state;
	add(&settings, "memory", "1G");
	add(&settings, "append", "");
	add(&settings, "nic", "user,model=e1000");
	add(&settings, "nic", "bridge");
	assert_int_equal(conf_write(&place, &settings, &error), 0);
	assert_int_equal(conf_write(&place, &settings, &error), -EEXIST);
	assert_int_equal(conf_read(&place, &again, &error), 0);
	assert_int_equal(again.n, settings.n);
	for (size_t i = 0; i < again.n; i++) {
		assert_ptr_equal(again.items[i].row, settings.items[i].row);
		assert_string_equal(again.items[i].text, settings.items[i].text);
	}
	settings_free(&settings);
	settings_free(&again);
	assert_int_equal(unlink(CONF), 0);
	free(error);
}

/* Of two values of a key the last one counts, and a file says it once. */
static void test_write_the_last_value(void **state)
{
	struct settings settings = {0}, again = {0};
	char *error = NULL;

	(void)state;
	add(&settings, "memory", "1G");
	add(&settings, "memory", "2G");
	assert_int_equal(conf_write(&place, &settings, &error), 0);
	assert_int_equal(conf_read(&place, &again, &error), 0);
	assert_int_equal(again.n, 1);
	assert_string_equal(again.items[0].text, "2G");
	settings_free(&settings);
	settings_free(&again);
	assert_int_equal(unlink(CONF), 0);
}

/* There is no room: a limit tells it like a full disk does. */
static void test_write_without_room(void **state)
{
	const struct rlimit none = {.rlim_cur = 8, .rlim_max = RLIM_INFINITY};
	char *error = NULL;
	struct settings settings = {0};
	struct rlimit before;

	(void)state;
	add(&settings, "memory", "1G");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(conf_write(&place, &settings, &error), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(error, ": File too large"));
	assert_int_equal(access(CONF, F_OK), -1);
	settings_free(&settings);
	free(error);
}

static void test_cannot_be_written(void **state)
{
	static const char *const texts[] = {"a\nb", "a ", " a", "a\f", "\va", "a\r"};
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct settings settings = {0};

		add(&settings, "append", texts[i]);
		assert_int_equal(conf_write(&place, &settings, &error), -EINVAL);
		assert_non_null(strstr(error, "cannot stand in a vm.conf"));
		assert_int_equal(access(CONF, F_OK), -1);
		settings_free(&settings);
	}
	free(error);
}

/* A path in the directory is relative, so that the directory can be moved. */
static void test_write_relative(void **state)
{
	static const struct {
		const char *key, *name, *line;
	} cases[] = {
		{"disk", "a.img,readonly", "disk = a.img,readonly\n"},
		{"kernel", "k,1", "kernel = k,1\n"},
		{"disk", "d/a.img", "disk = d/a.img\n"},
		{"disk", ";b.img", "disk = ;b.img\n"},
		{"disk", "a ;#b.img", "disk = a ;#b.img\n"},
		{"disk", " b.img", NULL},
		{"disk", "file=x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *path = text_format("%s/%s", place.path, cases[i].name), *error = NULL;
		char *whole = text_format("%s = %s\n", cases[i].key, path);
		struct settings settings = {0};
		char text[512] = "";
		FILE *stream = NULL;

		add(&settings, cases[i].key, path);
		assert_int_equal(conf_write(&place, &settings, &error), 0);
		stream = fopen(CONF, "re");
		assert_non_null(stream);
		assert_true(fread(text, 1, sizeof(text) - 1, stream) > 0);
		fclose(stream);
		assert_non_null(strstr(text, cases[i].line == NULL ? whole : cases[i].line));
		assert_int_equal(unlink(CONF), 0);
		settings_free(&settings);
		free(path);
		free(whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_the_last_value),
		cmocka_unit_test(test_write_relative),
		cmocka_unit_test(test_write_without_room),
		cmocka_unit_test(test_cannot_be_written),
	};

	return cmocka_run_group_tests_name("conf-write", tests, set_up, tear_down);
}
