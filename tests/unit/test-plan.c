/* SPDX-License-Identifier: MIT
 * Tests of launcher/plan.c: whole command lines, as --dry-run prints them. */
#include "launcher/plan.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/options.h"
#include "tests/unit/unit.h"

static const struct command run = {.name = "run", .bit = COMMAND_RUN, .operand = "IMAGE"};

static const struct plan_facts facts = {
	.qemu = "/usr/bin/qemu-system-x86_64",
	.directory = "/run/user/1000/owvm/r",
	.accel = ACCEL_TCG,
	.lan_fd = 4,
	.lan_mtu = 1500,
	.lan_mac = {2, 0, 0, 3, 0xe8, 1},
	.wan_mac = {2, 0, 0, 3, 0xe8, 2},
};

/* The lines that every plan ends with; an option before them ends with a backslash. */
#define SOCKETS \
	"\t-display none \\\n" \
	"\t-vga none \\\n" \
	"\t-chardev socket,id=console,server=on,wait=off,path=/run/user/1000/owvm/r/console.sock," \
	"logfile=/run/user/1000/owvm/r/console.log \\\n" \
	"\t-serial chardev:console \\\n" \
	"\t-chardev socket,id=monitor,server=on,wait=off,path=/run/user/1000/owvm/r/monitor.sock " \
	"\\\n" \
	"\t-mon chardev=monitor,mode=readline \\\n" \
	"\t-chardev socket,id=qmp,server=on,wait=off,path=/run/user/1000/owvm/r/qmp.sock \\\n" \
	"\t-mon chardev=qmp,mode=control \\\n" \
	"\t-pidfile /run/user/1000/owvm/r/pid \\\n" \
	"\t-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny\n"

#define START \
	"/usr/bin/qemu-system-x86_64 \\\n" \
	"\t-name r,process=owvm-r \\\n" \
	"\t-no-user-config \\\n" \
	"\t-nodefaults \\\n"

#define MACHINE \
	START \
	"\t-machine q35 \\\n" \
	"\t-accel tcg \\\n" \
	"\t-cpu max \\\n" \
	"\t-smp 1 \\\n" \
	"\t-m 256M \\\n"

#define DISK \
	"\t-drive if=none,id=disk0,format=raw,file=/a.img \\\n" \
	"\t-device virtio-blk-pci,drive=disk0 \\\n"

#define LAN_TAP "\t-netdev tap,id=lan,fd=4 \\\n"
#define LAN_NIC "\t-device virtio-net-pci,netdev=lan,mac=02:00:00:03:e8:01,romfile= \\\n"
#define WAN_NIC "\t-device virtio-net-pci,netdev=wan,mac=02:00:00:03:e8:02,romfile= \\\n"
#define WAN_USER "\t-netdev user,id=wan \\\n"

/* Print the plan of `owrun run --name r WORDS`. Free it. */
static char *plan_of(const char *const *words, const struct plan_facts *known)
{
	struct options options;
	struct plan plan = {0};
	char *argv[16] = {0}, *error = NULL, *text = NULL;
	size_t n = 0, size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	options_init(&options);
	for (; words[n] != NULL; n++) {
		argv[n] = strdup(words[n]);
		assert_non_null(argv[n]);
	}
	assert_int_equal(vm_set_name(&options.vm, "r", &error), 0);
	assert_int_equal(options_parse(&run, argv, n, &options, &error), 0);
	assert_int_equal(vm_complete(&options.vm, 1000, &error), 0);
	plan_make(&options.vm, known, &plan);
	plan_print(&plan, stream);
	plan_free(&plan);
	options_free(&options);
	for (size_t i = 0; i < n; i++)
		free(argv[i]);
	fclose(stream);
	return text;
}

static void check(const char *const *words, const struct plan_facts *known, const char *expected)
{
	char *text = plan_of(words, known);

	assert_string_equal(text, expected);
	free(text);
}

