/* SPDX-License-Identifier: MIT
 * The measurements, each one a mode of netd-bench. They print one line a sample on standard output:
 * the mode, what it is a sample of, numbers in ns. driver.py makes the tables. */
#ifndef OWVM_BENCH_BENCH_H
#define OWVM_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

struct setup;

/* "make PORTS CANDIDATE READY ENDED". only: a bit for each candidate, 0: all. */
void bench_making(const struct setup *setup, unsigned int rounds, unsigned int only,
	const unsigned int *fills, size_t n_fills);

/* "list PORTS OPERATION-SERVICE TIME": of each service in turn, so that two builds can be compared
 * in one run. */
void bench_list(unsigned int rounds, char *const *paths, unsigned int n_paths);

/* "rate OPERATION REQUESTS TIME" */
void bench_rate(const char *path);

/* "revoke MISUSE detached TIME" */
void bench_revoke(const char *path, unsigned int rounds);
void revoke_misuse(int tap);

/* "teardown PHASE OPERATION TIME", "teardown all-PHASE PORTS TIME" */
void bench_teardown(const char *path);

/* "traffic KIND SIZE FRAMES TIME" */
void bench_traffic(const char *path, unsigned int rounds);

#endif
