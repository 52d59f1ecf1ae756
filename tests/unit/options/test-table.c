/* SPDX-License-Identifier: MIT
 * Tests of launcher/options/table.c and of operands: what each command's words become. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/command/commands.h"
#include "launcher/command/table.h"
#include "launcher/options/parse.h"
#include "launcher/options/table.h"
#include "tests/unit/unit.h"

#define WORDS_MAX 12

/* Options whose words live as long as they do. */
struct parsed {
	struct options options;
	char *words[WORDS_MAX + 1], *error;
	int result;
};

/* Parse words[0], a command, and what follows it. */
static void parse(struct parsed *ret_parsed, const char *const *words)
{
	size_t n = 0;

	*ret_parsed = (struct parsed){0};
	for (; words[n + 1] != NULL; n++) {
		assert_true(n < WORDS_MAX);
		ret_parsed->words[n] = strdup(words[n + 1]);
	}
	options_init(&ret_parsed->options);
	ret_parsed->result = options_parse(command_find(commands_table, words[0]),
		ret_parsed->words, n, &ret_parsed->options, &ret_parsed->error);
}

static void free_parsed(struct parsed *parsed)
{
	options_free(&parsed->options);
	for (size_t i = 0; i < WORDS_MAX; i++)
		free(parsed->words[i]);
	free(parsed->error);
}

static void test_presets(void **state)
{
	static const char *const words[] = {"run", NULL};
	struct parsed parsed;

	(void)state;
	parse(&parsed, words);
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.options.timeout, 10);
	assert_false(parsed.options.has_timeout || parsed.options.json || parsed.options.force);
	assert_null(parsed.options.user);
	assert_int_equal(parsed.options.escape, 0x1d);
	free_parsed(&parsed);
	/* What the table tells as a preset is what counts. */
	for (const struct option_row *row = options_table; row->name != NULL; row++) {
		struct vm told, untold;
		char *error = NULL;

		if (row->preset == NULL)
			continue;
		vm_init(&told);
		vm_init(&untold);
		assert_int_equal(row->set_vm(&told, row->preset, &error), 0);
		assert_memory_equal(&told, &untold, sizeof(told));
		vm_free(&told);
		vm_free(&untold);
	}
}

static void test_vm_options(void **state)
{
	static const char *const words[] = {"create", "r", "--bios=/b", "--dtb=/d", "--initrd=/i",
		"--kernel=/k", "--machine=pc", "--cpu=max", "--no-sandbox", "--ephemeral",
		"--kvm-timeout=0", NULL};
	const struct vm *vm = NULL;
	struct parsed parsed;

	(void)state;
	parse(&parsed, words);
	assert_int_equal(parsed.result, 0);
	vm = &parsed.options.vm;
	assert_string_equal(vm->bios, "/b");
	assert_string_equal(vm->dtb, "/d");
	assert_string_equal(vm->initrd, "/i");
	assert_string_equal(vm->kernel, "/k");
	assert_string_equal(vm->machine, "pc");
	assert_string_equal(vm->cpu, "max");
	assert_true(vm->no_sandbox && vm->ephemeral);
	assert_int_equal(vm->kvm_timeout, 0);
	free_parsed(&parsed);
}

static void test_own_options(void **state)
{
	static const char *const ssh[] = {"ssh", "--user=alice", "r", NULL};
	static const char *const wait[] = {"wait", "r", "--for", "port:22", "--timeout=0", NULL};
	static const char *const rm[] = {"rm", "-f", "r", NULL};
	static const char *const doctor[] = {"doctor", "--vm", "r", "--json", NULL};
	struct parsed parsed;

	(void)state;
	parse(&parsed, ssh);
	assert_string_equal(parsed.options.user, "alice");
	free_parsed(&parsed);
	parse(&parsed, wait);
	assert_string_equal(parsed.options.event, "port:22");
	assert_true(parsed.options.has_timeout && parsed.options.timeout == 0);
	free_parsed(&parsed);
	parse(&parsed, rm);
	assert_true(parsed.options.force);
	free_parsed(&parsed);
	parse(&parsed, doctor);
	assert_string_equal(parsed.options.doctor_vm, "r");
	assert_true(parsed.options.json);
	free_parsed(&parsed);
}

