/* SPDX-License-Identifier: MIT
 * What QEMU can reach of the file system: the files of its VM, and what it is made of.
 *
 * Theory of operation: a guest that takes over QEMU has what QEMU has. QEMU runs as the user, so
 * that would be all files of the user; Landlock leaves it the VM's. It cannot change what owrun
 * reads of it later, vm.json and vm.conf, or the next start would do as it likes: in the runtime
 * directory it can write to the two files that are made for it, and nothing else. Landlock lets it
 * connect to the user's sockets, his session bus among them, so a filter of system calls leaves it
 * no Unix socket but those that it is given, see qemu/endpoint.h. What it still reaches is the
 * network, localhost included. */
#ifndef OWVM_LAUNCHER_SANDBOX_SANDBOX_H
#define OWVM_LAUNCHER_SANDBOX_SANDBOX_H

#include "common/landlock.h"
#include "launcher/plan/plan.h"

struct sandbox {
	struct landlock_path *paths; /* their texts are owned too */
	size_t n;
	size_t n_needed; /* those after it are all of the user's terminals, see pty.h */
	size_t n_ptys;	 /* that QEMU makes */
	char *temporary; /* directory for QEMU's temporary files; NULL: it needs none */
	bool attributes; /* of files may be changed: a share can be written */
	bool packets;	 /* sockets for packets may be made */
	bool of_system;	 /* the paths are not the user's, and not to be judged by their
			    owners: a user namespace has no names for those */
};

/* List the paths of a VM that was completed. Makes the directory for temporary files if there are
 * to be some, and notes what is below the disks, see disk/backing-notes.h. Returns 0, or -errno
 * with a sentence. */
int sandbox_make(const struct vm *vm, const struct plan_facts *facts, struct sandbox *ret_sandbox,
	char **reterr_text);

/* The same for a program that is no VM: it reads these files and writes two that are
 * there; the second may be NULL. */
void sandbox_make_tool(const char *program, const char *const *read, size_t n_read,
	const char *const written[2], struct sandbox *ret_sandbox);

/* The same for a program that speaks to a network by packets of its own making: it opens no further
 * file, and starts that other one alone. */
void sandbox_make_packets(const char *program, const char *started, struct sandbox *ret_sandbox);
void sandbox_free(struct sandbox *sandbox);

/* For the child that will be QEMU, with no_new_privs: go into the sandbox, or into what this kernel
 * has of it. Where QEMU makes ptys, owrun is at the other end of `socket`, see pty.h. Returns 0 or
 * -errno. */
int sandbox_enter(const struct sandbox *sandbox, int socket);

/* For a child with no_new_privs that will keep files from itself by a root of its own, which rules
 * about files would refuse: all of the sandbox but them. Returns 0 or -errno. */
int sandbox_enter_calls(void);

/* For a child with no_new_privs: from here on no signals to processes outside of it, and no sockets
 * of such that have a name but no path. Nothing before Linux 6.12. */
void sandbox_enter_scope(void);

/* For owrun itself, first of all: let no program that it starts inherit a capability, whatever it
 * was started with. Root has its own all the same. Returns 0 or -errno. */
int sandbox_drop_capabilities(void);

/* Does this kernel have Landlock? */
bool sandbox_possible(void);

#endif
