/* SPDX-License-Identifier: MIT
 * owrun doctor: looks at directories and their space, and at forwards of living VMs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"
#include "launcher/host/small-file.h"
#include "launcher/runtime/file.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"
#include "launcher/vm/serial.h"

#define MIB ((uint64_t)1024 * 1024)
#define GIB (1024 * MIB)

static struct runtime_places places_of(const struct doctor_facts *facts)
{
	return (struct runtime_places){
		.xdg = facts->xdg_runtime,
		.fallback = "/tmp",
		.logins = "/run/user",
		.uid = facts->uid,
	};
}

/* The directory of runtime files, without "/owvm" where it is in $XDG_RUNTIME_DIR. */
static char *runtime_parent(const struct doctor_facts *facts)
{
	struct runtime_places places = places_of(facts);
	OWNED_BASES bases = {0};

	runtime_bases_init(&places, &bases);
	return text_format("%s", bases.paths[0]);
}

static bool is_own_directory(const char *path, uid_t uid)
{
	struct stat st = {0};

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid;
}

void doctor_probe_runtime(struct doctor_facts *facts)
{
	OWNED_MEMORY char *linger = text_format("/var/lib/systemd/linger/%s", facts->user);
	OWNED_MEMORY char *candidate =
		text_format("%s/run/user/%u", facts->root, (unsigned int)facts->uid);
	struct doctor_runtime *runtime = &facts->runtime;
	OWNED_MEMORY char *sentence = NULL;
	int r = 0;

	runtime->systemd = small_file_exists(facts->root, "/run/systemd/system");
	runtime->linger = small_file_exists(facts->root, linger);
	runtime->candidate = is_own_directory(candidate, facts->uid);
	runtime->used = runtime_parent(facts);
	r = runtime_place_check(runtime->used, facts->uid, &sentence);
	if (r < 0 && r != -ENOENT)
		runtime->unfit = text_format("%s", sentence);
	if (facts->xdg_runtime != NULL)
		(void)runtime_place_check(facts->xdg_runtime, facts->uid, &runtime->problem);
}

/* $XDG_..., or below $HOME; NULL when neither is known. */
static char *base_of(const struct doctor_facts *facts, const char *xdg, const char *below_home)
{
	if (xdg != NULL && xdg[0] == '/')
		return text_format("%s/owvm", xdg);
	if (facts->home == NULL || facts->home[0] != '/')
		return NULL;
	return text_format("%s/%s/owvm", facts->home, below_home);
}

/* The nearest directory on the way up from path that exists. */
static char *existing_parent(const char *path)
{
	OWNED_MEMORY char *parent = text_format("%s", path);
	char *found = NULL;

	while (access(parent, F_OK) < 0) {
		char *slash = strrchr(parent, '/');

		if (slash == NULL || slash == parent)
			return text_format("/");
		*slash = '\0';
	}
	found = parent;
	parent = NULL;
	return found;
}

/* As who looks for a VM there would judge it. */
static void probe_trust(const struct doctor_facts *facts, struct doctor_data *data)
{
	OWNED_MEMORY char *reason = NULL;
	OWNED_MEMORY char *sentence = NULL;
	OWNED_FD fd = own_path_open(-1, data->parent, facts->uid, O_PATH | O_DIRECTORY, &reason);
	int r = fd < 0 ? text_fail(&sentence, fd, "'%s': %s", data->parent, reason)
		       : own_directory_check(fd, data->parent, facts->uid, OWN_WRITTEN, &sentence);

	if (r != -EPERM)
		return;
	data->unfit = text_format("%s", sentence);
	data->mend = own_mend_command(data->parent, facts->uid);
}

void doctor_probe_data(struct doctor_facts *facts)
{
	struct doctor_data *data = &facts->data;
	struct stat st = {0};

	data->path = base_of(facts, facts->xdg_data, ".local/share");
	if (data->path == NULL)
		return;
	data->parent = existing_parent(data->path);
	probe_trust(facts, data);
	if (stat(data->parent, &st) == 0 && !S_ISDIR(st.st_mode))
		data->error = ENOTDIR;
	else if (access(data->parent, W_OK | X_OK) < 0)
		data->error = errno;
}

static void probe_one_space(
	struct doctor_space *space, const char *what, char *path, uint64_t least)
{
	struct statvfs fs = {0};

	*space = (struct doctor_space){.what = what, .path = path, .least = least};
	if (path == NULL)
		return;
	space->parent = existing_parent(path);
	if (statvfs(space->parent, &fs) < 0)
		space->error = errno;
	else
		space->free = (uint64_t)fs.f_bavail * fs.f_frsize;
}

void doctor_probe_space(struct doctor_facts *facts)
{
	probe_one_space(&facts->spaces[0], "VMs and images",
		base_of(facts, facts->xdg_data, ".local/share"), GIB);
	probe_one_space(&facts->spaces[1], "temporary files of disks",
		base_of(facts, facts->xdg_cache, ".cache"), GIB);
	probe_one_space(&facts->spaces[2], "runtime files", runtime_parent(facts), 16 * MIB);
}

static void note_log(
	const char *name, const struct runtime *runtime, const char *file, struct doctor_log *log)
{
	OWNED_FD fd = runtime_file_open(runtime->directory_fd, file, RUNTIME_LOG_MAX);
	struct statvfs fs = {0};
	struct stat st = {0};
	uint64_t used = 0;

	if (fd >= 0 && fstat(fd, &st) == 0)
		used = (uint64_t)st.st_blocks * 512;
	if (used <= log->used || fstatvfs(fd, &fs) < 0)
		return;
	free(log->name);
	free(log->path);
	*log = (struct doctor_log){
		.name = text_format("%s", name),
		.path = runtime_file(runtime, file),
		.used = used,
		.free = (uint64_t)fs.f_bavail * fs.f_frsize,
	};
}

static void note_logs(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	(void)alive;
	for (size_t i = 0; i < SERIAL_PORTS_MAX; i++)
		note_log(name, runtime, serial_console(i)->log, context);
}

void doctor_probe_log(struct doctor_facts *facts)
{
	struct runtime_places places = places_of(facts);

	runtime_each(&places, note_logs, &facts->log);
}

static void note_opened(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	json_t *opened = context;
	json_t *state = NULL;
	const json_t *forwards = NULL;

	(void)name;
	if (!alive)
		return;
	state = state_read(runtime);
	forwards = json_object_get(state, "forwards");
	for (size_t i = 0; i < json_array_size(forwards); i++) {
		json_t *text = json_array_get(forwards, i);

		if (json_is_string(text) && strncmp(json_string_value(text), "127.", 4) != 0)
			json_array_append(opened, text);
	}
	json_decref(state);
}

void doctor_probe_firewall(struct doctor_facts *facts)
{
	struct runtime_places places = places_of(facts);

	facts->firewall.ufw =
		doctor_host_setting(facts->root, "/etc/ufw/ufw.conf", "ENABLED", "yes");
	facts->firewall.opened = json_array();
	runtime_each(&places, note_opened, facts->firewall.opened);
}
