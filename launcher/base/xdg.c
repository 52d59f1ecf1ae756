/* SPDX-License-Identifier: MIT
 * Where the user's files of one kind are (XDG Base Directory Specification). */
#include "launcher/base/xdg.h"

#include <stdlib.h>

#include "launcher/base/text.h"

char *xdg_path(const char *variable, const char *otherwise, const char *name)
{
	const char *directory = getenv(variable), *home = getenv("HOME");

	if (directory != NULL && directory[0] == '/')
		return text_format("%s/%s", directory, name);
	if (home != NULL && home[0] == '/')
		return text_format("%s/%s/%s", home, otherwise, name);
	return NULL;
}
