/* SPDX-License-Identifier: MIT
 * vm.conf: a VM's settings as an INI file. */
#ifndef OWVM_LAUNCHER_OPTIONS_CONF_H
#define OWVM_LAUNCHER_OPTIONS_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/home/vmdir.h"
#include "launcher/options/settings.h"

#define CONF_SIZE_MAX ((size_t)256 * 1024) /* bytes: what is larger is no vm.conf */

enum conf_line { CONF_LINE_COMMENT, CONF_LINE_KEY, CONF_LINE_SECTION, CONF_LINE_NONSENSE };

/* Take a line apart, in place: the key and the value point into it. `first`: of its file. */
enum conf_line conf_split(char *line, bool first, char **ret_key, char **ret_value);

/* Read a directory's vm.conf; relative paths in it are those of the directory. A value's syntax is
 * not looked at. Returns 0, or -errno with a sentence: -EPERM when others could have written it,
 * -EINVAL for what it says, and then the sentence begins with "FILE:LINE: ". */
int conf_read(const struct vmdir *vmdir, struct settings *settings, char **reterr_text);

/* The same of a text that is to be the vm.conf of a directory; `path` is what sentences call it. */
int conf_read_text(const char *text, const char *directory, const char *path,
	struct settings *settings, char **reterr_text);

/* What is written of a setting: a path in the directory is relative to it, unless it would then be
 * read as something else. Points into the setting. */
const char *conf_value(const struct setting *item, const char *directory);

/* Can a vm.conf in that directory hold these values? Returns 0, or -EINVAL with a sentence. */
int conf_check(const char *directory, const struct settings *settings, char **reterr_text);

/* Write its vm.conf, which must not be there yet; paths in the directory become relative.
 * Returns 0, -EEXIST, -EINVAL for a value that such a file cannot hold, or another -errno, with a
 * sentence. */
int conf_write(const struct vmdir *vmdir, const struct settings *settings, char **reterr_text);

#endif
