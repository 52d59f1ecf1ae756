/* SPDX-License-Identifier: MIT
 * ssh and scp to a VM: the way there, whose key is believed, and what ssh says when it fails.
 *
 * The room: ssh.c finds the way and makes the options, words.c takes a command line of ssh's apart,
 * said.c reads what ssh says (both pure), session.c runs it. */
#ifndef OWVM_LAUNCHER_SSH_SSH_H
#define OWVM_LAUNCHER_SSH_SSH_H

#include <jansson.h>

#include "launcher/runtime/runtime.h"

#define SSH_PORT 22
#define SSH_OPTIONS_MAX 8

/* How a VM is reached: what ssh's `-o` takes. The texts are freed by ssh_way_free(). */
struct ssh_way {
	char *options[SSH_OPTIONS_MAX];
	size_t n;
	char *host;	   /* what it is called there */
	char *known_hosts; /* path of the file with its key */
};

void ssh_way_free(struct ssh_way *way);

#define OWNED_SSH_WAY __attribute__((cleanup(ssh_way_free))) struct ssh_way

/* The way to the VM of that name, by its state (see state_read()) and the path of its runtime
 * directory: by this program as ssh's ProxyCommand. Nothing is tried. */
void ssh_way_make(
	const char *name, const json_t *state, const char *directory, struct ssh_way *ret_way);

/* The same for one that runs: by a forward that leads to its port 22, where there is one. The port
 * was reached: else -errno with a sentence that says what stands in the way. */
int ssh_way_find(const char *name, const struct runtime *runtime, struct ssh_way *ret_way,
	char **reterr_text);

#endif
