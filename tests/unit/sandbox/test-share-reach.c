/* SPDX-License-Identifier: MIT
 * Tests of launcher/sandbox/share-reach.c. */
#include "launcher/sandbox/share-reach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static void set_below(const char *name, const char *top, const char *directory)
{
	char *path = text_format("%s/%s", top, directory);

	setenv(name, path, 1);
	free(path);
}

/* s is what is shared; s/link leads out of it, and in is a way into it. */
static int set_up(void **state)
{
	static const char *const directories[] = {
		"s", "s/sub", "sub", "s-longer", "real", "home", "home/owvm", "home/owvm/other"};
	int r = scratch_set_up(state);

	for (size_t i = 0; r == 0 && i < UNIT_COUNT(directories); i++)
		r = mkdir(directories[i], 0700);
	if (r < 0 || symlink("../real", "s/link") < 0 || symlink("s/sub", "in") < 0 ||
		symlink("s/link", "out") < 0 || symlink("loop", "loop") < 0)
		return -1;
	set_below("XDG_DATA_HOME", *state, "home");
	set_below("XDG_CACHE_HOME", *state, "cache");
	set_below("XDG_STATE_HOME", *state, "state");
	scratch_write("real/file", "");
	return 0;
}

static void test_ways(void **state)
{
	static const struct {
		const char *directory, *path;
		bool itself, passes;
	} cases[] = {
		{"s", "s/file", false, true},
		{"s", "s/missing/file", false, true},
		{"s", "s/sub/deep/er", false, true},
		{"s", "file", false, false},
		{"s", "s-longer/file", false, false},
		{"s/", "s//file", false, true},
		{"s/.", "./s/../s/file", false, true},
		{"s", "s", false, false},
		{"s", "s/", false, false},
		{"s", "s", true, true},
		{"s", "s/", true, true},
		{"s/sub", "s/file", true, false},
		{"s/sub", "sub", true, false},
		{"in", "s/sub/file", false, true},
		{"s/sub", "in/file", false, true},
		{"s", "in/file", false, true},
		{"s", "real/file", false, false},
		/* The link can be replaced, though it leads elsewhere. */
		{"s", "s/link/file", false, true},
		{"s", "out/file", false, true},
		{"s", "out", false, true},
		{"real", "out/file", false, true},
		{"s", "loop/file", false, false},
		{"/", "file", false, true},
		{"/", "/", true, true},
		{"missing", "missing/file", true, false},
	};
	const char *top = *state;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const char *path = cases[i].path;
		char *whole = text_format("%s/%s", top, path[0] == '/' ? "." : path);
		bool itself = cases[i].itself;

		print_message("%s %s\n", cases[i].directory, path);
		assert_int_equal(
			share_reach_passes(cases[i].directory, path, itself), cases[i].passes);
		assert_int_equal(
			share_reach_passes(cases[i].directory, whole, itself), cases[i].passes);
		free(whole);
	}
}

/* Check one share of a VM, whose directory is home/owvm/own. */
static int check(const char *top, const char *share, char **reterr_text)
{
	struct runtime_places places = {.xdg = "run", .fallback = top, .uid = geteuid()};
	char *vmdir = text_format("%s/home/owvm/own", top);
	struct vm vm = {0};
	int r = 0;

	vm_init(&vm);
	assert_int_equal(vm_add_disk(&vm, "real/file,format=raw", reterr_text), 0);
	assert_int_equal(vm_add_share(&vm, share, reterr_text), 0);
	r = share_reach_check(&vm, vmdir, &places, reterr_text);
	vm_free(&vm);
	free(vmdir);
	return r;
}

static void test_shares(void **state)
{
	static const struct {
		const char *share, *sentence;
	} cases[] = {
		{"s", NULL},
		{"s/", NULL},
		{"missing", NULL},
		{".,ro", NULL},
		{".", "the VM's own directory"},
		{"/", "the VM's own directory"},
		{"home", "the VM's own directory"},
		{"home/owvm/", "the VM's own directory"},
		{"home/owvm/own", "the VM's own directory"},
		{"home/owvm/own/..", "the VM's own directory"},
		{"home/owvm/own/share", NULL},
		{"home/owvm/other", "is the directory of a VM"},
		{"real", "in the place of the disk 'real/file'"},
		{"s/link", "in the place of the disk 'real/file'"},
		{"cache", "where temporary files of VMs are"},
		{"cache/owvm/temporary", "is in '"},
		{"state", "where owrun keeps logs"},
		{"state/owvm/ended", "is in '"},
	};
	char *runtime = text_format("owvm-%u", (unsigned int)geteuid());
	char *error = NULL;

	assert_int_equal(mkdir("home/owvm/own", 0700), 0);
	assert_int_equal(mkdir("home/owvm/own/share", 0700), 0);
	assert_int_equal(mkdir("cache", 0700), 0);
	assert_int_equal(mkdir("cache/owvm", 0700), 0);
	assert_int_equal(mkdir("cache/owvm/temporary", 0700), 0);
	assert_int_equal(mkdir("state", 0700), 0);
	assert_int_equal(mkdir("state/owvm", 0700), 0);
	assert_int_equal(mkdir("state/owvm/ended", 0700), 0);
	assert_int_equal(mkdir(runtime, 0700), 0);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const char *sentence = cases[i].sentence;

		print_message("%s\n", cases[i].share);
		assert_int_equal(
			check(*state, cases[i].share, &error), sentence == NULL ? 0 : -EPERM);
		assert_true(sentence == NULL || strstr(error, sentence) != NULL);
	}
	assert_int_equal(check(*state, runtime, &error), -EPERM);
	assert_non_null(strstr(error, "where the files of running VMs are"));
	free(runtime);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ways, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_shares, set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests_name("share-reach", tests, NULL, NULL);
}
