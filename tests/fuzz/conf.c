/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as a vm.conf, down to QEMU's command line.
 *
 * Whatever the bytes are, an error names its line; what was read can be written and read again, and
 * goes through JSON as it is; a VM that comes of it keeps its limits, and its NICs and forwards are
 * formatted as they are read. */
#include "launcher/options/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/utf8.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/options/row.h"
#include "launcher/options/settings-json.h"
#include "launcher/options/settings.h"
#include "launcher/plan/plan.h"
#include "tests/fuzz/fuzz.h"

#define TEMPLATE "/tmp/owvm-fuzz-conf-XXXXXX"

/* Made once, and left behind by a fuzzer that is ended from outside. */
static char directory[] = TEMPLATE;
static struct vmdir place = VMDIR_NONE;

static void remove_directory(void)
{
	OWNED_MEMORY char *path = text_format("%s/vm.conf", directory);

	unlink(path);
	rmdir(directory);
}

static void make_directory(void)
{
	OWNED_MEMORY char *error = NULL;

	if (strcmp(directory, TEMPLATE) != 0)
		return;
	EXPECT(mkdtemp(directory) != NULL && vmdir_open(directory, false, &place, &error) == 0);
	EXPECT(atexit(remove_directory) == 0);
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	OWNED_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);

	EXPECT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
}

/* Does the sentence begin with "PATH:N: "? */
static void expect_place(const char *sentence, const char *path)
{
	size_t length = strlen(path), digits = 0;

	EXPECT(strncmp(sentence, path, length) == 0 && sentence[length] == ':');
	digits = strspn(sentence + length + 1, "0123456789");
	EXPECT(digits > 0 && strncmp(sentence + length + 1 + digits, ": ", 2) == 0);
}

/* As it is printed: UTF-8 that a terminal does not obey, on one line. */
static void expect_harmless(const char *text)
{
	OWNED_MEMORY char *line = visible_line(text);
	size_t left = strlen(line), length = 0;

	EXPECT(left <= VISIBLE_GROWTH * strlen(text));
	for (const char *c = line; left > 0; c += length, left -= length) {
		length = utf8_length(c, left);
		EXPECT(length > 0 && visible_harm(c, length) == 0);
	}
}

static void expect_same(const struct settings *a, const struct settings *b)
{
	EXPECT(a->n == b->n);
	for (size_t i = 0; i < a->n; i++)
		EXPECT(a->items[i].row == b->items[i].row &&
			strcmp(a->items[i].text, b->items[i].text) == 0);
}

static void check_written(const struct settings *settings, const char *path)
{
	OWNED_SETTINGS again = {0};
	OWNED_MEMORY char *error = NULL;

	EXPECT(conf_write(&place, settings, &error) == -EEXIST);
	EXPECT(unlink(path) == 0);
	EXPECT(conf_write(&place, settings, &error) == 0);
	EXPECT(conf_read(&place, &again, &error) == 0);
	expect_same(settings, &again);
}

static void check_json(const struct settings *settings)
{
	OWNED_SETTINGS again = {0};
	json_t *array = settings_to_json(settings);

	settings_from_json(array, &again);
	json_decref(array);
	expect_same(settings, &again);
}

/* Of a LAN the guest's address is not in the text. */
static void check_nic(const struct nic *nic)
{
	OWNED_MEMORY char *text = nic_format(nic);
	OWNED_MEMORY char *error = NULL;
	struct nic read = {0};

	EXPECT(nic_parse(text, &read, &error) == 0);
	EXPECT(read.kind == nic->kind && strcmp(read.model, nic->model) == 0);
	EXPECT(strcmp(read.bridge, nic->bridge) == 0 && strcmp(read.net, nic->net) == 0);
	EXPECT(strcmp(read.host, nic->host) == 0 && strcmp(read.dhcpstart, nic->dhcpstart) == 0);
	EXPECT(read.has_mac == nic->has_mac && memcmp(read.mac, nic->mac, MAC_SIZE) == 0);
	EXPECT(read.has_address == nic->has_address && read.slot == nic->slot &&
		read.function == nic->function);
	EXPECT(nic->kind == NIC_BRIDGE || nic->bridge[0] == '\0');
	EXPECT(!nic->has_address || (nic->slot >= 1 && nic->slot <= 31 && nic->function <= 7));
}

