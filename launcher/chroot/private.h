/* SPDX-License-Identifier: MIT
 * Steps of a command in an image that are files of their own; chroot.h has the whole. All are for
 * the processes in its namespaces, which end when one fails. */
#ifndef OWVM_LAUNCHER_CHROOT_PRIVATE_H
#define OWVM_LAUNCHER_CHROOT_PRIVATE_H

#include "launcher/base/inherited-fds.h"
#include "launcher/chroot/chroot.h"

/* What the first process has. */
enum { CHROOT_IMAGE = INHERITED_FDS_FIRST, CHROOT_GO, CHROOT_SAID };

#define CHROOT_GUEST "/guest" /* where the image's file system is mounted in the first root */
#define CHROOT_DEV "/kit/dev" /* what will be /dev in the image */
#define CHROOT_PROC "/kit/proc"

/* The first process: serve the image, run the command in it. `resolver` is the text of the host's
 * resolv.conf; NULL: there is none, or no network. Returns the exit status, or -errno with a
 * sentence. */
int chroot_stage(const struct chroot *chroot, const char *resolver, char **reterr_text);

/* Let the first root be one that holds what programs of this host are made of, and the mounts that
 * the image gets. Returns 0, or -errno with a sentence. */
int chroot_make_root(char **reterr_text);

/* The first process inside: the image becomes the root, the command runs, and what it left running
 * is reaped. Returns as chroot_stage(). */
int chroot_inside(const struct chroot *chroot, const char *resolver, char **reterr_text);

/* For its child: become the command. Returns -errno with a sentence: -ENOENT when there is none of
 * that name. */
int chroot_become(char *const *argv, bool network, char **reterr_text);

/* Refuse, from here on, system calls that neither a package's installation nor fuse2fs has a need
 * for; `mounts`: mounting is no such. Returns 0 or -errno: -EOPNOTSUPP where owrun does not know
 * this machine's calls. */
int chroot_refuse_calls(bool mounts);

#endif
