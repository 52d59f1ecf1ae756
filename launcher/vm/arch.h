/* SPDX-License-Identifier: MIT
 * The architectures of guests, and what goes by them. */
#ifndef OWVM_LAUNCHER_VM_ARCH_H
#define OWVM_LAUNCHER_VM_ARCH_H

#include <stdbool.h>

struct arch {
	const char *name;    /* as uname(1) and users say it */
	const char *qemu;    /* the program */
	const char *package; /* of Debian's that has it */
	const char *machine; /* where none is asked for */
	const char *cpu_tcg; /* likewise; under KVM it is "host" */
	const char *console; /* the guest's first serial port, without "/dev/" */
};

/* This host's; x86_64 where QEMU would have none of its own. */
const struct arch *arch_host(void);

/* Find one by its name. Returns 0, or -EINVAL with a sentence. */
int arch_parse(const char *text, const struct arch **ret_arch, char **reterr_text);

/* Can this host's processor run such a guest by itself? Then KVM is possible. */
bool arch_is_native(const struct arch *arch);

#endif
