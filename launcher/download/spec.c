/* SPDX-License-Identifier: MIT
 * Which image of OpenWrt is meant. */
#include "launcher/download/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define PREFIX "openwrt"
#define ALPHABET "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const struct {
	const char *name, *filesystem, *type;
} flavours[] = {
	{"ext4-combined", "ext4", "combined"},
	{"ext4-combined-efi", "ext4", "combined-efi"},
	{"squashfs-combined", "squashfs", "combined"},
	{"squashfs-combined-efi", "squashfs", "combined-efi"},
	{"rootfs", "ext4", "rootfs"},
	{"ext4-rootfs", "ext4", "rootfs"},
	{"squashfs-rootfs", "squashfs", "rootfs"},
	{"kernel", "", SPEC_KERNEL},
	{"tar", "", SPEC_TAR},
};

/* What is for virtual machines, and what it was called until 22.03. ARM's machine has no firmware
 * that could start a boot loader. */
static const struct target {
	const char *arch, *target, *old, *flavour;
} targets[] = {
	{"x86_64", "x86/64", "x86/64", "ext4-combined"},
	{"i386", "x86/generic", "x86/generic", "ext4-combined"},
	{"aarch64", "armsr/armv8", "armvirt/64", "rootfs"},
	{"arm", "armsr/armv7", "armvirt/32", "rootfs"},
};

static const struct target *find_target(const char *name)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (strcmp(name, targets[i].target) == 0 || strcmp(name, targets[i].old) == 0)
			return &targets[i];
	return NULL;
}

const char *image_spec_arch(const char *target)
{
	const struct target *found = find_target(target);

	return found == NULL ? NULL : found->arch;
}

bool image_spec_is(const char *text)
{
	size_t length = strlen(PREFIX);

	return strncmp(text, PREFIX, length) == 0 &&
	       (text[length] == '\0' || strchr(":/@", text[length]) != NULL);
}

/* Take letters, digits and `more` from *text into a part of that size. */
static int take(const char **text, const char *more, const char *what, size_t size, char *ret_part,
	char **reterr_text)
{
	OWNED_MEMORY char *allowed = text_format(ALPHABET "%s", more);
	size_t length = strspn(*text, allowed);

	if (length == 0 || length >= size || **text == '.' || **text == '-')
		return text_fail(reterr_text, -EINVAL,
			"'%s' is no %s; an image is openwrt[:VERSION][/TARGET/SUBTARGET][@FLAVOUR]",
			*text, what);
	memcpy(ret_part, *text, length);
	ret_part[length] = '\0';
	*text += length;
	return 0;
}

static int take_target(const char **text, struct image_spec *spec, char **reterr_text)
{
	char target[SPEC_PART_SIZE] = "", subtarget[SPEC_PART_SIZE] = "";
	OWNED_MEMORY char *both = NULL;
	int r = take(text, "_-", "target", sizeof(target), target, reterr_text);

	if (r == 0 && **text != '/')
		r = text_fail(reterr_text, -EINVAL, "target '%s' has no subtarget, as in 'x86/64'",
			target);
	if (r < 0)
		return r;
	(*text)++;
	r = take(text, "_-", "subtarget", sizeof(subtarget), subtarget, reterr_text);
	both = text_format("%s/%s", target, subtarget);
	memcpy(spec->target, both, strlen(both) + 1);
	return r;
}

static int set_flavour(const char *name, struct image_spec *spec, char **reterr_text)
{
	OWNED_MEMORY char *all = text_format("%s", "");

	for (size_t i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++) {
		if (strcmp(name, flavours[i].name) == 0) {
			memcpy(spec->filesystem, flavours[i].filesystem,
				strlen(flavours[i].filesystem) + 1);
			memcpy(spec->type, flavours[i].type, strlen(flavours[i].type) + 1);
			return 0;
		}
		text_append(&all, "%s%s", i == 0 ? "" : ", ", flavours[i].name);
	}
	return text_fail(reterr_text, -EINVAL, "flavour '%s' is none of %s", name, all);
}

static bool is_before_23(const char *version)
{
	return version[0] >= '0' && version[0] <= '9' && image_spec_compare(version, "23") < 0;
}

static int set_default_target(const struct arch *arch, struct image_spec *spec, char **reterr_text)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (strcmp(arch->name, targets[i].arch) == 0) {
			const char *target =
				is_before_23(spec->version) ? targets[i].old : targets[i].target;

			memcpy(spec->target, target, strlen(target) + 1);
			return 0;
		}
	return text_fail(reterr_text, -EINVAL,
		"which image of OpenWrt is for '%s' is not known here; name it, as in 'openwrt/TARGET/SUBTARGET'",
		arch->name);
}

static const char *default_flavour(const struct image_spec *spec)
{
	const struct target *target = find_target(spec->target);

	return target == NULL ? flavours[0].name : target->flavour;
}

int image_spec_parse(
	const char *text, const struct arch *arch, struct image_spec *ret_spec, char **reterr_text)
{
	struct image_spec spec = {.version = "latest"};
	const char *rest = text + strlen(PREFIX);
	int r = 0;

	if (*rest == ':') {
		rest++;
		r = take(&rest, ".-", "version", sizeof(spec.version), spec.version, reterr_text);
	}
	if (r == 0 && *rest == '/') {
		rest++;
		r = take_target(&rest, &spec, reterr_text);
	} else if (r == 0) {
		r = set_default_target(arch, &spec, reterr_text);
	}
	if (r == 0 && *rest != '\0' && *rest != '@')
		r = text_fail(reterr_text, -EINVAL, "'%s' is too much in '%s'", rest, text);
	if (r == 0)
		r = set_flavour(
			*rest == '@' ? rest + 1 : default_flavour(&spec), &spec, reterr_text);
	if (r == 0)
		*ret_spec = spec;
	return r;
}

bool image_spec_covers(const char *meant, const char *version)
{
	size_t length = strlen(meant);

	if (strcmp(meant, version) == 0)
		return true;
	/* A candidate is only meant by its whole name. */
	if (strchr(version, '-') != NULL)
		return false;
	if (strcmp(meant, "latest") == 0)
		return version[0] >= '0' && version[0] <= '9';
	return strncmp(meant, version, length) == 0 && version[length] == '.';
}

/* The number at *text, which then is what follows it; a number that is too long is the largest. */
static unsigned long take_number(const char **text)
{
	unsigned long number = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number > 1000000 ? number : number * 10 + (unsigned long)(**text - '0');
	return number;
}

int image_spec_compare(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		unsigned long first = take_number(&a), second = take_number(&b);

		if (first != second)
			return first < second ? -1 : 1;
		if (*a != *b) {
			/* "23.05.0-rc1" < "23.05.0" < "23.05.0.1" */
			if (*a == '-' || *b == '-')
				return *a == '-' ? -1 : 1;
			if (*a == '\0' || *b == '\0')
				return *a == '\0' ? -1 : 1;
			return *a < *b ? -1 : 1;
		}
		if (*a != '\0') {
			a++;
			b++;
		}
	}
	return 0;
}
