/* SPDX-License-Identifier: MIT
 * Processes: this one's program, and whether another is still the one that was noted. */
#ifndef OWVM_LAUNCHER_BASE_PROCESS_H
#define OWVM_LAUNCHER_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_START_SIZE 24

/* Where the program of this process is; NULL: nobody knows. The caller frees it. */
char *process_own_program(void);

/* When a process started, as the kernel writes it (proc_pid_stat(5), starttime): together with the
 * pid it is no other's, before or after. False, and an empty text, when there is no such process,
 * or one that has ended and waits to be reaped. */
bool process_start(pid_t pid, char ret_start[PROCESS_START_SIZE]);

/* Its parent; 0 when there is no such process. */
pid_t process_parent(pid_t pid);

/* What a process has taken. */
struct process_usage {
	uint64_t age;	 /* seconds since it started */
	uint64_t cpu;	 /* seconds of processors, of all threads */
	uint64_t memory; /* bytes that it has resident */
};

/* The usage of the process that started then. False: there is no such process (any more). */
bool process_usage(pid_t pid, const char *start, struct process_usage *ret_usage);

/* Is that process there? Not where nothing was noted. */
bool process_is_there(pid_t pid, const char *start);

#endif
