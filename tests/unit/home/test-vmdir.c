/* SPDX-License-Identifier: MIT
 * Tests of launcher/home/vmdir.c: where VMs are kept, and what names and paths mean. */
#include "launcher/home/vmdir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/options/resolve.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static void set_environment(const char *data, const char *home)
{
	assert_int_equal(
		data == NULL ? unsetenv("XDG_DATA_HOME") : setenv("XDG_DATA_HOME", data, 1), 0);
	assert_int_equal(home == NULL ? unsetenv("HOME") : setenv("HOME", home, 1), 0);
}

static int set_up(void **state)
{
	int r = scratch_set_up(state);

	if (r == 0)
		set_environment(*state, NULL);
	return r == 0 ? mkdir("owvm", 0700) : r;
}

/* A relative path in a variable is none. */
static void test_home(void **state)
{
	static const struct {
		const char *data, *home, *expected;
	} cases[] = {
		{"/d", "/h", "/d/owvm"},
		{NULL, "/h", "/h/.local/share/owvm"},
		{"", "/h", "/h/.local/share/owvm"},
		{"d", "/h", "/h/.local/share/owvm"},
		{NULL, "h", NULL},
		{NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *home = NULL, *directory = NULL, *expected = NULL;

		set_environment(cases[i].data, cases[i].home);
		home = vmdir_home();
		directory = vmdir_of_name("vm");
		if (cases[i].expected == NULL) {
			assert_null(home);
			assert_null(directory);
			assert_false(vmdir_created("vm"));
			continue;
		}
		expected = text_format("%s/vm", cases[i].expected);
		assert_string_equal(home, cases[i].expected);
		assert_string_equal(directory, expected);
		free(expected);
		free(directory);
		free(home);
	}
}

/* expected is the directory below the scratch directory; NULL: there is none. */
static void check(void **state, const char *operand, const char *name, const char *expected)
{
	struct vmdir vmdir = VMDIR_NONE;
	char *found = NULL, *error = NULL;

	if (resolve_operand(operand, false, &found, &vmdir, &error) < 0)
		fail_msg("'%s': %s", operand, error);
	assert_string_equal(found, name);
	if (expected == NULL) {
		assert_true(vmdir.fd < 0);
	} else {
		char *path = text_format("%s/%s", (const char *)*state, expected);

		assert_string_equal(vmdir.path, path);
		assert_true(vmdir_is(&vmdir, path));
		free(path);
	}
	free(found);
	vmdir_close(&vmdir);
}

static void test_resolve(void **state)
{
	scratch_write("owvm/router/vm.conf", "memory = 1G\n");
	scratch_write("lab/vm.conf", "");
	scratch_write("named/vm.conf", "name = other\n");
	scratch_write("-odd name/vm.conf", "name = even\n");
	assert_int_equal(symlink("lab", "link"), 0);
	assert_true(vmdir_created("router"));
	assert_false(vmdir_created("lab"));
	check(state, "router", "router", "owvm/router");
	check(state, "nobody", "nobody", NULL);
	/* A name is never a directory here. */
	check(state, "lab", "lab", NULL);
	check(state, "./lab", "lab", "lab");
	check(state, "lab/", "lab", "lab");
	check(state, "owvm/../lab/.", "lab", "lab");
	check(state, "./link", "lab", "lab");
	check(state, "named/", "other", "named");
	check(state, "./-odd name", "even", "-odd name");
	assert_int_equal(chdir("lab"), 0);
	check(state, ".", "lab", "lab");
	assert_int_equal(mkdir("inner", 0700), 0);
	assert_int_equal(chdir("inner"), 0);
	check(state, "..", "lab", "lab");
	assert_int_equal(chdir(*state), 0);
}

static void test_resolve_refuses(void **state)
{
	static const struct {
		const char *operand, *sentence;
		int result;
	} cases[] = {
		{"", "'' is not the name of a VM (1-39 letters", -EINVAL},
		{"-a", "letter or digit first", -EINVAL},
		{"a b", "'a b' is not the name of a VM", -EINVAL},
		{"a\n", "is not the name of a VM", -EINVAL},
		{"1234567890123456789012345678901234567890", "is not the name of a VM", -EINVAL},
		{"./missing", "'./missing': No such file or directory", -ENOENT},
		{"empty/", "'empty/' is no directory of a VM: it has no vm.conf", -ENOENT},
		{"./file", "'./file' is no directory of a VM: it has no vm.conf", -ENOENT},
		{"./a b", "'a b' is not a name for a VM; give one in its vm.conf", -EINVAL},
		{"./broken", "/broken/vm.conf:1: there is no key 'memroy'", -EINVAL},
		{"./misnamed", "'a/b' is not a name for a VM", -EINVAL},
	};

	(void)state;
	assert_int_equal(mkdir("empty", 0700), 0);
	scratch_write("file", "");
	scratch_write("a b/vm.conf", "");
	scratch_write("broken/vm.conf", "memroy = 1\n");
	scratch_write("misnamed/vm.conf", "name = a/b\n");
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct vmdir vmdir = VMDIR_NONE;
		char *name = NULL, *error = NULL;
		int r = resolve_operand(cases[i].operand, false, &name, &vmdir, &error);

		if (r != cases[i].result || strstr(error, cases[i].sentence) == NULL)
			fail_msg("'%s': %d, %s", cases[i].operand, r, error);
		assert_null(name);
		assert_true(vmdir.fd < 0);
		free(error);
	}
}

