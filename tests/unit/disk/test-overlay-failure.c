/* SPDX-License-Identifier: MIT
 * Tests of launcher/disk/overlay.c where something fails: nothing of the user's is lost. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/disk/overlay.h"
#include "tests/unit/disk/unit-overlay.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* A disk that is not there: nothing is noted, and nothing is left. */
static void test_tool_fails(void **state)
{
	char *error = NULL;
	struct vm vm;

	overlay_vm(state, "a.img", "missing.img", &vm);
	assert_int_equal(overlay_take(&vm, overlay_place(), "one", &error), -EREMOTEIO);
	assert_non_null(strstr(error, "/missing.img': 'qemu-img' failed: "));
	overlay_check_labels("");
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	assert_int_equal(access("one.disk1.qcow2.new", F_OK), -1);
	free(error);
	vm_free(&vm);
}

/* A file that has an overlay's name, here the disk itself, is not the snapshot's to write to. */
static void test_takes_no_name_that_is_taken(void **state)
{
	char *path = NULL, *text = NULL;
	struct vm vm;

	overlay_vm(state, "one.disk0.qcow2,format=raw", NULL, &vm);
	scratch_write("one.disk0.qcow2", "the data");
	overlay_taken(&vm, "one");
	path = overlay_current_of(state, "one.disk0.qcow2,format=raw");
	assert_non_null(strstr(path, "/one.disk0.1.qcow2"));
	overlay_remove_all(overlay_place());
	assert_int_equal(access(path, F_OK), -1);
	text = scratch_read("one.disk0.qcow2");
	assert_string_equal(text, "the data");
	free(text);
	free(path);
	vm_free(&vm);
}

/* The second disk fails: the first has lost nothing, and so has the list. */
static void test_restores_all_or_nothing(void **state)
{
	char *first = NULL, *again = NULL, *error = NULL;
	struct vm vm, applied;
	size_t later = 7;

	overlay_vm(state, "a.img", "b.img", &vm);
	overlay_vm(state, "a.img", "b.img", &applied);
	scratch_write("b.img", "");
	assert_int_equal(truncate("b.img", 65536), 0);
	overlay_taken(&vm, "one");
	first = overlay_current(0, &applied);
	overlay_write(first, "0x11");
	overlay_taken(&vm, "two");
	assert_int_equal(rename("b.img", "gone"), 0);
	assert_int_equal(overlay_restore(&vm, overlay_place(), "one", &later, &error), -EREMOTEIO);
	assert_int_equal(later, 7);
	overlay_check_labels("one two ");
	assert_true(overlay_has(first, "0x11"));
	assert_int_equal(access("one.disk0.1.qcow2", F_OK), -1);
	assert_int_equal(rename("gone", "b.img"), 0);
	again = overlay_current_of(state, "a.img");
	assert_true(overlay_has(again, "0x11"));
	free(first);
	free(again);
	free(error);
	vm_free(&vm);
	vm_free(&applied);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, overlay_set_up, overlay_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tool_fails),
		TEST(test_takes_no_name_that_is_taken),
		TEST(test_restores_all_or_nothing),
	};

	return cmocka_run_group_tests_name("overlay-failure", tests, NULL, NULL);
}
