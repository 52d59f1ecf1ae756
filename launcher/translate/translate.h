/* SPDX-License-Identifier: MIT
 * A command line of QEMU's, made into options of owrun's, as far as they mean the same: pure text.
 *
 * QEMU's line is read word by word. What is complete at once becomes an item; `-netdev` and
 * `-device`, and a `-drive` with `if=none` and its `-device`, are held until the line has ended.
 * Whatever cannot be translated is a sentence of what to say instead, so that all of a line is told
 * at once. Reading order: words (lists of KEY=VALUE), hint, nic, drive, translate.
 *
 * Source: qemu-options.hx of QEMU 7.2. */
#ifndef OWVM_LAUNCHER_TRANSLATE_TRANSLATE_H
#define OWVM_LAUNCHER_TRANSLATE_TRANSLATE_H

#include <stdbool.h>
#include <stddef.h>

#define TRANSLATION_MAX 64

struct translation {
	/* What owrun calls it: an option without its dashes, and a value. */
	struct {
		const char *option;
		char *value;
	} items[TRANSLATION_MAX];
	size_t n_items;
	char *wrong[TRANSLATION_MAX]; /* sentences */
	size_t n_wrong;
	/* Values that wait for each other, borrowed. */
	const char *backends[TRANSLATION_MAX]; /* of -netdev */
	size_t n_backends;
	const char *drives[TRANSLATION_MAX]; /* of -drive with if=none */
	size_t n_drives;
	const char *devices[TRANSLATION_MAX]; /* of -device, with a netdev or drive */
	size_t n_devices;
};

void translation_free(struct translation *translation);

/* One more sentence, which is taken over. */
void translation_complain(struct translation *translation, char *sentence);

/* Read the option argv[0] of QEMU's or docker's, whose value may be argv[1] where n allows.
 * Values are borrowed until translation_end(). Returns how many of them it took; 0 where it is none
 * that is read here: it may be an option of owrun's. */
size_t translation_take(struct translation *translation, char *const *argv, size_t n);

/* The line has ended: bring together what belongs together. */
void translation_end(struct translation *translation);

/* The architecture of QEMU's program, as in "/usr/bin/qemu-system-ARCH", or NULL where the word is
 * no such program. It points into the word. */
const char *translation_program(const char *word);

/* What to say of an option of QEMU's or docker's (without its first dash) that means something else
 * here, or NULL; static. *ret_value: it is followed by a value. */
const char *translation_hint(const char *name, bool *ret_value);

/* Is it an option of QEMU's that owrun has nothing of its own for? *ret_value as above. */
bool translation_only_qemu(const char *name, bool *ret_value);

#endif
