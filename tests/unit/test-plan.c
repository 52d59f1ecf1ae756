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
	.nics = {{.fd = 4, .mtu = 1500, .mac = {2, 0, 0, 3, 0xe8, 1}},
		{.fd = 5, .mtu = 1500, .mac = {2, 0, 0, 3, 0xe8, 2}},
		{.fd = 6, .mtu = 1500, .mac = {2, 0, 0, 3, 0xe8, 3}}},
};

/* The lines that every plan ends with; an option before them ends with a backslash. */
#define PORTS \
	"\t-device pcie-root-port,id=hotplug0,chassis=1,slot=1 \\\n" \
	"\t-device pcie-root-port,id=hotplug1,chassis=2,slot=2 \\\n" \
	"\t-device pcie-root-port,id=hotplug2,chassis=3,slot=3 \\\n" \
	"\t-device pcie-root-port,id=hotplug3,chassis=4,slot=4 \\\n"

#define SOCKETS PORTS NO_PORTS_SOCKETS
#define NO_PORTS_SOCKETS \
	UNCONFINED \
	"\t-pidfile /run/user/1000/owvm/r/pid \\\n" \
	"\t-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny\n"

#define UNCONFINED \
	"\t-display none \\\n" \
	"\t-vga none \\\n" \
	"\t-chardev socket,id=console,server=on,wait=off,path=/run/user/1000/owvm/r/console.sock," \
	"logfile=/run/user/1000/owvm/r/console.log \\\n" \
	"\t-serial chardev:console \\\n" \
	"\t-chardev socket,id=monitor,server=on,wait=off,path=/run/user/1000/owvm/r/monitor.sock " \
	"\\\n" \
	"\t-mon chardev=monitor,mode=readline \\\n" \
	"\t-chardev socket,id=qmp,server=on,wait=off,path=/run/user/1000/owvm/r/qmp.sock \\\n" \
	"\t-mon chardev=qmp,mode=control \\\n"

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

#define LAN_TAP "\t-netdev tap,id=nic0,fd=4 \\\n"
#define LAN_NIC \
	"\t-device virtio-net-pci,netdev=nic0,mac=02:00:00:03:e8:01,romfile=,addr=0x8.0 \\\n"
#define WAN_NIC \
	"\t-device virtio-net-pci,netdev=nic1,mac=02:00:00:03:e8:02,romfile=,addr=0x9.0 \\\n"
#define WAN_USER "\t-netdev user,id=nic1 \\\n"

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
	assert_int_equal(options_parse(&run, argv, n, &options, &error), 0);
	assert_int_equal(vm_set_name(&options.vm, "r", &error), 0);
	if (options.vm.arch == NULL)
		assert_int_equal(vm_set_arch(&options.vm, "x86_64", &error), 0);
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
	check((const char *const[]){"--disk=/a.img", NULL}, &facts,
		MACHINE DISK LAN_TAP LAN_NIC WAN_USER WAN_NIC SOCKETS);
}

static void test_machine(void **state)
{
	struct plan_facts kvm = facts;

	(void)state;
	kvm.accel = ACCEL_KVM;
	check((const char *const[]){"--disk=/a.img", "--lan=none", "--wan=none", NULL}, &kvm,
		START
		"\t-machine q35 \\\n"
		"\t-accel kvm \\\n"
		"\t-cpu host \\\n"
		"\t-smp 1 \\\n"
		"\t-m 256M \\\n" DISK SOCKETS);
	check((const char *const[]){"--disk=/a.img", "--lan=none", "--wan=none",
		      "--machine=pc,usb=off", "--cpu=max,pauth-impdef=on", "--cpus=2",
		      "--memory=1G", NULL},
		&facts,
		START
		"\t-machine pc,usb=off \\\n"
		"\t-accel tcg \\\n"
		"\t-cpu max,pauth-impdef=on \\\n"
		"\t-smp 2 \\\n"
		"\t-m 1024M \\\n" DISK NO_PORTS_SOCKETS);
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
		"\t-append 'a=b,c '\\''d'\\'' console=ttyS0' \\\n" SOCKETS);
	check((const char *const[]){"--kernel=/k", "--lan=none", "--wan=none", NULL}, &facts,
		MACHINE
		"\t-kernel /k \\\n"
		"\t-append console=ttyS0 \\\n" SOCKETS);
	check((const char *const[]){"--kernel=/k", "--append=", "--lan=none", "--wan=none", NULL},
		&facts,
		MACHINE
		"\t-kernel /k \\\n"
		"\t-append console=ttyS0 \\\n" SOCKETS);
	check((const char *const[]){"--kernel=/k", "--disk=/a.img,if=ide",
		      "--append=console=tty1 quiet", "--lan=none", "--wan=none", "--dtb=/d",
		      "--bios=/b", NULL},
		&facts,
		MACHINE
		"\t-bios /b \\\n"
		"\t-kernel /k \\\n"
		"\t-dtb /d \\\n"
		"\t-append 'console=tty1 quiet root=/dev/sda' \\\n"
		"\t-drive if=none,id=disk0,format=raw,file=/a.img \\\n"
		"\t-device ide-hd,drive=disk0 \\\n" SOCKETS);
}