static void test_defaults(void **state)
{
	(void)state;
	check((const char *const[]){"/a.img", NULL}, &facts,
		MACHINE DISK LAN_TAP LAN_NIC WAN_USER WAN_NIC SOCKETS);
}

static void test_machine(void **state)
{
	struct plan_facts kvm = facts;

	(void)state;
	kvm.accel = ACCEL_KVM;
	check((const char *const[]){"/a.img", "--lan=none", "--wan=none", NULL}, &kvm,
		START
		"\t-machine q35 \\\n"
		"\t-accel kvm \\\n"
		"\t-cpu host \\\n"
		"\t-smp 1 \\\n"
		"\t-m 256M \\\n" DISK SOCKETS);
	check((const char *const[]){"/a.img", "--lan=none", "--wan=none", "--machine=pc,usb=off",
		      "--cpu=max,pauth-impdef=on", "--cpus=2", "--memory=1G", NULL},
		&facts,
		START
		"\t-machine pc,usb=off \\\n"
		"\t-accel tcg \\\n"
		"\t-cpu max,pauth-impdef=on \\\n"
		"\t-smp 2 \\\n"
		"\t-m 1024M \\\n" DISK SOCKETS);
}

/* Commas of a kernel's path or arguments stay single: those options take their value whole. */
static void test_kernel(void **state)
{
	(void)state;
	check((const char *const[]){"--kernel=/k,1", "--initrd=/i,2", "--append=a=b,c 'd'",
		      "--lan=none", "--wan=none", NULL},
		&facts,
		MACHINE
		"\t-kernel /k,1 \\\n"
		"\t-initrd /i,2 \\\n"
		"\t-append 'a=b,c '\\''d'\\''' \\\n" SOCKETS);
	check((const char *const[]){"--kernel=/k", "--lan=none", "--wan=none", NULL}, &facts,
		MACHINE
		"\t-kernel /k \\\n"
		"\t-append console=ttyS0 \\\n" SOCKETS);
	check((const char *const[]){"--kernel=/k", "--append=", "--lan=none", "--wan=none", NULL},
		&facts,
		MACHINE
		"\t-kernel /k \\\n"
		"\t-append '' \\\n" SOCKETS);
}

static void test_disks(void **state)
{
	(void)state;
	check((const char *const[]){"--disk=/b.qcow2,if=ide,snapshot", "/a,,b.img",
		      "--disk=/c,format=raw,readonly", "--lan=none", "--wan=none", NULL},
		&facts,
		MACHINE
		"\t-drive if=none,id=disk0,format=raw,file=/a,,,,b.img \\\n"
		"\t-device virtio-blk-pci,drive=disk0 \\\n"
		"\t-drive if=none,id=disk1,format=qcow2,file=/b.qcow2,snapshot=on \\\n"
		"\t-device ide-hd,drive=disk1 \\\n"
		"\t-drive if=none,id=disk2,format=raw,file=/c,readonly=on \\\n"
		"\t-device virtio-blk-pci,drive=disk2 \\\n" SOCKETS);
}

static void test_lan_user(void **state)
{
	(void)state;
	check((const char *const[]){"/a.img", "--lan=user", "--forward=8080:80",
		      "--forward=0.0.0.0:5353:53/udp", NULL},
		&facts,
		MACHINE DISK
		"\t-netdev user,id=lan,net=192.168.1.0/24,host=192.168.1.2,"
		"hostfwd=tcp:127.0.0.1:8080-192.168.1.1:80,"
		"hostfwd=udp:0.0.0.0:5353-192.168.1.1:53 \\\n" LAN_NIC WAN_USER WAN_NIC SOCKETS);
}

static void test_wan_forwards(void **state)
{
	(void)state;
	check((const char *const[]){"/a.img", "--forward=8080:80", "--forward=2222:22", NULL},
		&facts,
		MACHINE DISK LAN_TAP LAN_NIC
		"\t-netdev user,id=wan,hostfwd=tcp:127.0.0.1:8080-:80,"
		"hostfwd=tcp:127.0.0.1:2222-:22 \\\n" WAN_NIC SOCKETS);
	check((const char *const[]){"/a.img", "--lan=none", NULL}, &facts,
		MACHINE DISK WAN_USER WAN_NIC SOCKETS);
}

