/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/options.c and its table, and of what vm_complete() refuses. */
#include "launcher/options/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/options/parse.h"
#include "launcher/options/table.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 12

static const struct command run = {.name = "run",
	.bit = COMMAND_RUN,
	.operand = "NAME|IMAGE",
	.operand_optional = true,
	.rest = "-- QEMU-ARGUMENT...",
	.rest_raw = true};
static const struct command stop = {.name = "stop", .bit = COMMAND_STOP, .operand = "NAME"};
static const struct command ls = {.name = "ls", .bit = COMMAND_LS};
static const struct command plug = {.name = "plug", .bit = COMMAND_NIC, .operand = "add|rm"};

/* Parse words[...], which end with NULL. */
static int parse(const struct command *command, const char *const *words,
	struct options *ret_options, char **reterr_text)
{
	char *argv[WORDS_MAX + 1] = {0};
	size_t n = 0;
	int r = 0;

	for (; words[n] != NULL; n++) {
		assert_true(n < WORDS_MAX);
		argv[n] = strdup(words[n]);
		assert_non_null(argv[n]);
	}
	options_init(ret_options);
	r = options_parse(command, argv, n, ret_options, reterr_text);
	/* The operand is borrowed: only its presence is looked at later. */
	for (size_t i = 0; i < n; i++)
		free(argv[i]);
	return r;
}

static void test_parse_everything(void **state)
{
	static const char *const first[] = {"--name", "r", "-d", "--memory=1G", "--cpus", "2",
		"--accel", "tcg", "--lan=br-lab", "--wan", "none", NULL};
	static const char *const second[] = {"--kernel", "k", "--initrd=i",
		"--append=", "--machine", "pc", "--cpu=max", "--detach", "--dry-run", "a.img",
		NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&run, first, &options, &error), 0);
	assert_string_equal(options.vm.name, "r");
	assert_true(options.detach && !options.dry_run);
	assert_int_equal(options.vm.memory, 1024);
	assert_int_equal(options.vm.cpus, 2);
	assert_int_equal(options.vm.accel, ACCEL_TCG);
	assert_string_equal(options.vm.bridge, "br-lab");
	assert_int_equal(options.vm.wan, VM_NETWORK_NONE);
	options_free(&options);
	assert_int_equal(parse(&run, second, &options, &error), 0);
	/* Paths are made absolute. */
	assert_non_null(strstr(options.vm.kernel, "/k"));
	assert_int_equal(options.vm.kernel[0], '/');
	assert_non_null(strstr(options.vm.initrd, "/i"));
	assert_string_equal(options.vm.append, "");
	assert_string_equal(options.vm.machine, "pc");
	assert_string_equal(options.vm.cpu, "max");
	assert_true(options.detach && options.dry_run);
	assert_non_null(options.operand);
	options_free(&options);
}

static void test_parse_repeated(void **state)
{
	static const char *const words[] = {"--disk", "a.img", "--forward=0:80", "--share", "/a:x",
		"--forward", "0:22", "--share=/b:y", "--disk=b.img", "--memory=8", "--memory=9",
		NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&run, words, &options, &error), 0);
	assert_int_equal(options.vm.n_disks, 2);
	assert_int_equal(options.vm.n_forwards, 2);
	assert_int_equal(options.vm.n_shares, 2);
	assert_int_equal(options.vm.memory, 9);
	options_free(&options);
}

static void test_parse_refuses(void **state)
{
	static const struct {
		const struct command *command;
		const char *words[4], *sentence;
	} cases[] = {
		{&run, {"--nmae"}, "no option '--nmae'; did you mean '--name'?"},
		{&run, {"--no-sandbx"}, "no option '--no-sandbx'; 'owrun run --help' lists them"},
		{&run, {"--nonsense=1"}, "'--nonsense'; 'owrun run --help' lists them"},
		{&run, {"-x"}, "'owrun run' has no option '-x'"},
		{&run, {"-dx"}, "no option '-dx'"},
		{&run, {"--json"}, "no option '--json'"},
		{&run, {"--name"}, "option '--name' needs a value: NAME"},
		{&run, {"--name="}, "option '--name' needs a value"},
		{&run, {"--kernel", ""}, "option '--kernel' needs a value"},
		{&run, {"--detach=1"}, "option '--detach' takes no value"},
		{&run, {"-d=1"}, "option '-d' takes no value"},
		{&run, {"--memory", "x"}, "memory 'x' is not a size"},
		{&run, {"a.img", "b.img"}, "takes one NAME|IMAGE, and 'a.img' and 'b.img' are two"},
		{&run, {"-smp", "x"}, "cpus 'x' is not a number"},
		{&run, {"-device", "x"}, "goes behind '--'"},
		{&run, {"--console-escape", "x"}, "console escape 'x' is neither"},
		{&run, {"--console-escape", "^\x7f"}, "is neither"},
		{&run, {"--console-escape", "^]]"}, "is neither"},
		{&run, {"--console-escape", "^?"}, "is neither"},
		{&ls, {"x"}, "'owrun ls' takes no 'x'"},
		{&ls, {"-d"}, "no option '-d'"},
		{&stop, {NULL}, "'owrun stop' needs a NAME"},
		{&plug, {NULL}, "'owrun plug' needs an add|rm;"},
		{&stop, {"a", "--timeout", "1s"}, "timeout '1s' is not"},
		{&stop, {"a", "--timeout", "3601"}, "seconds up to 3600"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct options options;
		char *error = NULL;
		int r = parse(cases[i].command, cases[i].words, &options, &error);

		if (r != -EINVAL || strstr(error, cases[i].sentence) == NULL)
			fail_msg("case %zu: %d, %s", i, r, error);
		free(error);
		options_free(&options);
	}
}

static void test_parse_escape(void **state)
{
	static const struct {
		const char *word;
		int escape;
	} cases[] = {{"^]", 0x1d}, {"^X", 0x18}, {"^x", 0x18}, {"^@", 0}, {"^_", 0x1f},
		{"none", OPTIONS_NO_ESCAPE}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const char *const words[] = {"--console-escape", cases[i].word, NULL};
		struct options options;
		char *error = NULL;

		assert_int_equal(parse(&run, words, &options, &error), 0);
		assert_int_equal(options.escape, cases[i].escape);
		options_free(&options);
	}
}

/* Help is asked for even when the rest does not make sense yet. */
static void test_parse_help(void **state)
{
	static const char *const words[] = {"--help", NULL}, *const after[] = {"vm", "--", "-uuid",
								     "--name", NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&stop, words, &options, &error), 0);
	assert_true(options.help);
	options_free(&options);
	assert_int_equal(parse(&run, after, &options, &error), 0);
	assert_int_equal(options.n_rest, 2);
	assert_int_equal(options.n_operands, 1);
	options_free(&options);
}

