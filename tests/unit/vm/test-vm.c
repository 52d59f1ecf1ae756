/* SPDX-License-Identifier: MIT
 * Tests of launcher/vm/vm.c and launcher/vm/set.c. */
#include "launcher/vm/vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

typedef int (*setter)(struct vm *vm, const char *text, char **reterr_text);

struct refusal {
	setter set;
	const char *text, *sentence; /* a part of it */
};

static const struct refusal vm_cases[] = {
	{vm_set_name, "", "name '' is not"},
	{vm_set_name, "-a", "letter or digit first"},
	{vm_set_name, ".a", "letter or digit first"},
	{vm_set_name, "a/b", "is not 1-39"},
	{vm_set_name, "a b", "is not 1-39"},
	{vm_set_name, "a\n", "is not 1-39"},
	{vm_set_name, "1234567890123456789012345678901234567890", "is not 1-39"},
	{vm_set_memory, "", "memory ''"},
	{vm_set_memory, "M", "memory 'M'"},
	{vm_set_memory, "7", "from 8M to 1024G"},
	{vm_set_memory, "1025G", "from 8M to 1024G"},
	{vm_set_memory, "4294967296", "is not a size"},
	{vm_set_memory, "1.5G", "is not a size"},
	{vm_set_memory, "-1", "is not a size"},
	{vm_set_memory, "1GG", "is not a size"},
	{vm_set_memory, "1K", "is not a size"},
	{vm_set_cpus, "0", "from 1 to 255"},
	{vm_set_cpus, "256", "from 1 to 255"},
	{vm_set_cpus, "2,sockets=2", "'-- -smp 2,sockets=2'"},
	{vm_set_cpus, "cpus=2", NULL},
	{vm_set_cpus, "cpus=", "from 1 to 255"},
	{vm_set_memory, "512M,slots=2", "'-- -m 512M,slots=2'"},
	{vm_set_memory, "size=M", "memory 'size=M' is not"},
	{vm_set_accel, "hvf", "none of auto, kvm and tcg"},
	{vm_set_lan, "br lab", "neither user, none nor the name of a bridge"},
	{vm_set_lan, "1234567890123456", "neither user, none"},
	{vm_set_lan, "1", "more bridges of your own have numbers from 2 to 9"},
	{vm_set_lan, "10", "numbers from 2 to 9"},
	{vm_add_nic, "bridge=0", "numbers from 2 to 9"},
	{vm_set_lan, "-x", "neither user, none"},
	{vm_set_wan, "br0", "none of user, passt and none"},
	{vm_add_disk, "a", "does not tell its format"},
	{vm_add_disk, "img", "does not tell its format"},
	{vm_add_disk, ".img", "does not tell its format"},
	{vm_add_disk, "a.vmdk", "does not tell its format"},
	{vm_add_disk, ",format=raw", "needs a path"},
	{vm_add_disk, "a.img,format=vmdk", "'format=vmdk' is none of"},
	{vm_add_disk, "a.img,if=scsi", "'if=scsi' is none of"},
	{vm_add_disk, "a.img,readonly=on", "'readonly=on' is none of"},
	{vm_add_disk, "a.img,", NULL},
	{vm_add_disk, "a.img,readonly,,snapshot", "'' is none of"},
	{vm_add_disk, "a,b.img", "'b.img' is none of"},
	{vm_add_disk, "if=ide,file=", "needs a path"},
	{vm_add_disk, "cache=none,file=a.img", "disk 'a.img': 'cache=none' is none of"},
	{vm_add_disk, "file=a.img,id=x",
		"leave it out, or use '--no-sandbox' with '-- -drive ...'"},
	{vm_set_arch, "aarch46", "did you mean 'aarch64'?"},
	{vm_set_kvm_timeout, "1s", "is not a number of seconds"},
	{vm_add_nic, "usr", "begins with none of user"},
	{vm_add_serial, "nowhere", "nowhere"},
	{vm_set_monitor, "nowhere", "nowhere"},
	{vm_add_share, "", "a share needs a path"},
	{vm_add_share, ":tag", "a share needs a path"},
	{vm_add_share, "/tmp:", "the tag '' is not"},
	{vm_add_share, "/tmp:a,b", "'b' is none of mapped, shared and ro"},
	{vm_add_share, "/tmp:12345678901234567890123456789012", "is not 1-31"},
	{vm_add_forward, "80", "is not " FORWARD_SYNTAX},
	{vm_set_guest_address, "192.168.1", "is not an IPv4 address, as in '192.168.1.1'"},
	{vm_set_guest_address, "192.168.1.1/24", "is not an IPv4 address"},
};

static void test_setters_refuse(void **state)
{

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(vm_cases); i++) {
		struct vm vm;
		char *error = NULL;
		int r = 0;

		vm_init(&vm);
		r = vm_cases[i].set(&vm, vm_cases[i].text, &error);
		if (vm_cases[i].sentence == NULL)
			assert_int_equal(r, 0);
		else if (r != -EINVAL || strstr(error, vm_cases[i].sentence) == NULL)
			fail_msg("'%s': %d, %s", vm_cases[i].text, r, error);
		free(error);
		vm_free(&vm);
	}
}

static void test_memory(void **state)
{
	static const struct {
		const char *text;
		uint32_t memory;
	} cases[] = {{"8", 8}, {"1024", 1024}, {"1024M", 1024}, {"512m", 512}, {"1G", 1024},
		{"2g", 2048}, {"size=512M", 512}, {"1024G", 1024 * 1024}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct vm vm = {0};
		char *error = NULL;

		assert_int_equal(vm_set_memory(&vm, cases[i].text, &error), 0);
		assert_int_equal(vm.memory, cases[i].memory);
	}
}

