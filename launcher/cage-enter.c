/* SPDX-License-Identifier: MIT
 * What QEMU can reach: going into the cage. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/cage-private.h"
#include "launcher/cage-pty.h"
#include "launcher/cage.h"

/* Signals to processes outside, and sockets that have a name but no path, since Linux 6.12; an
 * older kernel refuses the whole set of rules. */
static void enter_scope(void)
{
	const struct {
		uint64_t files;
		uint64_t network;
		uint64_t scope;
	} handled = {.files = LANDLOCK_ACCESS_FS_REFER, .scope = 3};
	OWNED_FD rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	OWNED_FD root = open("/", O_PATH | O_CLOEXEC);
	/* Every set of rules forbids links and renames across directories unless it says
	 * otherwise. */
	const struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_REFER, .parent_fd = root};

	if (rules >= 0 &&
		syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
		(void)!syscall(SYS_landlock_restrict_self, rules, 0);
}

int cage_enter(const struct cage *cage, int socket)
{
	bool served = cage->n_ptys > 0 && cage_pty_offer(socket) == 0;
	int r = landlock_restrict(cage->paths, served ? cage->n_needed : cage->n, 0);

	if (r < 0 && r != -EOPNOTSUPP)
		return r;
	if (r == 0)
		enter_scope();
	r = cage_refuse_calls();
	if (r == 0 && !cage->attributes)
		r = cage_refuse_attributes();
	return r == -EOPNOTSUPP ? 0 : r;
}

bool cage_possible(void)
{
	return landlock_version() >= 1;
}
