/* SPDX-License-Identifier: MIT
 * Tests of launcher/plan/plan.c: whole command lines, as --dry-run prints them. */
#include "launcher/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/plan/unit-plan.h"
#include "tests/unit/unit.h"

static void test_defaults(void **state)
{
	(void)state;
	unit_plan_check((const char *const[]){"--disk=/a.img", NULL}, &unit_plan_facts,
		MACHINE DISK LAN_TAP LAN_NIC WAN_USER WAN_NIC SOCKETS);
}

static void test_machine(void **state)
{
	struct plan_facts kvm = unit_plan_facts;

	(void)state;
	kvm.accel = ACCEL_KVM;
	unit_plan_check((const char *const[]){"--disk=/a.img", "--lan=none", "--wan=none", NULL},
		&kvm,
		START
		"\t-machine q35,graphics=off \\\n"
		"\t-accel kvm \\\n"
		"\t-cpu host \\\n"
		"\t-smp 1 \\\n"
		"\t-m 256M \\\n" DISK SOCKETS);
	unit_plan_check((const char *const[]){"--disk=/a.img", "--lan=none", "--wan=none",
				"--machine=pc,usb=off", "--cpu=max,pauth-impdef=on", "--cpus=2",
				"--memory=1G", NULL},
		&unit_plan_facts,
		START
		"\t-machine pc,usb=off,graphics=off \\\n"
		"\t-accel tcg \\\n"
		"\t-cpu max,pauth-impdef=on \\\n"
		"\t-smp 2 \\\n"
		"\t-m 1024M \\\n" DISK NO_PORTS_SOCKETS);
}

/* Commas of a kernel's path or arguments stay single: those options take their value whole. */
static void test_kernel(void **state)
{
	(void)state;
	unit_plan_check((const char *const[]){"--kernel=/k,1", "--initrd=/i,2",
				"--append=a=b,c 'd'", "--lan=none", "--wan=none", NULL},
		&unit_plan_facts,
		KERNEL_MACHINE
		"\t-kernel /k,1 \\\n"
		"\t-initrd /i,2 \\\n"
		"\t-append 'a=b,c '\\''d'\\'' console=ttyS0' \\\n" SOCKETS);
	unit_plan_check((const char *const[]){"--kernel=/k", "--lan=none", "--wan=none", NULL},
		&unit_plan_facts,
		KERNEL_MACHINE
		"\t-kernel /k \\\n"
		"\t-append console=ttyS0 \\\n" SOCKETS);
	unit_plan_check(
		(const char *const[]){"--kernel=/k", "--append=", "--lan=none", "--wan=none", NULL},
		&unit_plan_facts,
		KERNEL_MACHINE
		"\t-kernel /k \\\n"
		"\t-append console=ttyS0 \\\n" SOCKETS);
	unit_plan_check((const char *const[]){"--kernel=/k", "--disk=/a.img,if=ide",
				"--append=console=tty1 quiet", "--lan=none", "--wan=none",
				"--dtb=/d", "--bios=/b", NULL},
		&unit_plan_facts,
		KERNEL_MACHINE
		"\t-bios /b \\\n"
		"\t-kernel /k \\\n"
		"\t-dtb /d \\\n"
		"\t-append 'console=tty1 quiet root=/dev/sda' \\\n"
		"\t-drive if=none,id=disk0,format=raw,file=/a.img \\\n"
		"\t-device ide-hd,drive=disk0 \\\n" SOCKETS);
}

static void assert_parts(const char *const *words, const struct plan_facts *facts,
	const char *const *parts, size_t n)
{
	char *text = unit_plan_of(words, facts);

	for (size_t i = 0; i < n; i++)
		if (strstr(text, parts[i]) == NULL)
			fail_msg("no '%s' in %s", parts[i], text);
	free(text);
}

static void test_disks(void **state)
{
	(void)state;
	unit_plan_check(
		(const char *const[]){"--disk=/a,,b.img", "--disk=file=/b.qcow2,if=ide,snapshot",
			"--disk=/c,format=raw,readonly", "--lan=none", "--wan=none", NULL},
		&unit_plan_facts,
		MACHINE
		"\t-drive if=none,id=disk0,format=raw,file=/a,,b.img \\\n"
		"\t-device virtio-blk-pci,drive=disk0 \\\n"
		"\t-drive if=none,id=disk1,format=qcow2,file=/b.qcow2,snapshot=on \\\n"
		"\t-device ide-hd,drive=disk1 \\\n"
		"\t-drive if=none,id=disk2,format=raw,file=/c,readonly=on \\\n"
		"\t-device virtio-blk-pci,drive=disk2 \\\n" SOCKETS);
}

