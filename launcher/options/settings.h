/* SPDX-License-Identifier: MIT
 * What is said of a VM, as text and with its origin: lines of vm.conf, options of a command
 * line. */
#ifndef OWVM_LAUNCHER_OPTIONS_SETTINGS_H
#define OWVM_LAUNCHER_OPTIONS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct option_row;
struct vm;

struct setting {
	const struct option_row *row; /* one with set_vm */
	char *text;		      /* of a flag "yes" or "no" */
	char *origin;		      /* "FILE:LINE"; NULL: the command line */
};

struct settings {
	struct setting *items;
	size_t n;
};

void settings_free(struct settings *settings);

#define OWNED_SETTINGS __attribute__((cleanup(settings_free))) struct settings

/* Add one. Relative paths in it are those of base (an absolute directory; NULL: the current one).
 * origin may be NULL. */
void settings_add(struct settings *settings, const struct option_row *row, const char *text,
	const char *base, const char *origin);

/* The same, as if it had been said before all others. */
void settings_put_first(struct settings *settings, const struct option_row *row, const char *text,
	const char *base);

/* The setting of that row that counts for now, or NULL. */
const struct setting *settings_find(const struct settings *settings, const struct option_row *row);

/* Does the setting of that number count? Of a key that does not repeat only the last does. */
bool settings_counts(const struct settings *settings, size_t number);

/* Put `below` under the settings: those of its keys that the settings do not have themselves. */
void settings_merge(struct settings *settings, const struct settings *below);

/* Make the VM, which vm_init() made, what the settings say. Returns 0, or -EINVAL with a sentence
 * that begins with the setting's origin. */
int settings_apply(const struct settings *settings, struct vm *vm, char **reterr_text);

/* The same for the setting of that number alone, which does nothing where a later one counts. */
int settings_apply_one(
	const struct settings *settings, size_t number, struct vm *vm, char **reterr_text);

#endif
