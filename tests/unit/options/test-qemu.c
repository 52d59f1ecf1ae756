/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/qemu.c: a command line as QEMU's users type it. */
#include "launcher/options/qemu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/table.h"
#include "launcher/options/parse.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 12

/* Parse `owrun COMMAND WORDS`; the operand is not to be looked at. */
static int parse(const char *command, const char *const *words, struct options *ret_options,
	char **reterr_text)
{
	char *argv[WORDS_MAX + 1] = {0};
	size_t n = 0;
	int r = 0;

	for (; words[n] != NULL; n++) {
		assert_true(n < WORDS_MAX);
		argv[n] = strdup(words[n]);
	}
	options_init(ret_options);
	r = options_parse(command_find(commands_table, command), argv, n, ret_options, reterr_text);
	for (size_t i = 0; i < n; i++)
		free(argv[i]);
	return r;
}

/* Both command lines make the same settings. */
static void test_aliases(void **state)
{
	static const struct {
		const char *qemu[4], *owrun[4];
	} cases[] = {
		{{"-m", "1G"}, {"--memory", "1G"}},
		{{"-m=1G"}, {"--memory=1G"}},
		{{"-M", "pc,usb=off"}, {"--machine", "pc,usb=off"}},
		{{"-machine", "pc"}, {"--machine", "pc"}},
		{{"-smp", "2"}, {"--cpus=2"}},
		{{"-cpu", "max"}, {"--cpu=max"}},
		{{"-hda", "/a.img"}, {"--disk", "/a.img"}},
		{{"-hdb", "/a.img"}, {"--disk", "/a.img"}},
		{{"-name", "r,process=x"}, {"--name", "r"}},
		{{"-virtfs", "local,path=/d,mount_tag=t,security_model=none"},
			{"--share", "/d:t,shared"}},
		{{"-drive", "file=/a,format=raw,if=virtio"},
			{"--disk", "file=/a,format=raw,if=virtio"}},
		{{"-enable-kvm"}, {"--accel", "kvm"}},
		{{"-accel", "tcg"}, {"--accel", "tcg"}},
		{{"-snapshot"}, {"--ephemeral"}},
		{{"-kernel", "/k"}, {"--kernel=/k"}},
		{{"-append", "a=b c"}, {"--append=a=b c"}},
		{{"-nic", "user,model=e1000"}, {"--nic=user,model=e1000"}},
		{{"-serial", "stdio"}, {"--serial=stdio"}},
		{{"-monitor", "null"}, {"--monitor=null"}},
		{{"-bios", "/b"}, {"--bios=/b"}},
		{{"-name", "r"}, {"--name=r"}},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		static struct options qemu, owrun; /* more than a stack should hold */
		char *error = NULL;

		if (parse("run", cases[i].qemu, &qemu, &error) < 0 ||
			parse("run", cases[i].owrun, &owrun, &error) < 0)
			fail_msg("%s: %s", cases[i].qemu[0], error);
		assert_int_equal(qemu.settings.n, 1);
		assert_ptr_equal(qemu.settings.items[0].row, owrun.settings.items[0].row);
		assert_string_equal(qemu.settings.items[0].text, owrun.settings.items[0].text);
		options_free(&qemu);
		options_free(&owrun);
	}
}

/* QEMU's user writes no '=' before a value, and a drive's path is made absolute like any other. */
static void test_drive(void **state)
{
	static const char *const words[] = {"-drive", "file=a,,b.qcow2,snapshot", NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse("run", words, &options, &error), 0);
	assert_int_equal(options.vm.disks[0].path[0], '/');
	assert_string_equal(strrchr(options.vm.disks[0].path, '/'), "/a,b.qcow2");
	assert_int_equal(options.vm.disks[0].format, VM_FORMAT_QCOW2);
	assert_true(options.vm.disks[0].snapshot);
	options_free(&options);
}

/* Two settings are made of a machine's accelerator, or there is one sentence. */
static void test_machine_accel(void **state)
{
	static const struct {
		const char *words[5], *machine;
		enum accel accel;
	} cases[] = {
		{{"-machine", "q35,accel=tcg"}, "q35", ACCEL_TCG},
		{{"-M", "pc,accel=kvm,usb=off"}, "pc,usb=off", ACCEL_KVM},
		{{"--machine=pc,usb=off,accel=kvm:tcg"}, "pc,usb=off", ACCEL_AUTO},
		{{"-M", "pc,accel=tcg:kvm", "--accel", "tcg"}, "pc", ACCEL_TCG},
		{{"-M", "pc,accel=tcg", "-M", "q35"}, "q35", ACCEL_AUTO},
	};
	static const char *const two[] = {"-enable-kvm", "-M", "q35,accel=tcg", NULL};
	static const char *const none[] = {"-M", "q35,accel=hvf", NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		assert_int_equal(parse("run", cases[i].words, &options, &error), 0);
		assert_string_equal(options.vm.machine, cases[i].machine);
		assert_int_equal(options.vm.accel, cases[i].accel);
		/* vm.conf takes each key once. */
		assert_true(options.settings.n <= 2);
		options_free(&options);
	}
	assert_int_equal(parse("run", two, &options, &error), -EINVAL);
	assert_string_equal(error,
		"machine 'q35,accel=tcg' and '--accel kvm' name two accelerators; leave one out");
	options_free(&options);
	assert_int_equal(parse("run", none, &options, &error), -EINVAL);
	assert_string_equal(error, "accelerator 'hvf' is none of auto, kvm and tcg");
	options_free(&options);
	free(error);
}

