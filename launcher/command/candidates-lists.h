/* SPDX-License-Identifier: MIT
 * Lists of what the user has, a line for each: for shells that complete a word. */
#ifndef OWVM_LAUNCHER_COMMAND_CANDIDATES_LISTS_H
#define OWVM_LAUNCHER_COMMAND_CANDIDATES_LISTS_H

#define CANDIDATES_FILES ":files" /* a line that stands for all files */

enum candidates_list {
	CANDIDATES_RUNNING = 1,
	CANDIDATES_STOPPED = 2, /* kept, or ended */
	CANDIDATES_VMS = CANDIDATES_RUNNING | CANDIDATES_STOPPED,
	CANDIDATES_KEPT = 4, /* with a vm.conf, whether they run or not */
	CANDIDATES_IMAGES = 8,
	CANDIDATES_BRIDGES = 16,	/* that the policy names in full */
	CANDIDATES_BRIDGES_OF_NIC = 32, /* as "bridge=NAME" */
	CANDIDATES_RECIPES = 64,
	CANDIDATES_SNAPSHOTS = 128, /* of the VM */
	CANDIDATES_FORWARDS = 256,  /* likewise */
	CANDIDATES_NICS = 512,	    /* likewise */
	CANDIDATES_HOT_NICS = 1024, /* those of them that were plugged in */
	CANDIDATES_ANY_FILE = 2048,
	CANDIDATES_KEYS = 4096,	      /* of vm.conf, as "KEY=" */
	CANDIDATES_KEYS_ALONE = 8192, /* without the '=' */
};

/* Print the lists whose bits are set. vm: of which VM (may be NULL). What cannot be asked is left
 * out: nobody waits for a sentence while he types. */
void candidates_list(unsigned int lists, const char *vm);

#endif
