/* SPDX-License-Identifier: MIT
 * A directory of this host that the guest mounts by 9p.
 *
 * Who owns what: QEMU runs as the user, so that whatever it makes in the directory is his. A
 * guest's root wants more than that: to chown, to make devices. With SHARE_MAPPED QEMU keeps what
 * the guest believes in extended attributes (user.virtfs.*) of plain files; with SHARE_SHARED there
 * is nothing but the files as they are, symlinks too, and a chown in the guest fails. */
#ifndef OWVM_LAUNCHER_VM_SHARE_H
#define OWVM_LAUNCHER_VM_SHARE_H

#include <stdbool.h>
#include <stddef.h>

#define SHARE_TAG_SIZE 32 /* with the NUL; MAX_TAG_LEN of QEMU's 9p device */
#define SHARE_TAG_DEFAULT "hostshare"

enum share_mode { SHARE_MAPPED, SHARE_SHARED };

struct share {
	char *path;
	char tag[SHARE_TAG_SIZE];
	enum share_mode mode;
	bool readonly;
};

/* Read "PATH[:TAG][,mapped|shared][,ro]". A comma in PATH is doubled; a colon before PATH's last
 * '/' is no tag's. Returns 0, and ret_share is to be given to share_free(), or -EINVAL with a
 * sentence. */
int share_parse(const char *text, struct share *ret_share, char **reterr_text);
void share_free(struct share *share);

/* The values of QEMU's options -fsdev and -device for share number i; the caller frees both. */
void share_plan(const struct share *share, size_t i, char **ret_fsdev, char **ret_device);

/* The line that mounts it in the guest, for people to paste; the caller frees it. */
char *share_mount_line(const struct share *share);

#endif