/* The guest learns the bridge's MTU where it is not what it would assume. */
static void test_lan_mtu(void **state)
{
	struct plan_facts jumbo = facts, unknown = facts;

	(void)state;
	jumbo.lan_mtu = 9000;
	unknown.lan_mtu = 0;
	check((const char *const[]){"/a.img", "--wan=none", NULL}, &jumbo,
		MACHINE DISK LAN_TAP
		"\t-device virtio-net-pci,netdev=lan,mac=02:00:00:03:e8:01,"
		"romfile=,host_mtu=9000 \\\n" SOCKETS);
	check((const char *const[]){"/a.img", "--wan=none", NULL}, &unknown,
		MACHINE DISK LAN_TAP LAN_NIC SOCKETS);
	/* It says nothing about a user network. */
	check((const char *const[]){"/a.img", "--lan=user", "--wan=none", NULL}, &jumbo,
		MACHINE DISK
		"\t-netdev user,id=lan,net=192.168.1.0/24,host=192.168.1.2 \\\n" LAN_NIC SOCKETS);
}

static void test_shares(void **state)
{
	(void)state;
	check((const char *const[]){"/a.img", "--lan=none", "--wan=none", "--share=/a,,b",
		      "--share=/c:data", NULL},
		&facts,
		MACHINE DISK
		"\t-fsdev local,id=share0,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/a,,b \\\n"
		"\t-device virtio-9p-pci,fsdev=share0,mount_tag=hostshare \\\n"
		"\t-fsdev local,id=share1,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/c \\\n"
		"\t-device virtio-9p-pci,fsdev=share1,mount_tag=data \\\n" SOCKETS);
}

/* A runtime directory with a comma: doubled inside options, single where the value is whole. */
static void test_directory_comma(void **state)
{
	static const char *const parts[] = {"path=/x,,y/console.sock,logfile=/x,,y/console.log",
		"path=/x,,y/monitor.sock", "path=/x,,y/qmp.sock", "-pidfile /x,y/pid"};
	struct plan_facts odd = facts;
	char *text = NULL;

	(void)state;
	odd.directory = "/x,y";
	text = plan_of((const char *const[]){"/a.img", NULL}, &odd);
	for (size_t i = 0; i < UNIT_COUNT(parts); i++)
		assert_non_null(strstr(text, parts[i]));
	free(text);
}

static void test_argv(void **state)
{
	static const char *const expected[] = {"/usr/bin/qemu-system-x86_64", "-name",
		"r,process=owvm-r", "-no-user-config", "-nodefaults", "-machine", "q35"};
	struct plan plan = {0};
	char **argv = NULL, *error = NULL;
	size_t n = 0;
	struct vm vm;

	(void)state;
	vm_init(&vm);
	assert_int_equal(vm_set_name(&vm, "r", &error), 0);
	assert_int_equal(vm_add_image(&vm, "/a.img", &error), 0);
	plan_make(&vm, &facts, &plan);
	argv = plan_argv(&plan);
	for (size_t i = 0; i < UNIT_COUNT(expected); i++)
		assert_string_equal(argv[i], expected[i]);
	while (argv[n] != NULL)
		n++;
	/* Two options take no value. */
	assert_int_equal(n, 1 + 2 * plan.n - 2);
	assert_string_equal(argv[n - 2], "-sandbox");
	free(argv);
	plan_free(&plan);
	vm_free(&vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_machine),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_disks),
		cmocka_unit_test(test_lan_user),
		cmocka_unit_test(test_wan_forwards),
		cmocka_unit_test(test_lan_mtu),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_directory_comma),
		cmocka_unit_test(test_argv),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
