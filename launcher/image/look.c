/* SPDX-License-Identifier: MIT
 * Is an image what its name says? It is looked at before QEMU gets it. */
#include "launcher/image/look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing.h"

int image_look(int fd, enum image_kind *ret_kind)
{
	OWNED_MEMORY uint8_t *head = calloc(1, IMAGE_HEAD_SIZE);
	ssize_t length = 0;

	if (head == NULL)
		abort();
	length = bytes_read_at(fd, head, IMAGE_HEAD_SIZE, 0);
	if (length < 0)
		return (int)length;
	*ret_kind = image_kind_of(head, (size_t)length);
	return 0;
}

/* The kind of what a path leads to; raw where it cannot be read, which others tell. */
static enum image_kind look_at(const char *path)
{
	OWNED_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum image_kind kind = IMAGE_RAW;

	if (fd >= 0)
		(void)!image_look(fd, &kind);
	return kind;
}

/* The word of a command that pulls it: without a '/' it would be the name of an image. */
static char *pull_word(const char *path)
{
	OWNED_MEMORY char *named = text_format("%s%s", strchr(path, '/') == NULL ? "./" : "", path);

	return shell_word(named);
}

/* What is no disk at all, whatever it is called. */
static int refuse(const char *path, enum image_kind kind, char **reterr_text)
{
	OWNED_MEMORY char *word = shell_word(path);
	OWNED_MEMORY char *pulled = pull_word(path);

	if (kind == IMAGE_ISO)
		return text_fail(reterr_text, -EINVAL,
			"'%s' is an image of a CD; '--cdrom %s' puts it into a drive", path, word);
	if (kind == IMAGE_TAR || kind == IMAGE_PAGE)
		return text_fail(reterr_text, -EINVAL, "'%s' is %s, and no image of a disk", path,
			image_kind_words(kind));
	return text_fail(reterr_text, -EINVAL,
		"'%s' is %s, which no VM can use as it is; 'owrun pull %s' makes an image of it",
		path, image_kind_words(kind), pulled);
}

/* Is that what `format` stands for? A raw disk may hold anything that is a disk, too. */
static bool is_format(enum image_kind kind, enum vm_format format)
{
	return kind == (format == VM_FORMAT_RAW ? IMAGE_RAW : IMAGE_QCOW2);
}

/* What is in a disk may be a guest's data, so there is a way to say so. */
static int refuse_disk(const struct vm_disk *disk, enum image_kind kind, char **reterr_text)
{
	OWNED_MEMORY char *word = pull_word(disk->path);

	if (kind == IMAGE_QCOW2)
		text_fail(reterr_text, -EINVAL,
			"'%s' is a qcow2 image, and raw by its name; 'owrun pull %s' makes an image of it",
			disk->path, word);
	else
		refuse(disk->path, kind, reterr_text);
	/* Nothing starts from what is packed. */
	if (kind == IMAGE_GZIP || kind == IMAGE_XZ || kind == IMAGE_ZSTD || kind == IMAGE_ZIP)
		return -EINVAL;
	return text_fail(reterr_text, -EINVAL,
		"%s, and ',format=%s' with '--disk' takes it as it is", *reterr_text,
		disk->format == VM_FORMAT_RAW ? "raw" : "qcow2");
}

/* What is below an overlay may be gone, removed by hand. A name with a ':' may be no path. */
static int check_below(const struct vm_disk *disk, char **reterr_text)
{
	struct backing below = {0};
	bool missing = backing_read(disk->path, &below) > 0 && strchr(below.name, ':') == NULL &&
		       access(below.path, F_OK) < 0 && errno == ENOENT;
	int r = missing ? text_fail(reterr_text, -ENOENT, "'%s' stands on '%s', which is not there",
				  disk->path, below.path)
			: 0;

	backing_free(&below);
	return r;
}

static int check_disk(const struct vm_disk *disk, char **reterr_text)
{
	enum image_kind kind = look_at(disk->path);

	/* What QEMU says of one that is no qcow2 image is as clear. */
	if (disk->format == VM_FORMAT_QCOW2 && kind == IMAGE_QCOW2)
		return check_below(disk, reterr_text);
	if (disk->format_said || is_format(kind, disk->format) || kind == IMAGE_RAW)
		return 0;
	if (disk->cdrom)
		return kind == IMAGE_ISO ? 0 : refuse(disk->path, kind, reterr_text);
	return refuse_disk(disk, kind, reterr_text);
}

int image_check_file(const char *path, char **reterr_text)
{
	enum image_kind kind = look_at(path);

	return kind == IMAGE_RAW || kind == IMAGE_QCOW2 ? 0 : refuse(path, kind, reterr_text);
}

int image_check_disks(const struct vm *vm, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = check_disk(&vm->disks[i], reterr_text);
	return r;
}
