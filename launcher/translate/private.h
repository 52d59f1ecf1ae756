/* SPDX-License-Identifier: MIT
 * Parts of the translation that are files of their own. */
#ifndef OWVM_LAUNCHER_TRANSLATE_PRIVATE_H
#define OWVM_LAUNCHER_TRANSLATE_PRIVATE_H

#include "launcher/translate/translate.h"

/* Take the word before the first single comma out of *text, as words_get() finds it: its commas
 * stay doubled. NULL at the end. The caller frees it. */
char *words_take(const char **text);

/* The value of a key in a list, or NULL; the caller frees it. Its commas stay doubled. */
char *words_get(const char *text, const char *key);

/* Is the word "KEY=..." or KEY alone, with one of the keys, which end with NULL? */
bool words_is_one(const char *word, const char *const *keys);

void translation_add(struct translation *translation, const char *option, char *value);

/* "-nic BACKEND" where device is NULL, else "-netdev BACKEND -device DEVICE". */
void translation_nic(struct translation *translation, const char *backend, const char *device);

/* "-drive DRIVE", with `-device DEVICE` where that is not NULL. */
void translation_drive(struct translation *translation, const char *drive, const char *device);

/* "-virtfs VALUE" */
void translation_share(struct translation *translation, const char *value);

#endif
