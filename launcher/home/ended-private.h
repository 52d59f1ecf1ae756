/* SPDX-License-Identifier: MIT
 * VMs that have ended: what the files of this module share. */
#ifndef OWVM_LAUNCHER_HOME_ENDED_PRIVATE_H
#define OWVM_LAUNCHER_HOME_ENDED_PRIVATE_H

#include "launcher/home/ended.h"

/* A new reference, and back; what is no number of its kind is not known. */
json_t *ended_to_json(const struct ended *ended);
void ended_of_json(const json_t *object, struct ended *ret_ended);

/* What the VM's directory has of it, a new reference; NULL: nothing. */
json_t *ended_read_note(const struct runtime *runtime);

#define ENDED_STAMP_LENGTH 19 /* of "20261130T215402.123" */
#define ENDED_STEM_SIZE 128   /* with a NUL; VM_NAME_SIZE is less than half of it */

/* One end: "NAME@STAMP". */
struct ended_stem {
	char text[ENDED_STEM_SIZE];
};

/* All that is kept in the open directory, oldest first; the caller frees it. */
struct ended_stem *ended_list(int directory, size_t *ret_n);

/* Is it one of that VM? */
bool ended_is_of(const struct ended_stem *stem, const char *name);

/* Remove all files of an end. */
void ended_drop(const struct vmdir *place, const struct ended_stem *stem);

#endif
