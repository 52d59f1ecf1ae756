/* SPDX-License-Identifier: MIT
 * Where owrun keeps what is no VM's directory and outlives a logout: $XDG_STATE_HOME/owvm, or
 * ~/.local/state/owvm. */
#ifndef OWVM_LAUNCHER_HOME_STATE_HOME_H
#define OWVM_LAUNCHER_HOME_STATE_HOME_H

#include "launcher/home/vmdir.h"

/* Its path, which may not be there; NULL: neither variable says. The caller frees it. */
char *state_home(void);

/* Open a directory of that name there, or make it, mode 0700. Returns 0, or -errno with a sentence:
 * -ENOENT when it is not there or nothing says where, -EPERM when others can change it. */
int state_home_open(const char *name, struct vmdir *ret_directory, char **reterr_text);
int state_home_make(const char *name, struct vmdir *ret_directory, char **reterr_text);

#endif
