/* SPDX-License-Identifier: MIT
 * QEMU's drives and shared directories, made into those of owrun's `--disk` and `--share`. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/translate/private.h"

static const struct {
	const char *driver;
	const char *word; /* of `--disk`; NULL: none, it is the default */
} drivers[] = {
	{"virtio-blk-pci", NULL},
	{"virtio-blk", NULL},
	{"virtio-blk-device", NULL},
	{"ide-hd", "if=ide"},
	{"ide-cd", "media=cdrom"},
};

/* What the device says of the disk. Returns false where owrun has no such device. */
static bool find_driver(const char *device, const char **ret_word)
{
	OWNED_MEMORY char *driver = words_take(&device);

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(driver, drivers[i].driver) == 0) {
			*ret_word = drivers[i].word;
			return true;
		}
	return false;
}

/* One word of -drive in owrun's; NULL: it says what is so anyway. */
static const char *drive_word(const char *word)
{
	static const char *const names[] = {"id", NULL};

	if (words_is_one(word, names) || strcmp(word, "if=none") == 0 ||
		strcmp(word, "readonly=off") == 0 || strcmp(word, "snapshot=off") == 0)
		return NULL;
	if (strcmp(word, "readonly=on") == 0)
		return "readonly";
	return strcmp(word, "snapshot=on") == 0 ? "snapshot" : word;
}

void translation_drive(struct translation *translation, const char *drive, const char *device)
{
	OWNED_MEMORY char *disk = text_format("%s", "");
	const char *more = NULL, *words = drive;
	char *word = NULL;

	if (device != NULL && !find_driver(device, &more)) {
		translation_complain(translation,
			text_format(
				"'-device %s': disks are '--disk PATH[,if=virtio|ide]'", device));
		return;
	}
	while ((word = words_take(&words)) != NULL) {
		OWNED_MEMORY char *owned = word;
		const char *said = drive_word(owned);

		if (said != NULL)
			text_append(&disk, "%s%s", disk[0] == '\0' ? "" : ",", said);
	}
	if (more != NULL)
		text_append(&disk, ",%s", more);
	translation_add(translation, "disk", disk);
	disk = NULL;
}

/* passthrough is for a QEMU that is root; `none`, which `shared` stands for, is the same for one
 * that is not. */
static const char *share_mode(const char *model)
{
	if (model == NULL || strcmp(model, "none") == 0 || strcmp(model, "passthrough") == 0)
		return ",shared";
	return strcmp(model, "mapped") == 0 || strcmp(model, "mapped-xattr") == 0 ? "" : NULL;
}

void translation_share(struct translation *translation, const char *value)
{
	OWNED_MEMORY char *path = words_get(value, "path");
	OWNED_MEMORY char *tag = words_get(value, "mount_tag");
	OWNED_MEMORY char *model = words_get(value, "security_model");
	OWNED_MEMORY char *readonly = words_get(value, "readonly");
	const char *mode = share_mode(model);

	if (path == NULL || tag == NULL || mode == NULL || strncmp(value, "local,", 6) != 0)
		translation_complain(translation,
			text_format(
				"'-virtfs %s': directories are shared by '--share PATH[:TAG][,shared]'",
				value));
	else
		translation_add(translation, "share",
			text_format("%s:%s%s%s", path, tag, mode,
				readonly != NULL && strcmp(readonly, "on") == 0 ? ",ro" : ""));
}
