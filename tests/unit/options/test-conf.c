/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/conf.c: reading. */
#include "launcher/options/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/options/table.h"
#include "launcher/vm/vm.h"
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

static void write_conf(const char *text, size_t size)
{
	FILE *stream = fopen(CONF, "we");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

static int read_conf(const char *text, struct settings *settings, char **error)
{
	write_conf(text, strlen(text));
	*settings = (struct settings){0};
	return conf_read(&place, settings, error);
}

static const char *value(const struct settings *settings, const char *key)
{
	const struct setting *found = settings_find(settings, options_find_key(key, strlen(key)));

	return found == NULL ? NULL : found->text;
}

static void test_read(void **state)
{
	struct settings settings;
	char *error = NULL, *path = text_format("%s/disks/a.img", place.path);

	(void)state;
	assert_int_equal(read_conf("\xef\xbb\xbf# comment\n ; another\n\nmemory = 1G\r\n nic=user\n"
				   "\tnic = bridge=b\ndisk: disks/a.img\n"
				   "append = a=b c;d ; # no comment\n"
				   "ephemeral = yes\nkernel = /k",
				 &settings, &error),
		0);
	assert_string_equal(value(&settings, "memory"), "1G");
	assert_string_equal(value(&settings, "nic"), "bridge=b");
	assert_string_equal(value(&settings, "disk"), path);
	assert_string_equal(value(&settings, "append"), "a=b c;d ; # no comment");
	assert_string_equal(value(&settings, "ephemeral"), "yes");
	assert_string_equal(value(&settings, "kernel"), "/k");
	assert_int_equal(settings.n, 7);
	assert_non_null(strstr(settings.items[1].origin, "/vm.conf:5"));
	settings_free(&settings);
	free(path);
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"memroy = 1G\n", ":1: there is no key 'memroy'; did you mean 'memory'?"},
		{"\n\nxyz = 1\n", ":3: there is no key 'xyz'; 'owrun help options' lists them"},
		{"\x1b[31m = 1\n", ":1: "},
		{"[vm]\nmemory = 1\n", ":1: vm.conf has no sections"},
		{"memory = 1\n\t[vm]\n", ":2: vm.conf has no sections"},
		{"\xef\xbb\xbf[vm]\nmemory = 1\n", ":1: vm.conf has no sections"},
		{"memory\n", ":1: this is neither 'key = value' nor a comment"},
		{"memory = 1\nmemory = 2\n", ":2: key 'memory' is given twice, first in line 1"},
		{"kernel =\n", ":1: key 'kernel' needs a value: FILE"},
		{"ephemeral =\n", ":1: key 'ephemeral' needs a value: yes or no"},
		/* Of the launcher's own options none is a key. */
		{"detach = yes\n", ":1: there is no key 'detach'"},
		{"json = yes\n", ":1: there is no key 'json'"},
		/* A line that begins with a space does not go on with the key before it. */
		{"append = a\n  b\n", ":2: this is neither 'key = value' nor a comment"},
		/* Of several mistakes the first is told. */
		{"a\nmemroy = 1\n", ":1: this is neither"},
		{"memroy = 1\na\n", ":1: there is no key 'memroy'"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct settings settings;
		char *error = NULL;

		if (read_conf(cases[i].text, &settings, &error) != -EINVAL ||
			strstr(error, cases[i].sentence) == NULL)
			fail_msg("case %zu: %s", i, error);
		free(error);
		settings_free(&settings);
	}
}

/* A line is read whole, however long. */
static void test_long_lines(void **state)
{
	enum { LENGTH = 100000 };
	char *line = calloc(1, LENGTH + 1);
	struct settings settings;
	char *error = NULL;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', LENGTH);
	memcpy(line, "append = ", 9);
	assert_int_equal(read_conf(line, &settings, &error), 0);
	assert_int_equal(strlen(value(&settings, "append")), LENGTH - 9);
	settings_free(&settings);
	assert_int_equal(unlink(CONF), 0);
	free(line);
}

