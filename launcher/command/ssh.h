/* SPDX-License-Identifier: MIT
 * The way to a VM by ssh, for the commands that take it. */
#ifndef OWVM_LAUNCHER_COMMAND_SSH_H
#define OWVM_LAUNCHER_COMMAND_SSH_H

#include "launcher/vm/forward.h"

/* The port changes from VM to VM and from start to start: the key goes by the VM's name. */
#define SSH_ALIAS "HostKeyAlias=owvm-%s"

/* The forward of a running VM that leads to its port 22. Returns 0, or -errno with a sentence. */
int ssh_find_forward(const char *name, struct forward *ret_forward, char **reterr_text);

#endif
