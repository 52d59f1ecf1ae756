/* SPDX-License-Identifier: MIT
 * Tests of launcher/import/: what is taken over of a description, and what is told. */
#include "launcher/import/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/options/row.h"
#include "tests/unit/unit.h"

/* The settings as lines of a vm.conf, and what is left as "LINE: TEXT". */
static char *told(const char *text)
{
	struct import import = {0};
	char *error = NULL, *lines = text_format("%s", "");
	int r = read_text(text, strlen(text), "/vms", &import, &error);

	if (r < 0)
		text_append(&lines, "!%s", error);
	if (r == 0 && import.name[0] != '\0')
		text_append(&lines, "[%s]\n", import.name);
	for (size_t i = 0; i < import.settings.n; i++)
		text_append(&lines, "%s = %s\n", import.settings.items[i].row->name,
			import.settings.items[i].text);
	for (size_t i = 0; i < import.n_left; i++)
		text_append(&lines, "%u: %s\n", import.left[i].line, import.left[i].text);
	import_free(&import);
	free(error);
	return lines;
}

struct example {
	const char *text;
	const char *expected; /* where it ends with "...", the beginning of it */
};

static void check(const struct example *example)
{
	char *found = told(example->text);
	size_t length = strlen(example->expected);
	bool begins = length > 3 && strcmp(example->expected + length - 3, "...") == 0;

	if (begins ? strncmp(found, example->expected, length - 3) != 0
		   : strcmp(found, example->expected) != 0)
		fail_msg("%s\ngives:\n%s", example->text, found);
	free(found);
}

static void test_quickemu(void **state)
{
	static const struct example examples[] = {
		{"#!/usr/bin/quickemu --vm\nguest_os=\"linux\"\ndisk_img=\"ubuntu/disk.qcow2\"\n"
		 "iso='ubuntu/u.iso'  # a CD\nram=\"8G\"\ncpu_cores=4\n"
		 "port_forwards=(\"8022:22\" '8080:80')\nssh_port=2222\nboot=\"legacy\"\n",
			"disk = /vms/ubuntu/disk.qcow2\ncdrom = /vms/ubuntu/u.iso\nmemory = 8G\n"
			"cpus = 4\nforward = 8022:22\nforward = 8080:80\nforward = 2222:22\n"
			"nic = user\n"},
		{"disk_img=/a,b.qcow2\nnetwork=br0\nmacaddr=52:54:00:00:00:01\r\n",
			"disk = /a,,b.qcow2\nnic = bridge=br0,mac=52:54:00:00:00:01\n"},
		{"ram=1G\nport_forwards=(\n  \"1:2\"\n  \"3:4\" )\nnetwork=none\nfoo=1",
			"memory = 1G\nforward = 1:2\nforward = 3:4\nnic = none\n"
			"6: foo=1: this is no variable of quickemu's\n"},
		{"ram=1G\ntpm=\"on\"\nsecureboot=off\ndisk_img=\"$HOME/x.qcow2\"\niso=`id`\n"
		 "rm -rf /\nextra_args=\"-device x\"\n. other\n",
			"memory = 1G\nnic = user\n2: tpm=on: owrun has nothing for it\n"
			"4: disk_img=\"$HOME/x.qcow2\": only a shell could tell what that is, and no shell reads it\n"
			"5: iso=`id`: only a shell could tell what that is, and no shell reads it\n"
			"6: rm -rf /: this is no assignment\n"
			"7: extra_args=-device x: owrun has nothing for it\n"
			"8: . other: this is no assignment\n"},
		{"ram=much\ncpu_cores=\nboot=efi\n",
			"nic = user\n1: memory = much: memory 'much'..."},
		{"ram='1G\n", "!it is neither..."},
		{"ram=1G x\ncpu_cores=2\n",
			"cpus = 2\nnic = user\n1: ram=1G x: this is not one value\n"},
		{"ram=1G\nport_forwards=(1:2\n",
			"memory = 1G\nnic = user\n2: port_forwards=(1:2: the list does not end\n"},
		{"export ram=1G\npublic_dir=/srv/x\n",
			"memory = 1G\nshare = /srv/x:Public-quickemu\nnic = user\n"},
		{"hello\n", "!it is neither..."},
		{"", "!it is neither..."},
		{"foo=1\n", "!it is neither..."},
		{"ram=1G\nnetwork=\"a b\"\n", "memory = 1G\n2: nic = bridge=a b: ..."},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(examples); i++)
		check(&examples[i]);
}

#define DOMAIN(content) "<domain type='kvm'>\n" content "</domain>\n"
#define NO_NIC "nic = none\n"

