/* SPDX-License-Identifier: MIT
 * What QEMU can reach of the file system, and what beside it: the parts that are files of their
 * own. */
#ifndef OWVM_LAUNCHER_SANDBOX_PRIVATE_H
#define OWVM_LAUNCHER_SANDBOX_PRIVATE_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* Of which filters of system calls know the numbers; undefined on others. */
#if defined(__x86_64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

/* Steps of a filter: load a part of struct seccomp_data; skip some unless what is loaded is the
 * value. */
#define SANDBOX_LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, member))
#define SANDBOX_UNLESS(value, steps) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (steps))

/* Refuse, from here on, system calls that lead around Landlock. After no_new_privs only. Returns 0;
 * -EOPNOTSUPP: owrun does not know this architecture; another -errno. */
int sandbox_refuse_calls(void);

/* The same of calls that change modes, owners, times and extended attributes of files by their
 * paths, which Landlock lets everybody do: for a QEMU that has no share to write to, as only 9p
 * needs them. */
int sandbox_refuse_attributes(void);

#endif
