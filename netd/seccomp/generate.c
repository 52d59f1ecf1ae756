/* SPDX-License-Identifier: MIT
 * Runs during the build: writes the seccomp filters of netd as a C file (netd/start/filter.h).
 *
 * usage: generate CPU strict|sanitized
 * CPU is Meson's cpu_family of the machine that netd will run on. libseccomp is part of the build
 * only; what netd gets is data. */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netd/seccomp/calls.h"

/* The machines whose calls were looked at. */
static const struct machine {
	const char *family;
	uint32_t arch;
} machines[] = {
	{"x86_64", SCMP_ARCH_X86_64},
	{"aarch64", SCMP_ARCH_AARCH64},
};

__attribute__((noreturn)) static void fail(const char *what, const char *operand, int error)
{
	fprintf(stderr, "seccomp filter: %s '%s'%s%s\n", what, operand, error < 0 ? ": " : "",
		error < 0 ? strerror(-error) : "");
	exit(EXIT_FAILURE);
}

static uint32_t find_arch(const char *family)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (strcmp(machines[i].family, family) == 0)
			return machines[i].arch;
	fail("netd/seccomp/calls.c was not written for machines of the family", family, 0);
}

static void set_up(scmp_filter_ctx filter, uint32_t arch)
{
	int error = 0;

	if (arch != seccomp_arch_native()) {
		error = seccomp_arch_add(filter, arch);
		if (error == 0)
			error = seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
	}
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* A tree instead of a list. */
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (error < 0)
		fail("cannot set up", "libseccomp", error);
}

static void add(scmp_filter_ctx filter, const struct call *call)
{
	struct scmp_arg_cmp comparisons[CALLS_CONDITIONS_MAX] = {{0}};
	unsigned int n = 0;
	int number = seccomp_syscall_resolve_name(call->name), error = 0;

	if (number == __NR_SCMP_ERROR)
		fail("libseccomp does not know the system call", call->name, 0);
	for (const struct condition *c = call->conditions; c->mask != 0; c++)
		comparisons[n++] = (struct scmp_arg_cmp){.arg = c->argument,
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = c->mask,
			.datum_b = c->value};
	error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, n, comparisons);
	if (error < 0)
		fail("cannot add the system call", call->name, error);
}

static void print_code(FILE *code, const char *name)
{
	struct sock_filter step = {0};

	printf("\nstatic const struct sock_filter %s[] = {\n", name);
	while (fread(&step, sizeof(step), 1, code) == 1)
		printf("\t{0x%04x, %u, %u, 0x%08x},\n", step.code, step.jt, step.jf, step.k);
	printf("};\n\nconst struct filter filter_%s = {%s, sizeof(%s) / sizeof(*%s)};\n", name,
		name, name, name);
}

static void print_filter(uint32_t arch, unsigned int sides, const char *name)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	FILE *code = tmpfile();
	int error = 0;

	if (filter == NULL || code == NULL)
		fail("cannot begin", name, -ENOMEM);
	set_up(filter, arch);
	for (size_t i = 0; i < calls_n; i++)
		if ((calls[i].sides & sides) != 0)
			add(filter, &calls[i]);
	error = seccomp_export_bpf(filter, fileno(code));
	if (error < 0)
		fail("cannot export", name, error);
	rewind(code);
	print_code(code, name);
	fclose(code);
	seccomp_release(filter);
}

int main(int argc, char **argv)
{
	bool sanitized = argc == 3 && strcmp(argv[2], "sanitized") == 0;
	unsigned int more = sanitized ? SANITIZER : 0;
	uint32_t arch = 0;

	if (argc != 3 || (!sanitized && strcmp(argv[2], "strict") != 0))
		fail("usage: generate CPU strict|sanitized, not", argc > 1 ? argv[1] : "", 0);
	arch = find_arch(argv[1]);
	printf("/* Made by netd/seccomp/generate.c for %s, %s. */\n#include \"netd/start/filter.h\"\n",
		argv[1], argv[2]);
	print_filter(arch, BACK | more, "back");
	print_filter(arch, FRONT | more, "front");
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