static void test_libvirt(void **state)
{
	static const struct example examples[] = {
		{DOMAIN("<name>a b</name><uuid>x</uuid>\n<memory unit='GiB'>2</memory>\n"
			"<vcpu placement='static'> 3 </vcpu>\n"
			"<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os>\n"),
			"[a-b]\nmemory = 2048M\ncpus = 3\narch = x86_64\nmachine = q35\n" NO_NIC},
		{DOMAIN("<memory>524288</memory><devices>"
			"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
			"<source file='/a,b.img'/><target dev='sda' bus='sata'/><readonly/>"
			"<backingStore type='file'><source file='/below'/></backingStore></disk>"
			"<disk type='file' device='cdrom'><source file='/c.iso'/></disk>"
			"<disk type='file' device='cdrom'/></devices>"),
			"memory = 512M\ndisk = /a,,b.img,format=qcow2,if=ide,readonly\ncdrom = /c.iso\n" NO_NIC},
		{DOMAIN("<devices>\n<interface type='bridge'><mac address='52:54:00:00:00:01'/>"
			"<source bridge='br0'/><model type='e1000'/></interface>\n"
			"<interface type='network'><source network='default'/></interface></devices>"),
			"nic = bridge=br0,mac=52:54:00:00:00:01,model=e1000\nnic = user\n"
			"4: <interface type='network'>: a user network takes the place of 'default'\n"},
		{DOMAIN("<devices><serial type='pty'/><serial type='unix'><source path='/s'/></serial>"
			"<filesystem type='mount' accessmode='mapped'><source dir='/d'/>"
			"<target dir='t'/></filesystem></devices>"),
			"serial = console\nserial = unix:/s\nshare = /d:t\n" NO_NIC},
		{DOMAIN("<devices>\n<graphics type='vnc'/>\n<hostdev><driver/></hostdev>\n</devices>\n"
			"<cputune/>\n"),
			NO_NIC "3: <graphics>: owrun has nothing for it\n"
			       "4: <hostdev>: owrun has nothing for it\n"
			       "6: <cputune>: owrun has nothing for it\n"},
		{DOMAIN("<memory unit='x'>1</memory><vcpu>&lt;x&gt;</vcpu>"),
			NO_NIC "2: <memory>1: this is no size, or too large a one\n"
			       "2: cpus = <x>: ..."},
		/* 1 TiB more than 2^64 bytes; more than a VM can have; the case does not count. */
		{DOMAIN("<memory unit='TiB'>16777217</memory>"),
			NO_NIC "2: <memory>16777217: this is no size, or too large a one\n"},
		{DOMAIN("<memory unit='T'>4194304</memory>"), NO_NIC
			"2: memory = 4398046511104M: memory '4398046511104M' is not a size..."},
		{DOMAIN("<memory unit='gib'>1</memory>"), "memory = 1024M\n" NO_NIC},
		{DOMAIN("<devices><disk type='network' device='disk'><source protocol='rbd'/></disk>"
			"</devices>"),
			NO_NIC "2: <disk type='network' device='disk'>: owrun has files alone\n"},
		{"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
		 "<domain><name>&a;</name></domain>",
			"!line 1: it has a document type..."},
		{"<network/>", "!it is no domain of libvirt's"},
		{"<domain>", "!line 1: no element found"},
		{"<domain><name>&a;</name></domain>", "!line 1: undefined entity"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(examples); i++)
		check(&examples[i]);
}

/* Depth and length have limits, and nothing of it is lost that comes behind. */
static void test_limits(void **state)
{
	char *deep = text_format("%s", ""), *text = NULL, *found = NULL;

	(void)state;
	for (int i = 0; i < 500; i++)
		text_append(&deep, "<x>");
	for (int i = 0; i < 500; i++)
		text_append(&deep, "</x>");
	text = text_format(
		"<domain><metadata>%s</metadata><name>%05000d</name><vcpu>2</vcpu></domain>", deep,
		1);
	found = told(text);
	assert_string_equal(found, "cpus = 2\n" NO_NIC);
	free(deep);
	free(text);
	free(found);
}

/* Or else one file would keep owrun busy for minutes, deaf to Ctrl-C. */
static void test_values(void **state)
{
	char *text = text_format("%s", ""), *found = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_append(&text, "ram=%dM\n", 64 + i);
	found = told(text);
	assert_string_equal(found, "!it has more than 500 values, and describes no VM");
	free(text);
	free(found);
}

static void test_no_text(void **state)
{
	struct import import = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(read_text("ram=1G\0\n", 8, "/", &import, &error), -EINVAL);
	assert_int_equal(read_text("ram=\xff\n", 6, "/", &import, &error), -EINVAL);
	assert_non_null(strstr(error, "no text"));
	assert_int_equal(read_file("/nowhere/x.conf", &import, &error), -ENOENT);
	assert_int_equal(read_file("/", &import, &error), -EISDIR);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quickemu),
		cmocka_unit_test(test_libvirt),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_text),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
