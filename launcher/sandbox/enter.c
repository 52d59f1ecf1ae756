/* SPDX-License-Identifier: MIT
 * What QEMU can reach: going into the sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/sandbox/private.h"
#include "launcher/sandbox/pty.h"
#include "launcher/sandbox/sandbox.h"

/* Rules about files, LANDLOCK_ACCESS_FS_REFER or 0 for none, keep a process from making mounts. */
static void enter_scope(uint64_t files)
{
	const struct {
		uint64_t files;
		uint64_t network;
		uint64_t scope;
	} handled = {.files = files, .scope = 3};
	/* An older kernel refuses the whole set of rules. */
	OWNED_FD rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	OWNED_FD root = open("/", O_PATH | O_CLOEXEC);
	/* Every set of rules forbids links and renames across directories unless it says
	 * otherwise. */
	const struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_REFER, .parent_fd = root};

	if (rules >= 0 && (files == 0 || syscall(SYS_landlock_add_rule, rules,
						 LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0))
		(void)!syscall(SYS_landlock_restrict_self, rules, 0);
}

void sandbox_enter_scope(void)
{
	enter_scope(LANDLOCK_ACCESS_FS_REFER);
}

/* Where another user can lead elsewhere he may have done so since the last look: the rule is about
 * what is judged now, by a fd that exec() closes. */
static int hold(struct landlock_path *path)
{
	OWNED_MEMORY char *way = file_absolute(path->path);
	OWNED_MEMORY char *error = NULL;
	OWNED_FD fd = own_path_open(-1, way, geteuid(), O_PATH, &error);

	if (fd != -EPERM)
		return 0;
	fd = own_lead_open(way, geteuid(), &error);
	if (fd == -EPERM)
		text_say("%s", error);
	if (fd < 0)
		return fd;
	path->path = text_format("/proc/self/fd/%d", cleanup_steal_fd(&fd));
	return 0;
}

/* What is allocated here exec() frees. */
static int restrict_files(const struct sandbox *sandbox, size_t n)
{
	struct landlock_path *paths = calloc(n + 1, sizeof(*paths));
	int r = 0;

	if (paths == NULL)
		abort();
	for (size_t i = 0; r == 0 && i < n; i++) {
		paths[i] = sandbox->paths[i];
		r = sandbox->of_system ? 0 : hold(&paths[i]);
	}
	return r < 0 ? r : landlock_restrict(paths, n, 0);
}

int sandbox_enter(const struct sandbox *sandbox, int socket)
{
	bool served = sandbox->n_ptys > 0 && sandbox_pty_offer(socket) == 0;
	int r = restrict_files(sandbox, served ? sandbox->n_needed : sandbox->n);

	if (r < 0 && r != -EOPNOTSUPP)
		return r;
	if (r == 0)
		sandbox_enter_scope();
	r = sandbox_refuse_calls(sandbox->packets ? AF_PACKET : AF_UNSPEC);
	if (r == 0 && !sandbox->attributes)
		r = sandbox_refuse_attributes();
	return r == -EOPNOTSUPP ? 0 : r;
}

int sandbox_enter_calls(void)
{
	int r = 0;

	enter_scope(0);
	r = sandbox_refuse_calls(AF_UNSPEC);
	if (r == 0)
		r = sandbox_refuse_attributes();
	return r == -EOPNOTSUPP ? 0 : r;
}

int sandbox_drop_capabilities(void)
{
	cap_t held = cap_get_proc();
	int r = held == NULL ? -errno : 0;

	/* The kernel takes what cannot be inherited out of the ambient set, too. */
	if (r == 0 && (cap_clear_flag(held, CAP_INHERITABLE) < 0 || cap_set_proc(held) < 0))
		r = -errno;
	if (held != NULL)
		cap_free(held);
	return r;
}

bool sandbox_possible(void)
{
	return landlock_version() >= 1;
}
