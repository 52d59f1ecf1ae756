/* SPDX-License-Identifier: MIT
 * VMs that start with the user's first login, or with the host. */
#include "launcher/autostart/autostart.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/autostart/unit.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/bytes.h"
#include "launcher/base/own.h"
#include "launcher/base/process.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/base/xdg.h"

#define UNIT_MAX 65536	   /* bytes */
#define TOOL_TIMEOUT 10000 /* ms */
#define WANTS "default.target.wants"
#define BOOTED "/run/systemd/system"	   /* sd_booted(3) */
#define LINGERS "/var/lib/systemd/linger/" /* a file for each user */

/* Where systemd looks for units of this user; NULL: nothing says. The caller frees it. */
static char *units_of_user(void)
{
	return xdg_path("XDG_CONFIG_HOME", ".config", "systemd/user");
}

/* Open that, or (`make`) make it, and below it the directory of what is wanted. Returns 0, or
 * -errno with a sentence: -ENOENT where there is none. */
static int open_units(bool make, int *ret_units, int *ret_wants, char **reterr_text)
{
	OWNED_MEMORY char *path = units_of_user();
	OWNED_MEMORY char *wants = NULL;
	OWNED_FD units = -1;

	if (path == NULL)
		return text_fail(reterr_text, -ENOENT,
			"neither XDG_CONFIG_HOME nor HOME says where units of systemd are");
	wants = text_format("%s/" WANTS, path);
	units = make ? own_directory_make(path, geteuid(), NULL, reterr_text)
		     : own_directory_open(path, geteuid(), OWN_WRITTEN, reterr_text);
	if (units < 0)
		return units;
	*ret_wants = make ? own_directory_make(wants, geteuid(), NULL, reterr_text)
			  : own_directory_open(wants, geteuid(), OWN_WRITTEN, reterr_text);
	if (*ret_wants < 0)
		return *ret_wants;
	*ret_units = cleanup_steal_fd(&units);
	return 0;
}

/* Is there a unit of that name that owrun made? Returns 1, 0: there is none, -EEXIST: there is one
 * of somebody else's. */
static int look(int units, const char *unit)
{
	OWNED_FD fd = own_file_open(units, unit, geteuid(), UNIT_MAX);
	char text[sizeof(UNIT_MARK)] = "";

	if (fd == -ENOENT)
		return 0;
	if (fd < 0 || bytes_read(fd, text, sizeof(text) - 1) < 0)
		return -EEXIST;
	return strcmp(text, UNIT_MARK) == 0 ? 1 : -EEXIST;
}

static int say_foreign(const char *unit, char **reterr_text)
{
	OWNED_MEMORY char *path = units_of_user();

	return text_fail(reterr_text, -EEXIST, "'%s/%s' was not made by owrun, and stays as it is",
		path, unit);
}

/* The program that runs just now: its path, which the caller frees. */
static char *own_program(void)
{
	char *path = process_own_program();

	return path == NULL ? text_format("/usr/bin/owrun") : path;
}

/* A user manager that runs has read the units before. */
static void reload(void)
{
	char *const argv[] = {"systemctl", "--user", "daemon-reload", NULL};
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	OWNED_MEMORY char *socket =
		text_format("%s/systemd/private", runtime == NULL ? "" : runtime);
	OWNED_MEMORY char *error = NULL;

	if (access(socket, F_OK) == 0 && tool_run(argv, -1, TOOL_TIMEOUT, NULL, &error) < 0)
		text_say("%s; 'systemctl --user daemon-reload' lets systemd look again", error);
}

static int write_unit(int units, int wants, const char *unit, const char *text)
{
	OWNED_MEMORY char *target = text_format("../%s", unit);
	int r = atomic_file_save_bytes(units, unit, 0644, text, strlen(text));

	if (r == 0 && symlinkat(target, wants, unit) < 0 && errno != EEXIST)
		r = -errno;
	return r;
}

int autostart_enable(const char *name, const char *directory, char **reterr_text)
{
	OWNED_MEMORY char *unit = unit_name(name);
	OWNED_MEMORY char *owrun = own_program();
	OWNED_MEMORY char *text = unit_text(owrun, name, directory);
	OWNED_FD units = -1;
	OWNED_FD wants = -1;
	int r = open_units(true, &units, &wants, reterr_text);

	if (r < 0)
		return r;
	if (look(units, unit) < 0)
		return say_foreign(unit, reterr_text);
	r = write_unit(units, wants, unit, text);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot make '%s': %s", unit, strerror(-r));
	reload();
	return 0;
}

int autostart_disable(const char *name, bool *ret_was, char **reterr_text)
{
	OWNED_MEMORY char *unit = unit_name(name);
	OWNED_MEMORY char *error = NULL;
	OWNED_FD units = -1;
	OWNED_FD wants = -1;
	int r = open_units(false, &units, &wants, &error), found = r < 0 ? 0 : look(units, unit);

	*ret_was = found > 0;
	if (r < 0 && r != -ENOENT)
		return text_fail(reterr_text, r, "%s", error);
	if (found < 0)
		return say_foreign(unit, reterr_text);
	if (found == 0)
		return 0;
	if ((unlinkat(wants, unit, 0) < 0 && errno != ENOENT) || unlinkat(units, unit, 0) < 0)
		return text_fail(
			reterr_text, -errno, "cannot remove '%s': %s", unit, strerror(errno));
	reload();
	return 0;
}

bool autostart_is_enabled(const char *name)
{
	OWNED_MEMORY char *unit = unit_name(name);
	OWNED_MEMORY char *ignored = NULL;
	OWNED_FD units = -1;
	OWNED_FD wants = -1;

	return open_units(false, &units, &wants, &ignored) == 0 && look(units, unit) > 0 &&
	       faccessat(wants, unit, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool autostart_is_served(void)
{
	return access(BOOTED, F_OK) == 0;
}

bool autostart_lingers(void)
{
	const struct passwd *user = getpwuid(geteuid());
	OWNED_MEMORY char *path = text_format(LINGERS "%s", user == NULL ? "" : user->pw_name);

	return access(path, F_OK) == 0;
}