static void test_lan(void **state)
{
	struct vm vm = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(vm_set_lan(&vm, "br-lab", &error), 0);
	assert_int_equal(vm.lan, VM_NETWORK_BRIDGE);
	assert_string_equal(vm.bridge, "br-lab");
	assert_true(vm.lan_asked);
	assert_int_equal(vm_set_lan(&vm, "user", &error), 0);
	assert_int_equal(vm.lan, VM_NETWORK_USER);
	assert_string_equal(vm.bridge, "");
	assert_int_equal(vm_set_lan(&vm, "none", &error), 0);
	assert_int_equal(vm.lan, VM_NETWORK_NONE);
}

static void test_disks(void **state)
{
	static const struct {
		const char *text, *path;
		enum vm_format format;
		bool ide, readonly, snapshot;
	} cases[] = {
		{"a.img", "a.img", VM_FORMAT_RAW, false, false, false},
		{"/x/a.raw", "/x/a.raw", VM_FORMAT_RAW, false, false, false},
		{"a.qcow2", "a.qcow2", VM_FORMAT_QCOW2, false, false, false},
		{"a.img,format=qcow2", "a.img", VM_FORMAT_QCOW2, false, false, false},
		{"a,format=raw,if=ide", "a", VM_FORMAT_RAW, true, false, false},
		{"a.img,if=ide,if=virtio", "a.img", VM_FORMAT_RAW, false, false, false},
		{"a.img,snapshot,readonly", "a.img", VM_FORMAT_RAW, false, true, true},
		{"a,,b,,.img,snapshot", "a,b,.img", VM_FORMAT_RAW, false, false, true},
		{"if=ide,file=a,,b,format=raw", "a,b", VM_FORMAT_RAW, true, false, false},
		{"format=qcow2,snapshot,file=a.img", "a.img", VM_FORMAT_QCOW2, false, false, true},
		{"a,,file=b.img", "a,file=b.img", VM_FORMAT_RAW, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct vm vm = {0};
		char *error = NULL;

		assert_int_equal(vm_add_disk(&vm, cases[i].text, &error), 0);
		assert_int_equal(vm.n_disks, 1);
		assert_string_equal(vm.disks[0].path, cases[i].path);
		assert_int_equal(vm.disks[0].format, cases[i].format);
		assert_int_equal(vm.disks[0].ide, cases[i].ide);
		assert_int_equal(vm.disks[0].readonly, cases[i].readonly);
		assert_int_equal(vm.disks[0].snapshot, cases[i].snapshot);
		vm_free(&vm);
	}
}

static void fill(setter set, const char *text, int max, const char *sentence)
{
	struct vm vm = {0};
	char *error = NULL;

	for (int i = 0; i < max; i++)
		assert_int_equal(set(&vm, text, &error), 0);
	assert_int_equal(set(&vm, text, &error), -EINVAL);
	assert_string_equal(error, sentence);
	free(error);
	vm_free(&vm);
}

static void test_too_many(void **state)
{
	(void)state;
	fill(vm_add_disk, "a.img", VM_DISKS_MAX, "more than 8 disks");
	fill(vm_add_nic, "user", VM_NICS_MAX, "more than 8 NICs");
	fill(vm_add_serial, "null", VM_SERIALS_MAX, "more than 4 serial ports");
	fill(vm_add_share, "/tmp", VM_SHARES_MAX, "more than 8 shares");
	fill(vm_add_forward, "0:80", FORWARDS_MAX - 1, "more than 31 forwards");
}

static void test_shares(void **state)
{
	static const struct {
		const char *text, *path, *tag;
	} cases[] = {{"/srv", "/srv", "hostshare"}, {"/srv:data", "/srv", "data"},
		{"/a:b/c", "/a:b/c", "hostshare"}, {"/a:b:c", "/a:b", "c"},
		{"x,,y", "x,y", "hostshare"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct vm vm = {0};
		char *error = NULL;

		assert_int_equal(vm_add_share(&vm, cases[i].text, &error), 0);
		assert_string_equal(vm.shares[0].path, cases[i].path);
		assert_string_equal(vm.shares[0].tag, cases[i].tag);
		vm_free(&vm);
	}
}

static void test_complete_names(void **state)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{"/x/router.img", "router"},
		{"openwrt-23.05.0-x86-64-generic-ext4-combined.img",
			"openwrt-23.05.0-x86-64-generic-ext4"},
		{"a.b.qcow2", "a.b"},
		{"my disk.img", "my-disk"},
		{"_x.raw", "x"},
		{"\xc3\xa4.img", "vm"},
		{"123456789012345678901234567890123456789.img",
			"123456789012345678901234567890123456789"},
		{"1234567890123456789012345678901234567890.img",
			"123456789012345678901234567890123456789"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct vm vm;
		char *error = NULL;

		vm_init(&vm);
		assert_int_equal(vm_add_disk(&vm, cases[i].path, &error), 0);
		assert_int_equal(vm_complete(&vm, 1000, &error), 0);
		assert_string_equal(vm.name, cases[i].name);
		assert_true(vm_name_valid(vm.name));
		vm_free(&vm);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_setters_refuse),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_lan),
		cmocka_unit_test(test_disks),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_complete_names),
	};

	return cmocka_run_group_tests_name("vm", tests, NULL, NULL);
}