static void test_cdroms(void **state)
{
	static const char *const on_arm[] = {
		"-drive if=none,id=disk0,media=cdrom,format=raw,file=/c.iso,readonly=on",
		"-device virtio-scsi-pci,id=scsi0", "-device scsi-cd,bus=scsi0.0,drive=disk0"};

	(void)state;
	unit_plan_check((const char *const[]){"--cdrom=/a,,b.iso", "--disk=/c,media=cdrom,if=ide",
				"--lan=none", "--wan=none", NULL},
		&unit_plan_facts,
		MACHINE
		"\t-drive if=none,id=disk0,media=cdrom,format=raw,file=/a,,b.iso,readonly=on \\\n"
		"\t-device ide-cd,drive=disk0 \\\n"
		"\t-drive if=none,id=disk1,media=cdrom,format=raw,file=/c,readonly=on \\\n"
		"\t-device ide-cd,drive=disk1 \\\n" SOCKETS);
	assert_parts((const char *const[]){"--arch=aarch64", "--cdrom=/c.iso", NULL},
		&unit_plan_facts, on_arm, UNIT_COUNT(on_arm));
	assert_parts((const char *const[]){"--kernel=/k", "--cdrom=/c.iso", "--disk=/d.img", NULL},
		&unit_plan_facts, (const char *const[]){"root=/dev/vda"}, 1);
}

/* Firmware that is told whether there is a screen needs no word of ours. */
static void test_firmware_speaks(void **state)
{
	(void)state;
	assert_parts((const char *const[]){"--disk=/a.img", "--machine=pc,usb=off", NULL},
		&unit_plan_facts, (const char *const[]){"-machine pc,usb=off,graphics=off \\\n"},
		1);
	assert_parts((const char *const[]){"--disk=/a.img", "--machine=q35,graphics=on", NULL},
		&unit_plan_facts, (const char *const[]){"-machine q35,graphics=on \\\n"}, 1);
}

static void test_shares(void **state)
{
	(void)state;
	unit_plan_check((const char *const[]){"--disk=/a.img", "--lan=none", "--wan=none",
				"--share=/a,,b", "--share=/c:data", NULL},
		&unit_plan_facts,
		MACHINE DISK
		"\t-fsdev local,id=share0,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/a,,b \\\n"
		"\t-device virtio-9p-pci,fsdev=share0,mount_tag=hostshare \\\n"
		"\t-fsdev local,id=share1,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/c \\\n"
		"\t-device virtio-9p-pci,fsdev=share1,mount_tag=data \\\n" SOCKETS);
}

static void test_serials(void **state)
{
	static const char *const parts[] = {"-chardev file,id=serial0,path=/x,,y",
		"-serial chardev:serial0 ", "-serial chardev:console ", "-serial none ",
		"id=monitor1,host=127.0.0.1,port=4444,server=on,wait=off",
		"-mon chardev=monitor1,mode=readline"};

	(void)state;
	assert_parts((const char *const[]){"--disk=/a.img", "--serial=file:/x,,y",
			     "--serial=console", "--serial=none", "--monitor=tcp:4444", NULL},
		&unit_plan_facts, parts, UNIT_COUNT(parts));
}

/* Each has a socket and a log of its own, and owrun makes the socket. */
static void test_several_consoles(void **state)
{
	static const char *const parts[] = {
		"-chardev socket,id=console,server=on,wait=off,fd=9,",
		"logfile=/run/user/1000/owvm/r/console.log,logappend=on ",
		"-serial chardev:console ",
		"-serial chardev:serial1 ",
		("-chardev socket,id=serial2,server=on,wait=off,fd=10,"
		 "logfile=/run/user/1000/owvm/r/console3.log,logappend=on "),
		"-serial chardev:serial2 ",
	};
	struct plan_facts facts = unit_plan_facts;

	(void)state;
	facts.socket_fd = 9;
	assert_parts((const char *const[]){"--disk=/a.img", "--serial=console", "--serial=null",
			     "--serial=console", NULL},
		&facts, parts, UNIT_COUNT(parts));
}

