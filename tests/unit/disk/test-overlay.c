/* SPDX-License-Identifier: MIT
 * Tests of launcher/disk/overlay.c, with the real qemu-img. */
#include "launcher/disk/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/disk/unit-overlay.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static void test_without_snapshots(void **state)
{
	char *path = NULL, *error = NULL;
	struct vm vm;
	size_t later = 7;

	overlay_vm(state, "a.img", NULL, &vm);
	assert_int_equal(overlay_restore(&vm, overlay_place(), "x", &later, &error), -ENOENT);
	assert_string_equal(error, "the VM has no snapshot");
	assert_int_equal(later, 7);
	overlay_check_labels("");
	path = overlay_current(0, &vm);
	assert_non_null(strstr(path, "/a.img"));
	assert_int_equal(vm.disks[0].format, VM_FORMAT_RAW);
	free(path);
	free(error);
	vm_free(&vm);
}

/* The disk is frozen, and what is written later is gone after a restore. */
static void test_take_and_restore(void **state)
{
	char *before = scratch_read("a.img"), *after = NULL, *path = NULL, *error = NULL;
	struct vm vm, applied;
	size_t later = 7;

	overlay_vm(state, "a.img", NULL, &vm);
	overlay_vm(state, "a.img", NULL, &applied);
	overlay_taken(&vm, "one");
	path = overlay_current(0, &applied);
	assert_non_null(strstr(path, "/one.disk0.qcow2"));
	assert_int_equal(applied.disks[0].format, VM_FORMAT_QCOW2);
	overlay_write(path, "0x11");
	assert_int_equal(overlay_restore(&vm, overlay_place(), "one", &later, &error), 0);
	assert_int_equal(later, 0);
	/* The old overlay is gone, and the new one has another name. */
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	path = overlay_current_of(state, "a.img");
	assert_false(overlay_has(path, "0x11"));
	after = scratch_read("a.img");
	assert_string_equal(after, before);
	overlay_check_labels("one ");
	free(before);
	free(after);
	free(path);
	vm_free(&vm);
	vm_free(&applied);
}

/* Each snapshot keeps what was written before it; going back loses the later ones. */
static void test_chain(void **state)
{
	char *first = NULL, *second = NULL, *again = NULL, *error = NULL;
	struct vm vm;
	size_t later = 0;

	overlay_vm(state, "a.img", NULL, &vm);
	overlay_taken(&vm, "one");
	first = overlay_current_of(state, "a.img");
	overlay_write(first, "0x11");
	overlay_taken(&vm, "two");
	second = overlay_current_of(state, "a.img");
	assert_non_null(strstr(second, "/two.disk0.qcow2"));
	assert_true(overlay_has(second, "0x11"));
	overlay_write(second, "0x22");
	assert_int_equal(overlay_restore(&vm, overlay_place(), "two", &later, &error), 0);
	assert_int_equal(later, 0);
	again = overlay_current_of(state, "a.img");
	assert_true(overlay_has(again, "0x11"));
	assert_int_equal(overlay_restore(&vm, overlay_place(), "one", &later, &error), 0);
	assert_int_equal(later, 1);
	assert_true(access(first, F_OK) < 0 && access(second, F_OK) < 0 && access(again, F_OK) < 0);
	free(again);
	again = overlay_current_of(state, "a.img");
	assert_false(overlay_has(again, "0x11"));
	overlay_check_labels("one ");
	free(first);
	free(second);
	free(again);
	vm_free(&vm);
}

/* Disks that the VM does not write to stay as they are. */
static void test_several_disks(void **state)
{
	char *path = NULL, *again = NULL, *error = NULL;
	struct vm vm, fixed;

	overlay_vm(state, "a.img,readonly", "b.img", &vm);
	scratch_write("b.img", "");
	assert_int_equal(truncate("b.img", 65536), 0);
	overlay_taken(&vm, "one");
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	path = overlay_current(1, &vm);
	assert_non_null(strstr(path, "/one.disk1.qcow2"));
	assert_non_null(strstr(vm.disks[0].path, "/a.img"));
	overlay_vm(state, "a.img,readonly", "b.img,snapshot", &fixed);
	assert_int_equal(overlay_take(&fixed, overlay_place(), "two", &error), -EINVAL);
	assert_string_equal(error, "the VM has no disk that it writes to");
	again = overlay_current(1, &fixed);
	assert_non_null(strstr(again, "/b.img"));
	free(error);
	free(path);
	free(again);
	vm_free(&vm);
	vm_free(&fixed);
}

static void test_refuses(void **state)
{
	char *error = NULL;
	struct vm vm, other;
	size_t later = 7;

	overlay_vm(state, "a.img", NULL, &vm);
	overlay_vm(state, "b.img", NULL, &other);
	overlay_taken(&vm, "one");
	assert_int_equal(overlay_take(&vm, overlay_place(), "one", &error), -EEXIST);
	assert_string_equal(error, "there is a snapshot 'one' already");
	assert_int_equal(overlay_restore(&vm, overlay_place(), "two", &later, &error), -ENOENT);
	assert_string_equal(error, "the VM has no snapshot 'two'");
	/* vm.conf names another disk now: its overlays would hide what is in it. */
	assert_int_equal(overlay_apply(&other, overlay_place(), &error), -EINVAL);
	assert_non_null(strstr(error, "are of disk 'a.img', and not of '"));
	assert_non_null(strstr(error, "/b.img'; without that directory's snapshots.json"));
	assert_non_null(strstr(other.disks[0].path, "/b.img"));
	assert_int_equal(overlay_take(&other, overlay_place(), "two", &error), -EINVAL);
	assert_int_equal(overlay_restore(&other, overlay_place(), "one", &later, &error), -EINVAL);
	assert_int_equal(later, 7);
	overlay_check_labels("one ");
	free(error);
	vm_free(&vm);
	vm_free(&other);
}

static void test_remove_all(void **state)
{
	struct vm vm;

	overlay_vm(state, "a.img", NULL, &vm);
	overlay_taken(&vm, "one");
	overlay_taken(&vm, "two");
	assert_int_equal(access("two.disk0.qcow2", F_OK), 0);
	overlay_remove_all(overlay_place());
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	assert_int_equal(access("two.disk0.qcow2", F_OK), -1);
	assert_int_equal(access("a.img", F_OK), 0);
	overlay_check_labels("");
	vm_free(&vm);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, overlay_set_up, overlay_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_without_snapshots),
		TEST(test_take_and_restore),
		TEST(test_chain),
		TEST(test_several_disks),
		TEST(test_refuses),
		TEST(test_remove_all),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
