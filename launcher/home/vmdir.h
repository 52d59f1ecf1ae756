/* SPDX-License-Identifier: MIT
 * The directory of a VM that was created: vm.conf, its disk, what was remembered.
 *
 * The room: kept VMs. vmdir.c knows where their directories are, opens and judges them; vm-lock.c
 * keeps one from being started while it is changed, remember.c has what is remembered from start to
 * start.
 *
 * Theory of operation: a vm.conf has the user's full power, as it names what QEMU and owrun write
 * to. So the directory is opened once and judged on its fd (see base/own.h), all that is in it is
 * reached by that fd, and a file that others could have written is not read. Paths are for
 * sentences, and for QEMU and qemu-img: whoever could lead them elsewhere was found by then. */
#ifndef OWVM_LAUNCHER_HOME_VMDIR_H
#define OWVM_LAUNCHER_HOME_VMDIR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VMDIR_CONF "vm.conf"
#define VMDIR_DISK "disk.qcow2"		   /* what `create` made of an image */
#define VMDIR_REMEMBERED "remembered.json" /* see home/remember.h */
#define VMDIR_SNAPSHOTS "snapshots.json"   /* see disk/overlay.h */
#define VMDIR_KNOWN_HOSTS "known_hosts"	   /* see ssh/ssh.h */
#define VMDIR_DRAFT "vm.conf.edit"	   /* a vm.conf that is being edited */
#define VMDIR_LOCK ".lock"		   /* see vmdir_lock() */

/* A directory that was opened and judged. */
struct vmdir {
	char *path; /* absolute */
	int fd;	    /* -1: there is none */
	uid_t uid;  /* whose files are believed; OWN_ANYONE: the user trusts the directory */
};

#define VMDIR_NONE \
	{ \
		.fd = -1 \
	}
#define OWNED_VMDIR __attribute__((cleanup(vmdir_close))) struct vmdir

void vmdir_close(struct vmdir *vmdir);

/* Where directories are found by name: $XDG_DATA_HOME/owvm or ~/.local/share/owvm, made nowhere.
 * The caller frees it; NULL when neither variable says. */
char *vmdir_home(void);

/* Open that, or make it. Returns 0, or -errno with a sentence: -ENOENT when it is not there or
 * nothing says where, -EPERM when others can change it, as when HOME is another user's. */
int vmdir_home_open(struct vmdir *ret_home, char **reterr_text);
int vmdir_home_make(struct vmdir *ret_home, char **reterr_text);

/* The directory that a VM of this name has or would have there, or NULL as above. The caller frees
 * it. */
char *vmdir_of_name(const char *name);

/* Open the directory that a path leads to. With `trust` others may have written it. Returns 0, or
 * -errno with a sentence: -ENOENT, -ENOTDIR, -EPERM with the owner's name and the way out. */
int vmdir_open(const char *path, bool trust, struct vmdir *ret_vmdir, char **reterr_text);

/* The same for the one of a name. */
int vmdir_open_name(const char *name, bool trust, struct vmdir *ret_vmdir, char **reterr_text);

/* The same for an absolute path, where what is missing is made; *ret_made (may be NULL): the
 * directory itself was. */
int vmdir_make(
	const char *path, bool trust, bool *ret_made, struct vmdir *ret_vmdir, char **reterr_text);

/* Is a file of that name in it? */
bool vmdir_has(const struct vmdir *vmdir, const char *name);

/* Do both names lead to the same file, which is there? */
bool vmdir_same(const struct vmdir *vmdir, const char *a, const char *b);

/* How many bytes of the disk a file in it takes; 0: there is none. */
uint64_t vmdir_file_bytes(const struct vmdir *vmdir, const char *name);

/* Open a file in it for reading, see own_file_open(). Returns a fd that the caller owns, or -errno
 * with a reason, which goes behind "'PATH': ". */
int vmdir_open_file(const struct vmdir *vmdir, const char *name, size_t max, char **reterr_reason);

/* Read one as JSON, which the caller gives back. Returns 0, or -errno with a reason. */
int vmdir_read(
	const struct vmdir *vmdir, const char *name, json_t **ret_value, char **reterr_reason);

/* Make an empty file of the user's alone, which must not be there yet. Returns a fd for writing
 * that the caller owns, or -errno. */
int vmdir_make_file(const struct vmdir *vmdir, const char *name);

/* Let a file that is there have these bytes, at once; its mode stays. Returns 0 or -errno, and then
 * it is as it was. */
int vmdir_replace_file(const struct vmdir *vmdir, const char *name, const void *data, size_t size);

/* Give a file one more name, which nothing has yet. Returns 0 or -errno. */
int vmdir_link(const struct vmdir *vmdir, const char *old, const char *new);

/* Remove a file. Returns 0 or -errno. */
int vmdir_unlink(const struct vmdir *vmdir, const char *name);

/* Remove the directory, which is empty. Returns 0 or -errno. */
int vmdir_remove(const struct vmdir *vmdir);

/* Give the directory another name in the directory above it, which nothing has yet; its path is
 * that then. Returns 0 or -errno: -EEXIST. */
int vmdir_rename(struct vmdir *vmdir, const char *name);

/* Remove all files in it. Returns 0 or -errno. */
int vmdir_empty(const struct vmdir *vmdir);

/* Is it still there, or was it removed meanwhile? */
bool vmdir_is_linked(const struct vmdir *vmdir);

/* Is its path that of a symlink, which is not what was opened? */
bool vmdir_is_symlink(const struct vmdir *vmdir);

/* Does a path lead to it? */
bool vmdir_is(const struct vmdir *vmdir, const char *path);

/* Is there a VM of this name that was created? */
bool vmdir_created(const char *name);

/* Is a vm.conf there, whoever wrote it? For sentences, and for what must not be shared. */
bool vmdir_has_conf(const char *directory);

/* Is the operand a path, not a name? */
bool vmdir_is_path(const char *operand);

/* What to type where a vm.conf or its directory is not believed: goes behind a sentence. */
#define VMDIR_WAY_OUT "; '--trust-directory' believes it as it is"

/* Lock the directory of a VM: shared by whoever starts the VM, until its state is written; alone by
 * whoever changes its disks or removes it. A file in it is locked, which whoever has it alone may
 * remove. Where a file system has no locks nothing is locked. The caller closes the fd. Returns it,
 * or -errno with a sentence: -EBUSY after a moment. */
int vmdir_lock(const struct vmdir *vmdir, bool alone, char **reterr_text);

/* Remove the file of such a lock, held alone, and close its fd, which may be -1. On NFS a file that
 * is open keeps a name, and with it its directory, so this comes before vmdir_remove(). */
void vmdir_end_lock(const struct vmdir *vmdir, int *fd);

/* Lock a directory alone, however long that takes. Returns a fd as above, or -errno. */
int vmdir_wait_lock(const struct vmdir *vmdir);

/* The same at once and without a sentence: -EWOULDBLOCK when somebody else has it. */
int vmdir_try_lock(const struct vmdir *vmdir, bool alone);

#endif