static void test_daemonize(void **state)
{
	static const char *const words[] = {"-daemonize", "a.img", NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse("run", words, &options, &error), 0);
	assert_true(options.detach);
	assert_int_equal(options.n_operands, 1);
	options_free(&options);
}

static void test_hints(void **state)
{
	static const char *const cases[][2] = {{"-net", "'--nic user'"},
		{"-fsdev", "'--share PATH[:TAG]'"}, {"-pidfile", "'owrun status NAME' tells where"},
		{"-qmp", "'owrun status NAME' tells where"},
		{"-chardev", "'owrun run ... -- -chardev x'"}, {"-runas", "as you, always"},
		{"-vnc", "-- -vnc x'"}, {"-S", "-- -S'"}, {"-p", "'--forward [ADDR:]HOST:GUEST'"},
		{"-v", "'--share PATH[:TAG]'"}, {"-it", "in this terminal anyway"},
		{"--rm", "'--ephemeral'"}, {"--network=x", "'--nic user'"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const char *const words[] = {cases[i][0], "x", NULL};
		int length = (int)strcspn(cases[i][0], "=");
		char *begin = text_format("'%.*s': ", length, cases[i][0]), *error = NULL;
		struct options options;

		assert_int_equal(parse("run", words, &options, &error), -EINVAL);
		if (strncmp(error, begin, strlen(begin)) != 0 || strstr(error, cases[i][1]) == NULL)
			fail_msg("%s: %s", cases[i][0], error);
		assert_int_equal(options.translation.n_wrong, 0);
		free(begin);
		free(error);
		options_free(&options);
	}
}

/* Whatever is wrong in a line is told at once, and each of it once. */
static void test_all_that_is_wrong(void **state)
{
	static const char *const words[] = {"-m", "lots", "a.img", "-vnc", ":1", "-fly", "1",
		"-netdev", "tap,id=n,ifname=tap0", "-device", "e1000,netdev=n", NULL};
	static const char *const sentences[] = {"'-vnc': ", "has no option '-fly'",
		"'--nic bridge=NAME,model=e1000'", "memory 'lots' is not a size"};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse("run", words, &options, &error), -EINVAL);
	assert_int_equal(options.translation.n_wrong, UNIT_COUNT(sentences) - 1);
	for (size_t i = 0; i < UNIT_COUNT(sentences); i++) {
		const char *said =
			i < options.translation.n_wrong ? options.translation.wrong[i] : error;

		if (strstr(said, sentences[i]) == NULL)
			fail_msg("'%s' instead of '%s'", said, sentences[i]);
	}
	free(error);
	options_free(&options);
}

/* A line that was pasted whole, with the program that it starts. */
static void test_program(void **state)
{
	static const char *const words[] = {
		"sudo", "/usr/bin/qemu-system-aarch64", "-m", "1G", "a.img", NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse("run", words, &options, &error), 0);
	assert_string_equal(options.vm.arch->name, "aarch64");
	assert_int_equal(options.n_operands, 1);
	options_free(&options);
	/* Where no VM is described it is a word like any other. */
	assert_int_equal(parse("status", words, &options, &error), -EINVAL);
	free(error);
	options_free(&options);
}

/* With two dashes, or where no VM is described, they mean nothing. */
static void test_elsewhere(void **state)
{
	static const struct {
		const char *command, *words[4], *sentence;
	} cases[] = {
		{"run", {"--smp", "2"}, "'owrun run' has no option '--smp'"},
		{"run", {"--nographic"}, "'owrun run' has no option '--nographic'"},
		{"run", {"--drive", "x"}, "'owrun run' has no option '--drive'"},
		{"create", {"a", "-name", "b"}, "'owrun create' has no option '-name'"},
		{"stop", {"-m", "1G"}, "'owrun stop' has no option '-m'"},
		{"stop", {"-smp", "1"}, "'owrun stop' has no option '-smp'"},
		{"ls", {"-nographic"}, "'owrun ls' has no option '-nographic'"},
		{"create", {"a", "-daemonize"}, "'owrun create' has no option '-daemonize'"},
		{"run", {"-enable-kvm=1"}, "option '-enable-kvm' takes no value"},
		{"run", {"-snapshot=no"}, "option '-snapshot' takes no value"},
		{"run", {"--vga", "std"}, "'owrun run' has no option '--vga'"},
		{"stop", {"-vga", "std"}, "'owrun stop' has no option '-vga'"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct options options;
		char *error = NULL;

		assert_int_equal(
			parse(cases[i].command, cases[i].words, &options, &error), -EINVAL);
		if (strstr(error, cases[i].sentence) == NULL)
			fail_msg("case %zu: %s", i, error);
		free(error);
		options_free(&options);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_drive),
		cmocka_unit_test(test_machine_accel),
		cmocka_unit_test(test_daemonize),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_all_that_is_wrong),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_elsewhere),
	};

	return cmocka_run_group_tests_name("options-qemu", tests, NULL, NULL);
}