/* Of what is no file of owrun's nothing is read, and nobody waits for it. */
static void test_strange_files(void **state)
{
	static const char *const sentences[] = {"it is no regular file", "it is a symlink",
		"it is too large", "it could have been written by others (owner"};
	struct vmdir vmdir = VMDIR_NONE;
	char *error = NULL;

	assert_int_equal(vmdir_open(*state, false, &vmdir, &error), 0);
	for (size_t i = 0; i < UNIT_COUNT(sentences); i++) {
		json_t *value = NULL;

		if (i == 0)
			assert_int_equal(mkfifo("file", 0600), 0);
		else if (i == 1)
			assert_int_equal(symlink("/dev/zero", "file"), 0);
		else
			scratch_write("file", "{}");
		assert_int_equal(i == 2 ? truncate("file", 1 << 30) : 0, 0);
		assert_int_equal(i == 3 ? chmod("file", 0666) : 0, 0);
		assert_true(vmdir_read(&vmdir, "file", &value, &error) < 0);
		assert_null(value);
		assert_non_null(strstr(error, sentences[i]));
		assert_int_equal(unlink("file"), 0);
	}
	assert_non_null(strstr(error, "/file' mends it"));
	assert_int_equal(vmdir_read(&vmdir, "file", NULL, &error), -ENOENT);
	vmdir_close(&vmdir);
	free(error);
}

/* Where others can write a vm.conf, or what leads to it, it takes a word of the user's. */
static void test_trust(void **state)
{
	struct vmdir vmdir = VMDIR_NONE;
	char *error = NULL, *name = NULL;

	umask(0);
	scratch_write("owvm/router/vm.conf", "memory = 1G\n");
	(void)state;
	for (int i = 0; i < 3; i++) {
		const char *path = i == 0 ? "owvm" : i == 1 ? "owvm/router" : "owvm/router/vm.conf";
		char *mend = text_format("/%s' mends it", path);

		assert_int_equal(chmod("owvm", i == 0 ? 0777 : 0755), 0);
		assert_int_equal(chmod("owvm/router", i == 1 ? 0770 | S_IRWXO : 0755), 0);
		assert_int_equal(chmod("owvm/router/vm.conf", i == 2 ? 0666 : 0644), 0);
		assert_int_equal(
			resolve_operand("owvm/router", false, &name, &vmdir, &error), -EPERM);
		assert_null(name);
		assert_true(vmdir.fd < 0);
		assert_non_null(strstr(error, mend));
		assert_non_null(strstr(error, i == 0 ? "/owvm' can be changed by others" : "'"));
		assert_non_null(strstr(error, VMDIR_WAY_OUT));
		assert_int_equal(resolve_operand("router", false, &name, &vmdir, &error), -EPERM);
		assert_int_equal(resolve_running("router", false, &name, &vmdir, &error), 0);
		assert_true(vmdir.fd < 0);
		free(name);
		assert_int_equal(resolve_operand("owvm/router", true, &name, &vmdir, &error), 0);
		assert_string_equal(name, "router");
		vmdir_close(&vmdir);
		free(name);
		name = NULL;
		free(mend);
	}
	free(error);
}

struct seen {
	char text[200];
};

static void note(const char *name, const char *directory, void *context)
{
	struct seen *seen = context;
	size_t length = strlen(seen->text);

	assert_string_equal(strrchr(directory, '/') + 1, name);
	snprintf(seen->text + length, sizeof(seen->text) - length, "%s ", name);
}

static void test_each(void **state)
{
	struct seen seen = {""};

	scratch_write("owvm/b/vm.conf", "");
	scratch_write("owvm/a/vm.conf", "");
	scratch_write("owvm/.hidden/vm.conf", "");
	scratch_write("owvm/c d/vm.conf", "");
	scratch_write("owvm/file", "");
	assert_int_equal(mkdir("owvm/empty", 0700), 0);
	resolve_each(note, &seen);
	assert_string_equal(seen.text, "a b ");
	set_environment("/nonexistent", NULL);
	resolve_each(note, &seen);
	set_environment(NULL, NULL);
	resolve_each(note, &seen);
	assert_string_equal(seen.text, "a b ");
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_home),
		TEST(test_resolve),
		TEST(test_resolve_refuses),
		TEST(test_strange_files),
		TEST(test_trust),
		TEST(test_each),
	};

	return cmocka_run_group_tests_name("vmdir", tests, NULL, NULL);
}
