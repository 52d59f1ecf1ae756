/* SPDX-License-Identifier: MIT
 * The accelerator: is KVM there, and does it work? */
#ifndef OWVM_LAUNCHER_HOST_ACCEL_H
#define OWVM_LAUNCHER_HOST_ACCEL_H

#include <stdbool.h>

#include "launcher/vm/vm.h"

/* What this host shows of KVM. */
struct accel_facts {
	int open_error; /* errno of opening /dev/kvm for reading and writing; 0: it opens */
	int api;	/* KVM_GET_API_VERSION, or negative */
	bool module;	/* kvm_intel or kvm_amd is loaded, or this is no x86 */
	bool cpu_flag;	/* vmx or svm in /proc/cpuinfo */
	bool foreign;	/* the guest's architecture is not this host's */
	const char
		*remembered; /* borrowed: why `auto` leaves it alone (home/remember.h), or NULL */
};

/* `remembered` is left NULL. */
void accel_probe(struct accel_facts *ret_facts);

/* Choose ACCEL_KVM or ACCEL_TCG. *ret_reason is one phrase that says why (the caller frees it).
 * Returns 0, or -ENODEV with a sentence when KVM is wanted by name and cannot work. */
int accel_choose(enum accel wanted, const struct accel_facts *facts, enum accel *ret_accel,
	char **ret_reason, char **reterr_text);

#endif