/* No shell has read the file. */
static void test_taken_as_it_is(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"\nkernel = ~/k\n", "/vm.conf:2: there is no '"},
		{"kernel = ~/k\n", "/~/k', and '~' in it is taken as it is; write the path out"},
		{"disk = $HOME/a.img,readonly\n", "/$HOME/a.img', and '$' in it is taken"},
		{"share = ~/d:tag,ro\n", "/~/d', and '~' in it"},
		{"serial = file:~/log\n", "/~/log', and '~' in it"},
		{"initrd = /x ; the new one\n", "'/x ; the new one', and ' ;' in it"},
		{"memory = \"1G\"\n", ":1: the quotes around \"1G\" would be a part of the value"},
		{"kernel = '/k'\n", "in it is taken as it is; write the path out"},
		/* Nothing of it, or it is there. */
		{"kernel = /nowhere/k\n", NULL},
		{"append = \"a\"\n", NULL},
		{"disk = ~ $'\" ;.img\n", NULL},
		{"serial = file:~log\n", NULL},
	};
	int fd = open("~ $'\" ;.img", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0 && close(fd) == 0);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct settings settings;
		char *error = NULL;
		struct vm vm;
		int r = read_conf(cases[i].text, &settings, &error);

		assert_int_equal(r, 0);
		vm_init(&vm);
		r = settings_apply(&settings, &vm, &error);
		if (cases[i].sentence == NULL
				? r != 0
				: r != -EINVAL || strstr(error, cases[i].sentence) == NULL)
			fail_msg("case %zu: %s", i, error);
		vm_free(&vm);
		settings_free(&settings);
		free(error);
	}
	assert_int_equal(unlink("~ $'\" ;.img"), 0);
	assert_int_equal(unlink(CONF), 0);
}

static void test_strange_files(void **state)
{
	struct settings settings = {0};
	char *error = NULL;

	(void)state;
	write_conf("memory = 1\0G\n", 13);
	assert_int_equal(conf_read(&place, &settings, &error), -EINVAL);
	assert_non_null(strstr(error, ":1: there is a NUL byte"));
	assert_int_equal(unlink(CONF), 0);
	assert_int_equal(conf_read(&place, &settings, &error), -ENOENT);
	assert_non_null(strstr(error, "/vm.conf': No such file or directory"));
	assert_int_equal(mkdir(CONF, 0700), 0);
	assert_int_equal(conf_read(&place, &settings, &error), -EINVAL);
	assert_non_null(strstr(error, "/vm.conf': it is no regular file"));
	assert_int_equal(rmdir(CONF), 0);
	assert_int_equal(mkfifo(CONF, 0600), 0);
	assert_int_equal(conf_read(&place, &settings, &error), -EINVAL);
	assert_non_null(strstr(error, "it is no regular file"));
	assert_int_equal(unlink(CONF), 0);
	settings_free(&settings);
	free(error);
}

/* What is larger than any vm.conf is not read at all. */
static void test_size(void **state)
{
	enum { MAX = 256 * 1024 };
	char *text = calloc(1, MAX + 1), *error = NULL;
	struct settings settings = {0};

	(void)state;
	assert_non_null(text);
	memset(text, '\n', MAX + 1);
	write_conf(text, MAX);
	assert_int_equal(conf_read(&place, &settings, &error), 0);
	write_conf(text, MAX + 1);
	assert_int_equal(conf_read(&place, &settings, &error), -EFBIG);
	assert_non_null(strstr(error, "it is too large"));
	assert_int_equal(unlink(CONF), 0);
	free(error);
	free(text);
}

static void test_origin(void **state)
{
	struct settings settings;
	struct vm vm;
	char *error = NULL;

	(void)state;
	assert_int_equal(read_conf("cpus = 1\nnic = usr\n", &settings, &error), 0);
	vm_init(&vm);
	assert_int_equal(settings_apply(&settings, &vm, &error), -EINVAL);
	assert_non_null(strstr(error, "/vm.conf:2: NIC 'usr' begins with"));
	free(error);
	vm_free(&vm);
	settings_free(&settings);
	assert_int_equal(unlink(CONF), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_taken_as_it_is),
		cmocka_unit_test(test_strange_files),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_origin),
	};

	return cmocka_run_group_tests_name("conf", tests, set_up, tear_down);
}
