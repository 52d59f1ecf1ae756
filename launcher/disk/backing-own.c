/* SPDX-License-Identifier: MIT
 * Images that others could have written and that name further files. */
#include "launcher/disk/backing-own.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"

/* Whose it is: a phrase where others could have written it, which the caller frees, or NULL. */
static char *others(const char *image)
{
	OWNED_MEMORY char *path = file_absolute(image);
	OWNED_MEMORY char *reason = NULL;
	OWNED_MEMORY char *words = NULL;
	OWNED_FD fd = own_path_open(-1, path, geteuid(), O_PATH, &reason);
	struct stat st = {0};

	if (fd == -EPERM)
		return text_format("%s", reason);
	/* Whatever else is wrong with it QEMU will find. */
	if (fd < 0 || fstat(fd, &st) < 0 || own_by_fd(fd, &st, geteuid()))
		return NULL;
	words = own_words(&st);
	return text_format("it could have been written by others %s", words);
}

int backing_own_check(const char *image, const struct backing *below, char **reterr_text)
{
	bool elsewhere = backing_has_data_file(image);
	OWNED_MEMORY char *whose = NULL;

	if (!elsewhere && below == NULL)
		return 0;
	whose = others(image);
	if (whose == NULL && elsewhere)
		return text_fail(reterr_text, -EPERM,
			"disk '%s' keeps its data in another file, and a guest that takes over QEMU can name any there; '--trust-backing' takes it as it is",
			image);
	if (whose == NULL)
		return 0;
	return text_fail(reterr_text, -EPERM,
		"disk '%s' names another file %s, and %s; '--trust-backing' takes it as it is",
		image, elsewhere ? "for its data" : "below it", whose);
}

/* Where nothing holds the program to what was seen: an image of others may name a file any time. */
static int check_unheld(const char *image, const struct backing *below, char **reterr_text)
{
	OWNED_MEMORY char *whose = NULL;
	int r = backing_own_check(image, below, reterr_text);

	whose = r < 0 ? NULL : others(image);
	if (whose == NULL)
		return r;
	return text_fail(reterr_text, -EPERM,
		"disk '%s' can be made to name another file while it is read, as %s; '--trust-backing' takes it as it is",
		image, whose);
}

int backing_own_check_all(const char *image, char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	int r = backing_follow(image, &chain, reterr_text);

	if (r == 0)
		r = check_unheld(image, chain.items, reterr_text);
	for (size_t i = 0; r == 0 && i < chain.n; i++)
		if (chain.items[i].qcow2)
			r = check_unheld(chain.items[i].path,
				i + 1 < chain.n ? &chain.items[i + 1] : NULL, reterr_text);
	return r;
}
