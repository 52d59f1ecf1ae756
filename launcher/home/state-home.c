/* SPDX-License-Identifier: MIT
 * Where owrun keeps what is no VM's directory and outlives a logout. */
#include "launcher/home/state-home.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/base/xdg.h"

char *state_home(void)
{
	return xdg_path("XDG_STATE_HOME", ".local/state", "owvm");
}

/* The caller frees it; NULL when nothing says. */
static char *path_of(const char *name)
{
	OWNED_MEMORY char *home = state_home();

	return home == NULL ? NULL : text_format("%s/%s", home, name);
}

static int settle(char *path, int fd, struct vmdir *ret_directory)
{
	if (fd < 0) {
		free(path);
		return fd;
	}
	*ret_directory = (struct vmdir){.path = path, .fd = fd, .uid = geteuid()};
	return 0;
}

static int say_nowhere(char **reterr_text)
{
	return text_fail(
		reterr_text, -ENOENT, "neither XDG_STATE_HOME nor HOME says where it is kept");
}

int state_home_open(const char *name, struct vmdir *ret_directory, char **reterr_text)
{
	char *path = path_of(name);

	if (path == NULL)
		return say_nowhere(reterr_text);
	return settle(
		path, own_directory_open(path, geteuid(), OWN_WRITTEN, reterr_text), ret_directory);
}

int state_home_make(const char *name, struct vmdir *ret_directory, char **reterr_text)
{
	char *path = path_of(name);

	if (path == NULL)
		return say_nowhere(reterr_text);
	return settle(path, own_directory_make(path, geteuid(), NULL, reterr_text), ret_directory);
}
