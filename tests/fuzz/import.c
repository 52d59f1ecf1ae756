/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as a description of a VM by quickemu or libvirt.
 *
 * Whatever the bytes are, what is taken over is what a vm.conf can hold and a VM takes, and what is
 * left is told in a bounded number of lines. */
#include "launcher/import/read.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/options/conf.h"
#include "launcher/vm/vm.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct import *import)
{
	OWNED_MEMORY char *error = NULL;
	struct vm vm;

	EXPECT(import->name[0] == '\0' || vm_name_valid(import->name));
	EXPECT(import->n_left <= IMPORT_LEFT_MAX);
	for (size_t i = 0; i < import->n_left; i++)
		EXPECT(import->left[i].text[0] != '\0');
	EXPECT(conf_check("/vms", &import->settings, &error) == 0);
	vm_init(&vm);
	EXPECT(settings_apply(&import->settings, &vm, &error) == 0);
	for (size_t i = 0; i < vm.n_disks; i++)
		EXPECT(vm.disks[i].path[0] == '/');
	vm_free(&vm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED_IMPORT import = {0};
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *text = malloc(size + 1);
	int r = 0;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	r = read_text(text, size, "/vms", &import, &error);
	EXPECT(r == 0 || (r == -EINVAL && error != NULL));
	if (r == 0)
		check(&import);
	return 0;
}
