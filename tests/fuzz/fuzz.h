/* SPDX-License-Identifier: MIT
 * What fuzz targets share: their entry, which libFuzzer or replay.c calls, and complaints. */
#ifndef OWVM_TESTS_FUZZ_FUZZ_H
#define OWVM_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Use the bytes; whatever is wrong ends the process. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPECT(condition) fuzz_expect(condition, #condition)

static inline void fuzz_expect(bool condition, const char *text)
{
	if (condition)
		return;
	fprintf(stderr, "not so: %s\n", text);
	abort();
}

#endif