static const char *const sockets[] = {"--disk=/a.img", "--serial=unix:/x,,y", "--serial=console",
	"--monitor=unix:/m,,n,client", NULL};

static void test_sockets_by_path(void **state)
{
	static const char *const parts[] = {
		"-chardev socket,id=serial0,server=on,wait=off,path=/x,,y ",
		"-serial chardev:serial0 ", "-chardev socket,id=monitor1,path=/m,,n ",
		"-mon chardev=monitor1,mode=readline"};

	(void)state;
	assert_parts(sockets, &unit_plan_facts, parts, UNIT_COUNT(parts));
}

static void test_sockets_by_fd(void **state)
{
	static const char *const parts[] = {"-chardev socket,id=serial0,server=on,wait=off,fd=9 ",
		("-chardev socket,id=console,server=on,wait=off,fd=10,"
		 "logfile=/run/user/1000/owvm/r/console.log,logappend=on "),
		"-chardev socket,id=monitor,server=on,wait=off,fd=11 ",
		"-chardev socket,id=monitor1,fd=12 ",
		"-chardev socket,id=qmp,server=on,wait=off,fd=13 "};
	struct plan_facts facts = unit_plan_facts;

	(void)state;
	facts.socket_fd = 9;
	assert_parts(sockets, &facts, parts, UNIT_COUNT(parts));
}

static void test_arch(void **state)
{
	char *text = NULL;

	(void)state;
	text = unit_plan_of(
		(const char *const[]){"--kernel=/k", "--arch=arm64", NULL}, &unit_plan_facts);
	assert_non_null(strstr(text, "-machine virt "));
	assert_non_null(strstr(text, "-cpu max,pauth-impdef=on "));
	assert_non_null(strstr(text, "-append console=ttyAMA0 "));
	free(text);
	text = unit_plan_of(
		(const char *const[]){"--disk=/a.img", "--ephemeral", NULL}, &unit_plan_facts);
	assert_non_null(strstr(text, "file=/a.img,snapshot=on"));
	free(text);
}

/* A runtime directory with a comma: doubled inside options, single where the value is whole. */
static void test_directory_comma(void **state)
{
	static const char *const parts[] = {
		"path=/x,,y/console.sock,logfile=/x,,y/console.log,logappend=on",
		"path=/x,,y/monitor.sock", "path=/x,,y/qmp.sock", "-pidfile /x,y/pid"};
	struct plan_facts odd = unit_plan_facts;

	(void)state;
	odd.directory = "/x,y";
	assert_parts((const char *const[]){"--disk=/a.img", NULL}, &odd, parts, UNIT_COUNT(parts));
}

static void test_argv(void **state)
{
	static const char *const expected[] = {"/usr/bin/qemu-system-x86_64", "-name",
		"r,process=owvm-r", "-no-user-config", "-nodefaults", "-machine",
		"q35,graphics=off"};
	struct plan_facts facts = unit_plan_facts;
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
	facts.socket_fd = 9;
	plan_make(&vm, &facts, &plan);
	argv = plan_argv(&plan);
	for (size_t i = 0; i < UNIT_COUNT(expected); i++)
		assert_string_equal(argv[i], expected[i]);
	while (argv[n] != NULL)
		n++;
	/* Two options take no value. */
	assert_int_equal(n, 1 + 2 * plan.n - 2);
	assert_string_equal(argv[n - 2], "-sandbox");
	assert_int_equal(plan.n_sockets, 3);
	assert_string_equal(plan.sockets[0].path, "/run/user/1000/owvm/r/console.sock");
	assert_true(plan.sockets[0].listens);
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
		cmocka_unit_test(test_cdroms),
		cmocka_unit_test(test_firmware_speaks),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_serials),
		cmocka_unit_test(test_several_consoles),
		cmocka_unit_test(test_sockets_by_path),
		cmocka_unit_test(test_sockets_by_fd),
		cmocka_unit_test(test_arch),
		cmocka_unit_test(test_directory_comma),
		cmocka_unit_test(test_argv),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
