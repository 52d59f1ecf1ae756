/* SPDX-License-Identifier: MIT
 * Which system calls are boundaries. */
#ifndef OWVM_TESTS_FAULT_CALLS_H
#define OWVM_TESTS_FAULT_CALLS_H

#include <sys/ptrace.h>
#include <sys/types.h>

/* glibc declares it under this name; <linux/ptrace.h> cannot be included beside it. */
#define CALLS_INFO struct __ptrace_syscall_info

/* The name of the call that a process enters, if it counts, or NULL. */
const char *calls_name(pid_t pid, const CALLS_INFO *info);

#endif
