/* SPDX-License-Identifier: MIT
 * The architectures of guests, and what goes by them. */
#include "launcher/vm/arch.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "launcher/base/text.h"

/* max,pauth-impdef=on: signing pointers by the architecture's own cipher costs TCG most of a boot's
 * time, so that it is told to use another. */
static const struct arch archs[] = {
	{"x86_64", "qemu-system-x86_64", "qemu-system-x86", "q35", "max", "ttyS0"},
	{"i386", "qemu-system-i386", "qemu-system-x86", "q35", "max", "ttyS0"},
	{"aarch64", "qemu-system-aarch64", "qemu-system-arm", "virt", "max,pauth-impdef=on",
		"ttyAMA0"},
	{"arm", "qemu-system-arm", "qemu-system-arm", "virt", "max", "ttyAMA0"},
};

#define N_ARCHS (sizeof(archs) / sizeof(archs[0]))

/* Other names that people and kernels use. */
static const struct {
	const char *name;
	const char *meant;
} aliases[] = {
	{"amd64", "x86_64"},
	{"x86-64", "x86_64"},
	{"i686", "i386"},
	{"arm64", "aarch64"},
	{"armv7l", "arm"},
	{"armhf", "arm"},
};

static const struct arch *find(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i].name) == 0)
			name = aliases[i].meant;
	for (size_t i = 0; i < N_ARCHS; i++)
		if (strcmp(name, archs[i].name) == 0)
			return &archs[i];
	return NULL;
}

const struct arch *arch_host(void)
{
	struct utsname host = {0};
	const struct arch *arch = NULL;

	if (uname(&host) == 0)
		arch = find(host.machine);
	return arch == NULL ? &archs[0] : arch;
}

int arch_parse(const char *text, const struct arch **ret_arch, char **reterr_text)
{
	const char *names[N_ARCHS] = {0}, *nearest = NULL;
	const struct arch *arch = find(text);

	if (arch != NULL) {
		*ret_arch = arch;
		return 0;
	}
	for (size_t i = 0; i < N_ARCHS; i++)
		names[i] = archs[i].name;
	nearest = text_nearest(text, names, N_ARCHS);
	return text_fail(reterr_text, -EINVAL,
		"architecture '%s' is none of x86_64, i386, aarch64 and arm%s%s%s", text,
		nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
		nearest == NULL ? "" : "'?");
}

bool arch_is_native(const struct arch *arch)
{
	const char *host = arch_host()->name;

	return strcmp(arch->name, host) == 0 ||
	       (strcmp(arch->name, "i386") == 0 && strcmp(host, "x86_64") == 0);
}
