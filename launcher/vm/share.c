/* SPDX-License-Identifier: MIT
 * A directory of this host that the guest mounts by 9p. */
#include "launcher/vm/share.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/wire.h"
#include "launcher/base/text.h"

/* What Linux' virtio transport takes at most (125 pages of 4 KiB), and the fastest. */
#define MSIZE "512000"

static bool tag_valid(const char *tag)
{
	size_t length = strlen(tag);

	for (size_t i = 0; i < length; i++)
		if (!wire_label_char_valid(tag[i]))
			return false;
	return length > 0 && length < SHARE_TAG_SIZE;
}

/* Cut the tag off the path. */
static int split_tag(char *path, struct share *share, char **reterr_text)
{
	char *colon = strrchr(path, ':');
	const char *tag = SHARE_TAG_DEFAULT;

	if (colon != NULL && strchr(colon, '/') == NULL) {
		*colon = '\0';
		tag = colon + 1;
	}
	if (path[0] == '\0')
		return text_fail(
			reterr_text, -EINVAL, "a share needs a path, as in 'DIRECTORY:TAG'");
	if (!tag_valid(tag))
		return text_fail(reterr_text, -EINVAL,
			"share '%s': the tag '%s' is not 1-%d letters, digits, '.', '_' or '-'",
			path, tag, SHARE_TAG_SIZE - 1);
	memcpy(share->tag, tag, strlen(tag) + 1);
	return 0;
}

static int set_key(struct share *share, const char *path, const char *key, char **reterr_text)
{
	if (strcmp(key, "mapped") == 0)
		share->mode = SHARE_MAPPED;
	else if (strcmp(key, "shared") == 0)
		share->mode = SHARE_SHARED;
	else if (strcmp(key, "ro") == 0)
		share->readonly = true;
	else
		return text_fail(reterr_text, -EINVAL,
			"share '%s': '%s' is none of mapped, shared and ro (a comma in the path is doubled)",
			path, key);
	return 0;
}

static int parse_keys(struct share *share, const char *path, const char *keys, char **reterr_text)
{
	int r = 0;

	while (r == 0 && *keys != '\0') {
		OWNED_MEMORY char *key = text_take_key(&keys);

		r = set_key(share, path, key, reterr_text);
	}
	return r;
}

int share_parse(const char *text, struct share *ret_share, char **reterr_text)
{
	const char *keys = text;
	OWNED_MEMORY char *path = text_take_path(&keys);
	struct share share = {.mode = SHARE_MAPPED};
	int r = split_tag(path, &share, reterr_text);

	if (r == 0)
		r = parse_keys(&share, path, keys, reterr_text);
	if (r < 0)
		return r;
	share.path = path;
	path = NULL;
	*ret_share = share;
	return 0;
}

void share_free(struct share *share)
{
	free(share->path);
	share->path = NULL;
}

void share_plan(const struct share *share, size_t i, char **ret_fsdev, char **ret_device)
{
	OWNED_MEMORY char *path = text_double_commas(share->path);
	/* On the host, mapped files are read and written by their user whatever mode the guest
	 * gives them: only their attributes tell it. Without mapping QEMU refuses fmode= and
	 * dmode=. */
	const char *model =
		share->mode == SHARE_MAPPED ? "mapped-xattr,fmode=0600,dmode=0700" : "none";

	/* multidevs: a mount below the directory has inode numbers of its own, which are told apart
	 * instead of warned of. */
	*ret_fsdev = text_format("local,id=share%zu,security_model=%s,multidevs=remap%s,path=%s", i,
		model, share->readonly ? ",readonly=on" : "", path);
	*ret_device = text_format("virtio-9p-pci,fsdev=share%zu,mount_tag=%s", i, share->tag);
}

char *share_mount_line(const struct share *share)
{
	return text_format(
		"mkdir -p /mnt/%s && mount -t 9p -o %strans=virtio,version=9p2000.L,"
		"msize=" MSIZE " %s /mnt/%s",
		share->tag, share->readonly ? "ro," : "", share->tag, share->tag);
}
