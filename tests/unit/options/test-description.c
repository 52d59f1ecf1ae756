/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/description.c: what `owrun run OPERAND` makes a VM of. */
#include "launcher/options/description.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/table.h"
#include "launcher/options/parse.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 8

/* The options of `owrun run WORDS`, whose VM was loaded. The words live as long as the options. */
struct loaded {
	struct options options;
	char *words[WORDS_MAX + 1];
	struct vmdir vmdir;
	char *error;
	int result;
};

static void load(struct loaded *ret_loaded, const char *const *words)
{
	size_t n = 0;

	*ret_loaded = (struct loaded){.vmdir = VMDIR_NONE};
	for (; words[n] != NULL; n++) {
		assert_true(n < WORDS_MAX);
		ret_loaded->words[n] = strdup(words[n]);
	}
	options_init(&ret_loaded->options);
	assert_int_equal(options_parse(command_find(commands_table, "run"), ret_loaded->words, n,
				 &ret_loaded->options, &ret_loaded->error),
		0);
	ret_loaded->result =
		description_load(&ret_loaded->options, &ret_loaded->vmdir, &ret_loaded->error);
}

static void unload(struct loaded *loaded)
{
	options_free(&loaded->options);
	for (size_t i = 0; i < WORDS_MAX; i++)
		free(loaded->words[i]);
	vmdir_close(&loaded->vmdir);
	free(loaded->error);
}

static int set_up(void **state)
{
	if (scratch_set_up(state) < 0 || setenv("XDG_DATA_HOME", *state, 1) < 0)
		return -1;
	return mkdir("owvm", 0700);
}

/* The path of a file in the scratch directory, until the next call. */
static const char *here(void **state, const char *file)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", (const char *)*state, file);
	return path;
}

/* Nothing is a VM by its options alone. */
static void test_nothing(void **state)
{
	struct loaded loaded;

	load(&loaded, (const char *const[]){"--kernel=/k", NULL});
	assert_int_equal(loaded.result, 0);
	assert_true(loaded.vmdir.fd < 0);
	assert_string_equal(loaded.options.vm.kernel, "/k");
	unload(&loaded);
	(void)state;
}

/* The image goes before the disks, and its commas mean nothing. */
static void test_image(void **state)
{
	const struct vm *vm = NULL;
	struct loaded loaded;

	scratch_write("a,readonly.img", "");
	load(&loaded, (const char *const[]){
			      "--disk=b.qcow2,snapshot", "a,readonly.img", "--memory=1G", NULL});
	vm = &loaded.options.vm;
	assert_int_equal(loaded.result, 0);
	assert_true(loaded.vmdir.fd < 0);
	assert_int_equal(vm->n_disks, 2);
	assert_string_equal(vm->disks[0].path, here(state, "a,readonly.img"));
	assert_false(vm->disks[0].readonly);
	assert_string_equal(vm->disks[1].path, here(state, "b.qcow2"));
	assert_true(vm->disks[1].snapshot);
	assert_int_equal(vm->memory, 1024);
	unload(&loaded);
}

static void test_created(void **state)
{
	const struct vm *vm = NULL;
	struct loaded loaded;

	scratch_write("owvm/router/vm.conf",
		"memory = 512\ncpus = 2\ndisk = disk.qcow2\nforward = 1024:80\nforward = 1025:22\n");
	load(&loaded, (const char *const[]){"router", "--memory=1G", "--forward=1026:443", NULL});
	vm = &loaded.options.vm;
	assert_int_equal(loaded.result, 0);
	assert_string_equal(loaded.vmdir.path, here(state, "owvm/router"));
	assert_string_equal(vm->name, "router");
	assert_int_equal(vm->memory, 1024);
	assert_int_equal(vm->cpus, 2);
	assert_int_equal(vm->n_forwards, 1);
	assert_int_equal(vm->forwards[0].host, 1026);
	assert_string_equal(vm->disks[0].path, here(state, "owvm/router/disk.qcow2"));
	unload(&loaded);
	/* Its directory means the same. */
	load(&loaded, (const char *const[]){"owvm/router/", NULL});
	assert_int_equal(loaded.result, 0);
	assert_string_equal(loaded.options.vm.name, "router");
	assert_int_equal(loaded.options.vm.n_forwards, 2);
	unload(&loaded);
	/* The command line may give another name. */
	load(&loaded, (const char *const[]){"router", "--name=second", NULL});
	assert_int_equal(loaded.result, 0);
	assert_string_equal(loaded.options.vm.name, "second");
	unload(&loaded);
}

/* A VM goes before a file of its name, a path of a file is a file, a directory is none. */
static void test_which(void **state)
{
	struct loaded loaded;

	scratch_write("owvm/both.img/vm.conf", "kernel = /k\n");
	scratch_write("both.img", "");
	load(&loaded, (const char *const[]){"both.img", NULL});
	assert_string_equal(loaded.vmdir.path, here(state, "owvm/both.img"));
	assert_int_equal(loaded.options.vm.n_disks, 0);
	unload(&loaded);
	load(&loaded, (const char *const[]){"./both.img", NULL});
	assert_int_equal(loaded.result, 0);
	assert_true(loaded.vmdir.fd < 0);
	assert_string_equal(loaded.options.vm.disks[0].path, here(state, "./both.img"));
	unload(&loaded);
	load(&loaded, (const char *const[]){"owvm", NULL});
	assert_int_equal(loaded.result, -ENOENT);
	unload(&loaded);
}

static void test_refuses(void **state)
{
	static const struct {
		const char *operand, *sentence;
		int result;
	} cases[] = {
		{"roter", "there is neither a VM nor a file 'roter'; did you mean 'router'?",
			-ENOENT},
		{"nobody", "nor a file of that name; 'owrun create nobody IMAGE' makes a VM",
			-ENOENT},
		{"./missing.img", "'./missing.img': No such file or directory", -ENOENT},
		/* What create cannot make, or nobody means to make, is not proposed. */
		{"a b", "nor a file of that name", -ENOENT},
		{"missing.img", "nor a file of that name", -ENOENT},
		{"owvm/", "it has no vm.conf; 'owrun create owvm/ IMAGE' makes one", -ENOENT},
		{"broken", "/owvm/broken/vm.conf:2: there is no key 'memroy'", -EINVAL},
		{"wrong", "/owvm/wrong/vm.conf:1: memory 'x' is not a size", -EINVAL},
		{"disk", "disk '", -EINVAL},
	};

	(void)state;
	scratch_write("owvm/router/vm.conf", "");
	scratch_write("owvm/broken/vm.conf", "\nmemroy = 1\n");
	scratch_write("owvm/wrong/vm.conf", "memory = x\n");
	scratch_write("disk", "");
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct loaded loaded;

		load(&loaded, (const char *const[]){cases[i].operand, NULL});
		if (loaded.result != cases[i].result ||
			strstr(loaded.error, cases[i].sentence) == NULL)
			fail_msg("'%s': %d, %s", cases[i].operand, loaded.result, loaded.error);
		assert_true(strstr(cases[i].sentence, "owrun create") != NULL ||
			    strstr(loaded.error, "owrun create") == NULL);
		assert_true(loaded.vmdir.fd < 0);
		unload(&loaded);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_image),
		TEST(test_created),
		TEST(test_which),
		TEST(test_refuses),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