/* The first operand, and the rest with a '|' between the words. */
static void test_operands(void **state)
{
	static const struct {
		const char *words[8], *operand, *rest;
	} cases[] = {
		{{"run"}, NULL, ""},
		{{"run", "vm"}, "vm", ""},
		{{"run", "vm", "-d", "--", "-uuid", "--name"}, "vm", "-uuid|--name"},
		{{"run", "--", "-uuid", "x"}, NULL, "-uuid|x"},
		{{"run", "vm", "--"}, "vm", ""},
		{{"run", "-"}, "-", ""},
		{{"ssh", "vm"}, "vm", ""},
		{{"ssh", "vm", "ls", "-l", "--help"}, "vm", "ls|-l|--help"},
		{{"ssh", "vm", "--user=a", "ls", "--user=b"}, "vm", "ls|--user=b"},
		{{"ssh", "vm", "--", "--user=b"}, "vm", "--user=b"},
		{{"create", "vm", "a.img"}, "vm", "a.img"},
		{{"create", "vm", "--memory=1G", "a.img"}, "vm", "a.img"},
		{{"create", "vm", "--", "-a.img"}, "vm", "-a.img"},
		{{"stop", "--", "-x"}, "-x", ""},
		{{"nic", "add", "vm", "bridge"}, "add", "vm|bridge"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char rest[100] = "";
		struct parsed parsed;

		parse(&parsed, cases[i].words);
		if (parsed.result < 0)
			fail_msg("case %zu: %s", i, parsed.error);
		for (size_t j = 0, used = 0; j < parsed.options.n_rest; j++)
			used += (size_t)snprintf(rest + used, sizeof(rest) - used, "%s%s",
				j > 0 ? "|" : "", parsed.options.rest[j]);
		if (strcmp(rest, cases[i].rest) != 0)
			fail_msg("case %zu: %s", i, rest);
		if (cases[i].operand == NULL)
			assert_null(parsed.options.operand);
		else
			assert_string_equal(parsed.options.operand, cases[i].operand);
		free_parsed(&parsed);
	}
}

static void test_refuses(void **state)
{
	static const struct {
		const char *words[8], *sentence;
	} cases[] = {
		{{"ssh", "vm", "--user=-oProxyCommand=x"}, "is not the name of a user"},
		{{"console", "a", "b"}, "'owrun console' takes one NAME, and 'a' and 'b' are two"},
		{{"nic", "add", "vm", "bridge", "x"}, "'owrun nic' takes no 'x'"},
		{{"create", "a", "b", "c"}, "'owrun create' takes no 'c'"},
		{{"snapshot", "a", "b", "c", "d"}, "'owrun snapshot' takes no 'd'"},
		{{"help", "a", "b"}, "takes one TOPIC, and 'a' and 'b' are two"},
		{{"create", "--name=x", "a"}, "'owrun create' has no option '--name'"},
		{{"run", "--no-sandbox=yes"}, "option '--no-sandbox' takes no value"},
		{{"wait", "a", "--for="}, "option '--for' needs a value: EVENT"},
		{{"doctor", "x"}, "'owrun doctor' takes no 'x'"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct parsed parsed;

		parse(&parsed, cases[i].words);
		if (parsed.result != -EINVAL || strstr(parsed.error, cases[i].sentence) == NULL)
			fail_msg("case %zu: %d, %s", i, parsed.result, parsed.error);
		free_parsed(&parsed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_vm_options),
		cmocka_unit_test(test_own_options),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests_name("options-table", tests, NULL, NULL);
}
