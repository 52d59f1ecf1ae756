/* SPDX-License-Identifier: MIT
 * The measurements, each one a mode of netd-bench. They print one line a sample on standard output:
 * the mode, what it is a sample of, numbers in ns. driver.py makes the tables. */
#ifndef OWVM_BENCH_BENCH_H
#define OWVM_BENCH_BENCH_H

struct setup;

/* "make PORTS CANDIDATE READY ENDED". only: a bit for each candidate, 0: all. */
void bench_making(const struct setup *setup, unsigned int rounds, unsigned int only);

#endif
