/* SPDX-License-Identifier: MIT
 * Where the user's files of one kind are (XDG Base Directory Specification). */
#ifndef OWVM_LAUNCHER_BASE_XDG_H
#define OWVM_LAUNCHER_BASE_XDG_H

/* `name` in the directory that the variable has, else in `otherwise`, which is below HOME. It may
 * not be there. NULL: neither variable has an absolute path. The caller frees it. */
char *xdg_path(const char *variable, const char *otherwise, const char *name);

#endif
