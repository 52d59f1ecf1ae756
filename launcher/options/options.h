/* SPDX-License-Identifier: MIT
 * The command line of owrun: what it said. */
#ifndef OWVM_LAUNCHER_OPTIONS_OPTIONS_H
#define OWVM_LAUNCHER_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cidr.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/settings.h"
#include "launcher/translate/translate.h"
#include "launcher/vm/vm.h"

#define OPTIONS_NO_ESCAPE (-1)
#define OPTIONS_RECIPES_MAX 16
#define OPTIONS_UNSET_MAX 16

struct command;

/* What the command line says. */
struct options {
	struct settings settings; /* of the VM */
	struct vm vm;		  /* as the settings describe it */
	char *operand;		  /* borrowed from argv, or `name`; NULL: none */
	char *name;		  /* of the VM that the operand means */
	struct vmdir vmdir;	  /* its directory, if it was created */
	char **arguments;	  /* where `rest` is not of argv */
	char **operands;	  /* the words are borrowed: operand is the first */
	size_t n_operands;
	char *const *rest; /* borrowed: operands after the first, or all that follows "--" */
	size_t n_rest;
	const char *doctor_vm;		/* borrowed from argv; NULL: the host is asked about */
	const struct command *commands; /* borrowed: the table of all */
	struct translation translation; /* of QEMU's words; its sentences are all that is wrong */
	bool help;
	bool detach;
	bool dry_run;
	bool json;
	bool force;
	bool all;	      /* of stop, kill and wait: all VMs that run */
	bool trust_backing;   /* what is below the disks may be new, or a stranger's */
	bool trust_directory; /* others may write to the VM's directory */
	bool follow;	      /* of log */
	bool qemu_log;	      /* likewise */
	bool raw;	      /* likewise */
	uint32_t ended;	      /* 0: not said */
	uint32_t serial;      /* of console and log: a port, from 1; 0: the first console */
	bool has_lines;
	uint32_t lines;
	const char *event; /* of wait, borrowed; NULL: exit */
	bool has_timeout;
	const char *user;     /* of ssh; NULL: root */
	int escape;	      /* the byte that leaves the console, or OPTIONS_NO_ESCAPE */
	unsigned int timeout; /* seconds */
	/* Of pull; texts are borrowed. */
	const char *image_name; /* NULL: by its source */
	const char *sha256;	/* in hex; NULL: not given */
	uint64_t image_size;	/* bytes that an image may have; 0: not given */
	uint64_t disk_size;	/* bytes of the disk that is made of an image; 0: as it has */
	const char *mirror;	/* NULL: OpenWrt's own */
	const char *key;	/* path of one more; NULL: none */
	bool no_signature;
	bool quiet;
	/* Of what changes the inside of images. */
	const char *recipes[OPTIONS_RECIPES_MAX]; /* borrowed, as they were said */
	size_t n_recipes;
	uint32_t owner;	    /* uid of files in the image */
	uint32_t group;	    /* gid */
	bool network;	    /* of chroot */
	bool boot;	    /* likewise */
	const char *output; /* of mkimage and capture, borrowed; NULL: not given */
	/* Of lan. */
	const char *interface; /* name of the port inside, borrowed; NULL: not given */
	struct cidr address;   /* {0}: none is given */
	bool no_dhcp;	       /* one is given, or there shall be none */
	bool root;
	bool here;			      /* in the namespace that this process is in */
	uint32_t count;			      /* of capture: frames; 0: no limit */
	uint32_t snap;			      /* likewise: bytes of a frame; 0: all */
	const char *svg;		      /* of map, borrowed: the file to make; NULL: none */
	bool print;			      /* of open: nothing is started */
	const char *unset[OPTIONS_UNSET_MAX]; /* of set, borrowed: keys */
	size_t n_unset;
	const char *from; /* of create, borrowed: a VM to copy; NULL: none */
};

void options_init(struct options *ret_options);
void options_free(struct options *options);

/* One more operand, which is borrowed. */
void options_add_operand(struct options *options, char *operand);

#endif