static void check_forward(const struct forward *forward)
{
	char text[FORWARD_TEXT_SIZE] = "", again[FORWARD_TEXT_SIZE] = "";
	OWNED_MEMORY char *error = NULL;
	struct forward read = {0};

	forward_format(forward, text);
	EXPECT(forward_parse(text, &read, &error) == 0);
	forward_format(&read, again);
	EXPECT(strcmp(text, again) == 0);
}

static void check_vm(const struct vm *vm)
{
	EXPECT(vm->memory >= VM_MEMORY_MIN && vm->memory <= VM_MEMORY_MAX);
	EXPECT(vm->cpus >= 1 && vm->cpus <= VM_CPUS_MAX);
	EXPECT(vm->n_disks <= VM_DISKS_MAX && vm->n_shares <= VM_SHARES_MAX);
	EXPECT(vm->n_nics <= VM_NICS_MAX && vm->n_serials <= VM_SERIALS_MAX);
	EXPECT(vm->n_forwards < FORWARDS_MAX);
	EXPECT(vm->name[0] == '\0' || vm_name_valid(vm->name));
	EXPECT(vm->bridge[0] == '\0' || ifname_valid(vm->bridge, strlen(vm->bridge)));
	for (size_t i = 0; i < vm->n_disks; i++)
		EXPECT(vm->disks[i].path[0] == '/');
	for (size_t i = 0; i < vm->n_nics; i++)
		check_nic(&vm->nics[i]);
	for (size_t i = 0; i < vm->n_forwards; i++)
		check_forward(&vm->forwards[i]);
}

/* No value is split, and none is lost: an option that begins with '-' stands where one must. */
static void check_plan(const struct vm *vm)
{
	static const struct plan_facts facts = {
		.qemu = "/qemu", .directory = "/run", .accel = ACCEL_TCG};
	OWNED_MEMORY char **argv = NULL;
	struct plan plan = {0};
	size_t drives = 0, nics = 0;

	plan_make(vm, &facts, &plan);
	for (size_t i = 0; i < plan.n; i++) {
		EXPECT(plan.options[i].name[0] == '-');
		drives += strcmp(plan.options[i].name, "-drive") == 0 ? 1 : 0;
		nics += strcmp(plan.options[i].name, "-netdev") == 0 ? 1 : 0;
	}
	EXPECT(drives == vm->n_disks && nics == vm->n_nics);
	argv = plan_argv(&plan);
	EXPECT(strcmp(argv[0], "/qemu") == 0);
	plan_free(&plan);
}

static void check_settings(const struct settings *settings, const char *path)
{
	OWNED_MEMORY char *error = NULL;
	struct vm vm;
	int r = 0;

	for (size_t i = 0; i < settings->n; i++) {
		EXPECT(settings->items[i].row->set_vm != NULL);
		EXPECT(strpbrk(settings->items[i].text, "\n") == NULL);
	}
	vm_init(&vm);
	r = settings_apply(settings, &vm, &error);
	EXPECT(r == 0 || r == -EINVAL);
	if (r < 0)
		expect_place(error, path);
	check_vm(&vm);
	if (r == 0)
		check_json(settings);
	if (r == 0 && vm_complete(&vm, 1000, &error) == 0) {
		check_vm(&vm);
		EXPECT(vm_name_valid(vm.name));
		check_plan(&vm);
	}
	vm_free(&vm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED_SETTINGS settings = {0};
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *path = NULL;
	int r = 0;

	make_directory();
	path = text_format("%s/vm.conf", directory);
	write_file(path, data, size);
	r = conf_read(&place, &settings, &error);
	EXPECT(r == 0 || r == -EINVAL);
	if (r < 0) {
		expect_place(error, path);
		expect_harmless(error);
		return 0;
	}
	check_settings(&settings, path);
	check_written(&settings, path);
	return 0;
}
