/* SPDX-License-Identifier: MIT
 * VMs with disks in a scratch directory, and what is in their overlays. */
#include "tests/unit/disk/unit-overlay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/disk/overlay.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define LIMIT 60000 /* ms */

static bool has_qemu_img(void)
{
	char program[] = "qemu-img", option[] = "--version", *error = NULL;
	char *argv[] = {program, option, NULL};
	bool has = tool_run(argv, -1, LIMIT, NULL, &error) == 0;

	free(error);
	return has;
}

static struct vmdir place = VMDIR_NONE;

const struct vmdir *overlay_place(void)
{
	return &place;
}

int overlay_set_up(void **state)
{
	char *error = NULL;

	if (scratch_set_up(state) < 0 || vmdir_open(*state, false, &place, &error) < 0)
		return -1;
	scratch_write("a.img", "what the disk holds\n");
	return setenv("XDG_DATA_HOME", *state, 1) < 0 ? -1 : truncate("a.img", 65536);
}

int overlay_tear_down(void **state)
{
	vmdir_close(&place);
	return scratch_tear_down(state);
}

void overlay_vm(void **state, const char *first, const char *second, struct vm *ret_vm)
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

void overlay_taken(const struct vm *vm, const char *label)
{
	char *error = NULL;

	if (overlay_take(vm, &place, label, &error) < 0)
		fail_msg("%s", error);
}

/* Does one command of qemu-io work on the file? A read of another byte does not. */
static bool io(const char *path, const char *verb, const char *byte)
{
	char program[] = "qemu-io", option[] = "-c", *error = NULL;
	char *command = text_format("%s -P %s 0 512", verb, byte), *file = strdup(path);
	char *argv[] = {program, option, command, file, NULL};
	int r = tool_run(argv, -1, LIMIT, NULL, &error);

	free(error);
	free(command);
	free(file);
	return r == 0;
}

bool overlay_has(const char *path, const char *byte)
{
	return io(path, "read", byte);
}

void overlay_write(const char *path, const char *byte)
{
	assert_true(io(path, "write", byte) && overlay_has(path, byte));
}

char *overlay_current(size_t i, struct vm *vm)
{
	char *error = NULL;

	if (overlay_apply(vm, &place, &error) < 0)
		fail_msg("%s", error);
	return strdup(vm->disks[i].path);
}

char *overlay_current_of(void **state, const char *disk)
{
	struct vm vm;
	char *path = NULL;

	overlay_vm(state, disk, NULL, &vm);
	path = overlay_current(0, &vm);
	vm_free(&vm);
	return path;
}

static char *labels(void)
{
	json_t *array = NULL;
	char *text = text_format("%s", ""), *error = NULL;

	assert_int_equal(overlay_list(&place, &array, &error), 0);

	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *item = json_array_get(array, i);
		char *before = text;

		assert_int_equal(json_object_size(item), 4);
		assert_true(json_integer_value(json_object_get(item, "time")) > 0);
		text = text_format(
			"%s%s ", before, json_string_value(json_object_get(item, "label")));
		free(before);
	}
	json_decref(array);
	return text;
}

void overlay_check_labels(const char *expected)
{
	char *text = labels();

	assert_string_equal(text, expected);
	free(text);
}