static void test_parse_as_qemu(void **state)
{
	static const char *const words[] = {"-m", "1G", "-smp", "3", "-drive",
		"file=/a.img,format=raw", "-enable-kvm", "-snapshot", "-kernel", "/k", "-daemonize",
		NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&run, words, &options, &error), 0);
	assert_int_equal(options.vm.memory, 1024);
	assert_int_equal(options.vm.cpus, 3);
	assert_string_equal(options.vm.disks[0].path, "/a.img");
	assert_int_equal(options.vm.accel, ACCEL_KVM);
	assert_true(options.vm.ephemeral && options.detach);
	assert_string_equal(options.vm.kernel, "/k");
	options_free(&options);
}

static void test_complete_refuses(void **state)
{
	static const struct {
		const char *words[6], *sentence;
	} cases[] = {
		{{NULL}, "nothing to boot"},
		{{"--initrd", "i", "--disk=a.img"}, "'--initrd' needs '--kernel'"},
		{{"--append", "x", "--disk=a.img"}, "'--append' needs '--kernel'"},
		{{"--forward=wan:0:80", "--wan=none", "--disk=a.img"},
			"'--forward wan:127.0.0.1:0:80' needs a WAN that is a user network"},
		{{"--forward=wan:0:80", "--lan=user", "--wan=none", "--disk=a.img"},
			"needs a WAN that is a user network"},
		{{"--forward=0:80", "--wan=none", "--lan=none", "--disk=a.img"},
			"needs a LAN, or a user network"},
		{{"--disk=a.img,if=ide,readonly"}, "an ide disk cannot be readonly"},
		{{"--share=/a", "--share=/b", "--disk=a.img"},
			"two shares have the tag 'hostshare'"},
		{{"--nic=user", "--lan=none", "--disk=a.img"}, "has no place beside it"},
		{{"--nic=user", "--nic=none", "--disk=a.img"}, "'--nic none' has no place"},
		{{"--nic=user,addr=3", "--nic=user,addr=0x3", "--disk=a.img"},
			"have the address 0x3.0"},
		{{"--serial=stdio", "--monitor=stdio", "--disk=a.img"}, "Ctrl-A c"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct options options;
		char *error = NULL;

		assert_int_equal(parse(&run, cases[i].words, &options, &error), 0);
		assert_int_equal(vm_complete(&options.vm, 1000, &error), -EINVAL);
		if (strstr(error, cases[i].sentence) == NULL)
			fail_msg("case %zu: %s", i, error);
		free(error);
		options_free(&options);
	}
}

static void test_complete_fills_in(void **state)
{
	static const char *const words[] = {"--kernel", "/boot/vmlinux", NULL};
	struct options options;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&run, words, &options, &error), 0);
	assert_int_equal(vm_complete(&options.vm, UINT32_MAX, &error), 0);
	assert_string_equal(options.vm.nics[0].bridge, "ow-4294967295");
	assert_int_equal(options.vm.n_nics, 2);
	assert_int_equal(options.vm.n_serials, 1);
	assert_false(options.vm.lan_asked);
	assert_string_equal(options.vm.name, "vmlinux");
	assert_string_equal(options.vm.append, "console=ttyS0");
	options_free(&options);
}

/* Every row is sound, and no two options of a command share a name or a letter. */
static void test_table(void **state)
{
	(void)state;
	for (const struct option_row *row = options_table; row->name != NULL; row++) {
		assert_true(
			row->commands != 0 && (row->commands & ~(unsigned int)COMMAND_ALL) == 0);
		assert_true((row->set != NULL) != (row->set_vm != NULL));
		assert_non_null(row->help);
		assert_true(row->value != NULL || !(row->flags & OPTION_EMPTY));
		for (const struct option_row *other = options_table; other != row; other++) {
			if ((row->commands & other->commands) == 0 && row->set_vm == NULL)
				continue;
			assert_string_not_equal(row->name, other->name);
			assert_true(row->letter == '\0' || row->letter != other->letter);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_everything),
		cmocka_unit_test(test_parse_repeated),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_escape),
		cmocka_unit_test(test_parse_help),
		cmocka_unit_test(test_parse_as_qemu),
		cmocka_unit_test(test_complete_refuses),
		cmocka_unit_test(test_complete_fills_in),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
