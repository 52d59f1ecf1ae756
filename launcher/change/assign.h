/* SPDX-License-Identifier: MIT
 * KEY=VALUE, KEY+=VALUE and KEY-=VALUE: what `owrun set` does to the lines of a vm.conf. */
#ifndef OWVM_LAUNCHER_CHANGE_ASSIGN_H
#define OWVM_LAUNCHER_CHANGE_ASSIGN_H

#include "launcher/change/lines.h"
#include "launcher/options/settings.h"

/* Are they KEY=VALUE and the like, of keys that there are, and are `keys` some? Returns 0, or
 * -EINVAL with a sentence. */
int assign_check(
	char *const *words, size_t n, const char *const *keys, size_t n_keys, char **reterr_text);

/* Carry n of them out. Values of a key that repeats and is given with '=' several times replace all
 * that there are. A path in a value is one of the current directory; in the lines it is one of the
 * VM's `directory`. Returns 0, or -EINVAL with a sentence, and then the lines are of no use. */
int assign_all(struct lines *lines, const char *directory, char *const *words, size_t n,
	char **reterr_text);

/* Take out what is said of n keys. Returns as above. */
int assign_unset(struct lines *lines, const char *const *keys, size_t n, char **reterr_text);

/* Let the lines say what the settings say. Returns as above. */
int assign_settings(struct lines *lines, const char *directory, const struct settings *settings,
	char **reterr_text);

#endif
