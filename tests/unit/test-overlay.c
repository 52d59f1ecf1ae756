/* SPDX-License-Identifier: MIT
 * Tests of launcher/overlay.c, with the real qemu-img. */
#include "launcher/overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/text.h"
#include "launcher/tool.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define LIMIT 60000 /* ms */

static bool has_qemu_img(void)
{
	char program[] = "qemu-img", option[] = "--version", *error = NULL;
	char *argv[] = {program, option, NULL};
	bool has = tool_run(argv, LIMIT, NULL, &error) == 0;

	free(error);
	return has;
}

static int set_up(void **state)
{
	if (scratch_set_up(state) < 0)
		return -1;
	scratch_write("a.img", "what the disk holds\n");
	return truncate("a.img", 65536);
}

/* A VM with the disk and, where there is a second one, that. */
static void make_vm(void **state, const char *first, const char *second, struct vm *ret_vm)
{
	const char *const disks[] = {first, second};
	char *error = NULL;

	if (!has_qemu_img())
		skip();
	vm_init(ret_vm);
	for (size_t i = 0; i < UNIT_COUNT(disks) && disks[i] != NULL; i++) {
		char *path = text_format("%s/%s", (const char *)*state, disks[i]);

		assert_int_equal(vm_add_disk(ret_vm, path, &error), 0);
		free(path);
	}
}

static void take(const struct vm *vm, void **state, const char *label)
{
	char *error = NULL;

	if (overlay_take(vm, *state, label, &error) < 0)
		fail_msg("%s", error);
}

/* Does one command of qemu-io work on the file? A read of another byte does not. */
static bool io(const char *path, const char *verb, const char *byte)
{
	char program[] = "qemu-io", option[] = "-c", *error = NULL;
	char *command = text_format("%s -P %s 0 512", verb, byte), *file = strdup(path);
	char *argv[] = {program, option, command, file, NULL};
	int r = tool_run(argv, LIMIT, NULL, &error);

	free(error);
	free(command);
	free(file);
	return r == 0;
}

static bool has_byte(const char *path, const char *byte)
{
	return io(path, "read", byte);
}

static void write_byte(const char *path, const char *byte)
{
	assert_true(io(path, "write", byte) && has_byte(path, byte));
}

/* The file that the VM's disk i is now. Free it. */
static char *current(void **state, size_t i, struct vm *vm)
{
	char *error = NULL;

	if (overlay_apply(vm, *state, &error) < 0)
		fail_msg("%s", error);
	return strdup(vm->disks[i].path);
}

static char *labels(const char *directory)
{
	json_t *array = overlay_list(directory);
	char *text = text_format("%s", "");

	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *item = json_array_get(array, i);
		char *before = text;

		assert_int_equal(json_object_size(item), 2);
		assert_true(json_integer_value(json_object_get(item, "time")) > 0);
		text = text_format(
			"%s%s ", before, json_string_value(json_object_get(item, "label")));
		free(before);
	}
	json_decref(array);
	return text;
}

static void check_labels(void **state, const char *expected)
{
	char *text = labels(*state);

	assert_string_equal(text, expected);
	free(text);
}

static void test_without_snapshots(void **state)
{
	char *path = NULL, *error = NULL;
	struct vm vm;
	size_t later = 7;

	make_vm(state, "a.img", NULL, &vm);
	assert_int_equal(overlay_restore(&vm, *state, "x", &later, &error), -ENOENT);
	assert_string_equal(error, "the VM has no snapshot");
	assert_int_equal(later, 7);
	check_labels(state, "");
	path = current(state, 0, &vm);
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

	make_vm(state, "a.img", NULL, &vm);
	make_vm(state, "a.img", NULL, &applied);
	take(&vm, state, "one");
	path = current(state, 0, &applied);
	assert_non_null(strstr(path, "/one.disk0.qcow2"));
	assert_int_equal(applied.disks[0].format, VM_FORMAT_QCOW2);
	write_byte(path, "0x11");
	assert_int_equal(overlay_restore(&vm, *state, "one", &later, &error), 0);
	assert_int_equal(later, 0);
	assert_false(has_byte(path, "0x11"));
	after = scratch_read("a.img");
	assert_string_equal(after, before);
	check_labels(state, "one ");
	free(before);
	free(after);
	free(path);
	vm_free(&vm);
	vm_free(&applied);
}