static void test_disks(void **state)
{
	(void)state;
	check((const char *const[]){"--disk=/a,,b.img", "--disk=file=/b.qcow2,if=ide,snapshot",
		      "--disk=/c,format=raw,readonly", "--lan=none", "--wan=none", NULL},
		&facts,
		MACHINE
		"\t-drive if=none,id=disk0,format=raw,file=/a,,b.img \\\n"
		"\t-device virtio-blk-pci,drive=disk0 \\\n"
		"\t-drive if=none,id=disk1,format=qcow2,file=/b.qcow2,snapshot=on \\\n"
		"\t-device ide-hd,drive=disk1 \\\n"
		"\t-drive if=none,id=disk2,format=raw,file=/c,readonly=on \\\n"
		"\t-device virtio-blk-pci,drive=disk2 \\\n" SOCKETS);
}

static void test_lan_user(void **state)
{
	(void)state;
	check((const char *const[]){"--disk=/a.img", "--lan=user", "--forward=8080:80",
		      "--forward=0.0.0.0:5353:53/udp", NULL},
		&facts,
		MACHINE DISK
		"\t-netdev user,id=nic0,net=192.168.1.0/24,host=192.168.1.2,"
		"hostfwd=tcp:127.0.0.1:8080-192.168.1.1:80,"
		"hostfwd=udp:0.0.0.0:5353-192.168.1.1:53 \\\n" LAN_NIC WAN_USER WAN_NIC SOCKETS);
}

static void test_wan_forwards(void **state)
{
	(void)state;
	check((const char *const[]){"--disk=/a.img", "--forward=8080:80", "--forward=2222:22",
		      NULL},
		&facts,
		MACHINE DISK LAN_TAP LAN_NIC
		"\t-netdev user,id=nic1,hostfwd=tcp:127.0.0.1:8080-:80,"
		"hostfwd=tcp:127.0.0.1:2222-:22 \\\n" WAN_NIC SOCKETS);
	check((const char *const[]){"--disk=/a.img", "--lan=none", NULL}, &facts,
		MACHINE DISK "\t-netdev user,id=nic0 \\\n" LAN_NIC SOCKETS);
}

/* The guest learns the bridge's MTU where it is not what it would assume. */
static void test_lan_mtu(void **state)
{
	struct plan_facts jumbo = facts, unknown = facts;

	(void)state;
	jumbo.nics[0].mtu = 9000;
	unknown.nics[0].mtu = 0;
	check((const char *const[]){"--disk=/a.img", "--wan=none", NULL}, &jumbo,
		MACHINE DISK LAN_TAP
		"\t-device virtio-net-pci,netdev=nic0,mac=02:00:00:03:e8:01,"
		"romfile=,addr=0x8.0,host_mtu=9000 \\\n" SOCKETS);
	check((const char *const[]){"--disk=/a.img", "--wan=none", NULL}, &unknown,
		MACHINE DISK LAN_TAP LAN_NIC SOCKETS);
	/* It says nothing about a user network. */
	check((const char *const[]){"--disk=/a.img", "--lan=user", "--wan=none", NULL}, &jumbo,
		MACHINE DISK
		"\t-netdev user,id=nic0,net=192.168.1.0/24,host=192.168.1.2 \\\n" LAN_NIC SOCKETS);
}

