/* SPDX-License-Identifier: MIT
 * Names in a tar, as paths in an image. */
#include "launcher/mkimage/path.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

int path_normalize(const char *name, char **ret_path, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s", "");
	OWNED_MEMORY char *copy = text_format("%s", name);
	char *rest = copy, *part = NULL;

	if (name[0] == '\0')
		return text_fail(reterr_text, -EINVAL, "it has a file without a name");
	if (name[0] == '/')
		return text_fail(reterr_text, -EINVAL, "'%s' is an absolute name", name);
	while ((part = strsep(&rest, "/")) != NULL) {
		if (strcmp(part, "..") == 0)
			return text_fail(reterr_text, -EINVAL, "'%s' leads upwards by '..'", name);
		if (part[0] != '\0' && strcmp(part, ".") != 0)
			text_append(&path, "/%s", part);
	}
	if (strlen(path) >= PATH_MAX)
		return text_fail(reterr_text, -ENAMETOOLONG,
			"it has a file whose name is longer than %d bytes", PATH_MAX - 1);
	*ret_path = path[0] == '\0' ? text_format("/") : path;
	if (path[0] != '\0')
		path = NULL;
	return 0;
}
