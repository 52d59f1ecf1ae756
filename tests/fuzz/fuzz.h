/* SPDX-License-Identifier: MIT
 * The entry of a fuzz target: libFuzzer or replay.c calls it. */
#ifndef OWVM_TESTS_FUZZ_FUZZ_H
#define OWVM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Use the bytes; whatever is wrong ends the process. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