/* Each snapshot keeps what was written before it; going back loses the later ones. */
static void test_chain(void **state)
{
	char *first = NULL, *second = NULL, *error = NULL;
	struct vm vm, applied;
	size_t later = 0;

	make_vm(state, "a.img", NULL, &vm);
	make_vm(state, "a.img", NULL, &applied);
	take(&vm, state, "one");
	first = current(state, 0, &applied);
	write_byte(first, "0x11");
	take(&vm, state, "two");
	vm_free(&applied);
	make_vm(state, "a.img", NULL, &applied);
	second = current(state, 0, &applied);
	assert_non_null(strstr(second, "/two.disk0.qcow2"));
	assert_true(has_byte(second, "0x11"));
	write_byte(second, "0x22");
	assert_int_equal(overlay_restore(&vm, *state, "two", &later, &error), 0);
	assert_int_equal(later, 0);
	assert_true(has_byte(second, "0x11"));
	assert_int_equal(overlay_restore(&vm, *state, "one", &later, &error), 0);
	assert_int_equal(later, 1);
	assert_int_equal(access(second, F_OK), -1);
	assert_false(has_byte(first, "0x11"));
	check_labels(state, "one ");
	free(first);
	free(second);
	vm_free(&vm);
	vm_free(&applied);
}

/* Disks that the VM does not write to stay as they are. */
static void test_several_disks(void **state)
{
	char *path = NULL, *again = NULL, *error = NULL;
	struct vm vm, fixed;

	make_vm(state, "a.img,readonly", "b.img", &vm);
	scratch_write("b.img", "");
	assert_int_equal(truncate("b.img", 65536), 0);
	take(&vm, state, "one");
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	path = current(state, 1, &vm);
	assert_non_null(strstr(path, "/one.disk1.qcow2"));
	assert_non_null(strstr(vm.disks[0].path, "/a.img"));
	make_vm(state, "a.img,readonly", "b.img,snapshot", &fixed);
	assert_int_equal(overlay_take(&fixed, "/nonexistent", "two", &error), -EINVAL);
	assert_string_equal(error, "the VM has no disk that it writes to");
	again = current(state, 1, &fixed);
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

	make_vm(state, "a.img", NULL, &vm);
	make_vm(state, "b.img", NULL, &other);
	take(&vm, state, "one");
	assert_int_equal(overlay_take(&vm, *state, "one", &error), -EEXIST);
	assert_string_equal(error, "there is a snapshot 'one' already");
	assert_int_equal(overlay_restore(&vm, *state, "two", &later, &error), -ENOENT);
	assert_string_equal(error, "the VM has no snapshot 'two'");
	/* vm.conf names another disk now: its overlays would hide what is in it. */
	assert_int_equal(overlay_apply(&other, *state, &error), -EINVAL);
	assert_non_null(strstr(error, "/a.img', and not of '"));
	assert_non_null(strstr(error, "/b.img'; without that directory's snapshots.json"));
	assert_non_null(strstr(other.disks[0].path, "/b.img"));
	assert_int_equal(overlay_take(&other, *state, "two", &error), -EINVAL);
	assert_int_equal(overlay_restore(&other, *state, "one", &later, &error), -EINVAL);
	assert_int_equal(later, 7);
	check_labels(state, "one ");
	free(error);
	vm_free(&vm);
	vm_free(&other);
}

/* A disk that is not there: nothing is noted, and nothing is left. */
static void test_tool_fails(void **state)
{
	char *error = NULL;
	struct vm vm;

	make_vm(state, "a.img", "missing.img", &vm);
	assert_int_equal(overlay_take(&vm, *state, "one", &error), -EREMOTEIO);
	assert_non_null(strstr(error, "/missing.img': 'qemu-img' failed: "));
	check_labels(state, "");
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	assert_int_equal(access("one.disk1.qcow2.new", F_OK), -1);
	free(error);
	vm_free(&vm);
}

static void test_remove_all(void **state)
{
	struct vm vm;

	make_vm(state, "a.img", NULL, &vm);
	take(&vm, state, "one");
	take(&vm, state, "two");
	assert_int_equal(access("two.disk0.qcow2", F_OK), 0);
	overlay_remove_all(*state);
	assert_int_equal(access("one.disk0.qcow2", F_OK), -1);
	assert_int_equal(access("two.disk0.qcow2", F_OK), -1);
	assert_int_equal(access("a.img", F_OK), 0);
	check_labels(state, "");
	vm_free(&vm);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_without_snapshots),
		TEST(test_take_and_restore),
		TEST(test_chain),
		TEST(test_several_disks),
		TEST(test_refuses),
		TEST(test_tool_fails),
		TEST(test_remove_all),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
