/* SPDX-License-Identifier: MIT
 * A copy of a kept VM: its vm.conf, the disks that it writes to, its snapshots.
 *
 * Theory of operation: the copy grows in a directory whose name no VM has, `.NEW.new`, and gets its
 * name when it is complete. Whatever ends owrun in between leaves that directory, which the next
 * copy of that name empties. What is below the disks is not copied: it is read by both. The copy's
 * network cards have addresses of its own name. */
#ifndef OWVM_LAUNCHER_CHANGE_CLONE_H
#define OWVM_LAUNCHER_CHANGE_CLONE_H

#include <stdbool.h>

#include "launcher/options/settings.h"

struct clone {
	const char *source; /* name or path */
	const char *name;   /* of the copy, which is kept where VMs are kept */
	bool trust;
	const struct settings *settings; /* that the copy is to have beside those of the source */
	int signals;			 /* signalfd or -1: all is taken back when one comes */
};

/* Make the copy, of a VM that does not run. *ret_forwards are those with a port of this host, which
 * both have, as a text between blanks; NULL: none. The caller frees it. Returns 0, or -errno with a
 * sentence, and then nothing is left. */
int clone_make(const struct clone *clone, char **ret_forwards, char **reterr_text);

#endif
