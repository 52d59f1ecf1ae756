/* SPDX-License-Identifier: MIT
 * A command line of ssh's: its options, and the command behind them. */
#ifndef OWVM_LAUNCHER_SSH_WORDS_H
#define OWVM_LAUNCHER_SSH_WORDS_H

#include <stddef.h>

/* How many of the words are options of ssh(1), with their values. A "--" that ends them is one. */
size_t words_options(char *const *words, size_t n);

#endif
