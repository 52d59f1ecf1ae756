/* SPDX-License-Identifier: MIT
 * Recipes: what many want of a router, as scripts for its first boot.
 *
 * * OpenWrt runs the files of /etc/uci-defaults at the first boot and removes those that succeed.
 * What comes from the user into a script is checked, and quoted. Pure but for recipe_make(). */
#ifndef OWVM_LAUNCHER_EDIT_RECIPE_H
#define OWVM_LAUNCHER_EDIT_RECIPE_H

#include <stddef.h>

#define RECIPE_DIRECTORY "/etc/uci-defaults"
#define RECIPE_RELEASE "/etc/openwrt_release" /* of the image: says which release it is */

/* How a release writes its network. */
enum recipe_syntax {
	RECIPE_IFNAME,	/* up to 19.07: the ports of a bridge are in its interface */
	RECIPE_DEVICES, /* from 21.02 on: bridges are devices of their own */
	RECIPE_LISTS,	/* from 25.12 on: addresses are lists, too */
};

struct recipe {
	const char *name;
	const char *value;   /* what to call its value; NULL: it takes none */
	const char *summary; /* one line */
};

/* What gets into an image. */
struct recipe_made {
	char *destination; /* there */
	char *script;
	char *directory; /* of this host; NULL: it is the script */
};

/* The table; it ends with a row without a name. */
extern const struct recipe recipe_table[];

/* What /etc/openwrt_release, whose text is hostile, says; what is not known is taken for new. */
enum recipe_syntax recipe_syntax_of(const char *release);

/* Is that NAME or NAME=VALUE of a recipe, with a value that it can have? What a file holds is not
 * looked at. Returns 0, or -EINVAL with a sentence. */
int recipe_check(const char *said, char **reterr_text);

/* Make the script, or say which directory it is. Reads what a value names. Returns 0, or -errno
 * with a sentence; what was made is to be freed in any case. */
int recipe_make(const char *said, enum recipe_syntax syntax, struct recipe_made *ret_made,
	char **reterr_text);
void recipe_free(struct recipe_made *made);

#endif
