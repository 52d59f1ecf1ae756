/* SPDX-License-Identifier: MIT
 * Tests of launcher/change/snapshot-drop.c, with the real qemu-img. */
#include "launcher/change/snapshot-drop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/disk/overlay.h"
#include "launcher/disk/snapshots.h"
#include "tests/unit/disk/unit-overlay.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* Three snapshots; the first byte is 0 at `one`, 0x11 at `two`, 0x22 at `three`, and 0x33 now. */
static void take_three(void **state, struct vm *ret_vm)
{
	static const char *const labels[] = {"one", "two", "three"};
	static const char *const bytes[] = {"0x11", "0x22", "0x33"};

	overlay_vm(state, "a.img", NULL, ret_vm);
	for (size_t i = 0; i < UNIT_COUNT(labels); i++) {
		char *path = NULL;

		overlay_taken(ret_vm, labels[i]);
		path = overlay_current_of(state, "a.img");
		overlay_write(path, bytes[i]);
		free(path);
	}
}

static void drop(const struct vm *vm, const char *label)
{
	char *error = NULL;

	if (snapshot_drop(vm, overlay_place(), label, -1, &error) < 0)
		fail_msg("%s", error);
}

static void expect_now(void **state, const char *byte)
{
	char *path = overlay_current_of(state, "a.img");

	assert_true(overlay_has(path, byte));
	free(path);
}

static void restore(const struct vm *vm, const char *label)
{
	char *error = NULL;
	size_t later = 0;

	if (overlay_restore(vm, overlay_place(), label, &later, &error) < 0)
		fail_msg("%s", error);
}

static void test_first(void **state)
{
	struct vm vm;

	take_three(state, &vm);
	drop(&vm, "one");
	overlay_check_labels("two three ");
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	expect_now(state, "0x33");
	restore(&vm, "three");
	expect_now(state, "0x22");
	restore(&vm, "two");
	expect_now(state, "0x11");
	vm_free(&vm);
}

static void test_middle(void **state)
{
	char *path = NULL;
	struct vm vm;

	take_three(state, &vm);
	drop(&vm, "two");
	overlay_check_labels("one three ");
	expect_now(state, "0x33");
	restore(&vm, "three");
	expect_now(state, "0x22");
	restore(&vm, "one");
	path = overlay_current_of(state, "a.img");
	assert_false(overlay_has(path, "0x11") || overlay_has(path, "0x22"));
	free(path);
	vm_free(&vm);
}

static void test_last_and_all(void **state)
{
	struct vm vm;
	char *path = NULL;

	take_three(state, &vm);
	drop(&vm, "three");
	overlay_check_labels("one two ");
	expect_now(state, "0x33");
	drop(&vm, "one");
	drop(&vm, "two");
	overlay_check_labels("");
	path = overlay_current_of(state, "a.img");
	assert_non_null(strstr(path, "/a.img"));
	free(path);
	vm_free(&vm);
}

/* Killed behind the first step: the VM starts as it was, that state is gone, and the next removal
 * goes on. */
static void test_interrupted(void **state)
{
	json_auto_t *array = NULL;
	char *error = NULL;
	size_t later = 0;
	struct vm vm;

	take_three(state, &vm);
	assert_int_equal(snapshots_read(overlay_place(), &array, &error), 0);
	json_object_set_new(json_array_get(array, 1), SNAPSHOTS_REMOVING, json_true());
	assert_int_equal(snapshots_write(overlay_place(), array, &error), 0);
	expect_now(state, "0x33");
	assert_int_equal(overlay_restore(&vm, overlay_place(), "two", &later, &error), -EINVAL);
	assert_non_null(strstr(error, "'owrun snapshot rm' goes on"));
	drop(&vm, "two");
	overlay_check_labels("one three ");
	restore(&vm, "three");
	expect_now(state, "0x22");
	free(error);
	vm_free(&vm);
}

/* qemu-img is not there: nothing is lost, and the removal can go on. */
static void test_failed(void **state)
{
	char *path = strdup(getenv("PATH")), *error = NULL;
	struct vm vm;

	take_three(state, &vm);
	assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
	assert_int_equal(snapshot_drop(&vm, overlay_place(), "two", -1, &error), -ENOENT);
	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_non_null(strstr(error, "is not removed yet: there is no program 'qemu-img'"));
	expect_now(state, "0x33");
	drop(&vm, "two");
	expect_now(state, "0x33");
	free(path);
	free(error);
	vm_free(&vm);
}

static void test_refused(void **state)
{
	char *error = NULL;
	struct vm vm;

	take_three(state, &vm);
	assert_int_equal(snapshot_drop(&vm, overlay_place(), "four", -1, &error), -ENOENT);
	assert_string_equal(error, "the VM has no snapshot 'four'");
	vm.disks[0].readonly = true;
	assert_int_equal(snapshot_drop(&vm, overlay_place(), "one", -1, &error), -EINVAL);
	assert_non_null(strstr(error, "does not write to any more"));
	overlay_check_labels("one two three ");
	free(error);
	vm_free(&vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first, overlay_set_up, overlay_tear_down),
		cmocka_unit_test_setup_teardown(test_middle, overlay_set_up, overlay_tear_down),
		cmocka_unit_test_setup_teardown(
			test_last_and_all, overlay_set_up, overlay_tear_down),
		cmocka_unit_test_setup_teardown(
			test_interrupted, overlay_set_up, overlay_tear_down),
		cmocka_unit_test_setup_teardown(test_failed, overlay_set_up, overlay_tear_down),
		cmocka_unit_test_setup_teardown(test_refused, overlay_set_up, overlay_tear_down),
	};

	return cmocka_run_group_tests_name("snapshot-drop", tests, NULL, NULL);
}
