/* SPDX-License-Identifier: MIT
 * Command lines of QEMU that tests of plans expect. */
#include "tests/unit/plan/unit-plan.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/options/options.h"
#include "launcher/options/parse.h"
#include "tests/unit/unit.h"

static const struct command run = {
	.name = "run", .bit = COMMAND_RUN, .operand = "IMAGE", .operand_optional = true};

const struct plan_facts unit_plan_facts = {
	.qemu = "/usr/bin/qemu-system-x86_64",
	.directory = "/run/user/1000/owvm/r",
	.accel = ACCEL_TCG,
	.nics = {{.fd = 4, .taps = 1, .mtu = 1500, .mac = {2, 0, 0, 3, 0xe8, 1}},
		{.fd = 5, .taps = 1, .mtu = 1500, .mac = {2, 0, 0, 3, 0xe8, 2}},
		{.fd = 6, .taps = 1, .mtu = 1500, .mac = {2, 0, 0, 3, 0xe8, 3}}},
};

char *unit_plan_of(const char *const *words, const struct plan_facts *known)
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

void unit_plan_check(const char *const *words, const struct plan_facts *known, const char *expected)
{
	char *text = unit_plan_of(words, known);

	assert_string_equal(text, expected);
	free(text);
}