static void test_shares(void **state)
{
	(void)state;
	check((const char *const[]){"--disk=/a.img", "--lan=none", "--wan=none", "--share=/a,,b",
		      "--share=/c:data", NULL},
		&facts,
		MACHINE DISK
		"\t-fsdev local,id=share0,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/a,,b \\\n"
		"\t-device virtio-9p-pci,fsdev=share0,mount_tag=hostshare \\\n"
		"\t-fsdev local,id=share1,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/c \\\n"
		"\t-device virtio-9p-pci,fsdev=share1,mount_tag=data \\\n" SOCKETS);
}

static void test_nics(void **state)
{
	struct plan_facts by_helper = facts;

	(void)state;
	check((const char *const[]){"--disk=/a.img",
		      "--nic=user,model=e1000,addr=3,net=10.7.0.0/24,host=10.7.0.9,dhcpstart=10.7.0.77",
		      "--nic=bridge=br0,model=rtl8139", "--nic=user", "--forward=1:2", NULL},
		&facts,
		MACHINE DISK
		"\t-netdev user,id=nic0,net=10.7.0.0/24,host=10.7.0.9,dhcpstart=10.7.0.77,"
		"hostfwd=tcp:127.0.0.1:1-:2 \\\n"
		"\t-device e1000,netdev=nic0,mac=02:00:00:03:e8:01,romfile=,addr=0x3.0 \\\n"
		"\t-netdev tap,id=nic1,fd=5 \\\n"
		"\t-device rtl8139,netdev=nic1,mac=02:00:00:03:e8:02,romfile=,addr=0x9.0 \\\n"
		"\t-netdev user,id=nic2 \\\n"
		"\t-device virtio-net-pci,netdev=nic2,mac=02:00:00:03:e8:03,romfile=,addr=0xa.0 \\\n" SOCKETS);
	check((const char *const[]){"--disk=/a.img", "--nic=none", NULL}, &facts,
		MACHINE DISK SOCKETS);
	by_helper.bridge_helper = "/bin/h";
	check((const char *const[]){"--disk=/a.img", "--nic=bridge=br0", "--no-sandbox", NULL},
		&by_helper,
		MACHINE DISK
		"\t-netdev 'bridge,id=nic0,br=br0,helper=/bin/h --mac=02:00:00:03:e8:01' \\\n" LAN_NIC
			PORTS UNCONFINED "\t-pidfile /run/user/1000/owvm/r/pid\n");
}

static void test_serials(void **state)
{
	static const char *const parts[] = {"-chardev file,id=serial0,path=/x,,y",
		"-serial chardev:serial0 ", "-serial chardev:console ", "-serial none ",
		"id=monitor1,host=127.0.0.1,port=4444,server=on,wait=off",
		"-mon chardev=monitor1,mode=readline"};
	char *text =
		plan_of((const char *const[]){"--disk=/a.img", "--serial=file:/x,,y",
				"--serial=console", "--serial=none", "--monitor=tcp:4444", NULL},
			&facts);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(parts); i++)
		if (strstr(text, parts[i]) == NULL)
			fail_msg("no '%s' in %s", parts[i], text);
	free(text);
}

static void test_arch(void **state)
{
	char *text = NULL;

	(void)state;
	text = plan_of((const char *const[]){"--kernel=/k", "--arch=arm64", NULL}, &facts);
	assert_non_null(strstr(text, "-machine virt "));
	assert_non_null(strstr(text, "-cpu max,pauth-impdef=on "));
	assert_non_null(strstr(text, "-append console=ttyAMA0 "));
	free(text);
	text = plan_of((const char *const[]){"--disk=/a.img", "--ephemeral", NULL}, &facts);
	assert_non_null(strstr(text, "file=/a.img,snapshot=on"));
	free(text);
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
	text = plan_of((const char *const[]){"--disk=/a.img", NULL}, &odd);
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
	assert_int_equal(vm_set_arch(&vm, "x86_64", &error), 0);
	assert_int_equal(vm_add_disk(&vm, "/a.img", &error), 0);
	assert_int_equal(vm_complete(&vm, 1000, &error), 0);
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
		cmocka_unit_test(test_nics),
		cmocka_unit_test(test_serials),
		cmocka_unit_test(test_arch),
		cmocka_unit_test(test_directory_comma),
		cmocka_unit_test(test_argv),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
