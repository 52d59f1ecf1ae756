/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as what comes from a mirror, and as the name of an image.
 *
 * The first byte picks what they are. Names that come out are those of files, hashes are digits. */
#include <string.h>

#include "launcher/download/release.h"
#include "launcher/download/usign.h"
#include "launcher/image/kind.h"
#include "launcher/image/name.h"
#include "tests/fuzz/fuzz.h"

#define NAME "profiles.json"

static const struct image_spec specs[] = {
	{.filesystem = "ext4", .type = "combined"},
	{.filesystem = "squashfs", .type = "rootfs"},
	{.type = SPEC_KERNEL},
	{.type = SPEC_TAR},
};

static void try_sums(const char *text, size_t size)
{
	char hex[RELEASE_HEX_SIZE] = "";

	if (release_find_hash(text, size, NAME, hex))
		EXPECT(strspn(hex, "0123456789abcdef") == RELEASE_HEX_SIZE - 1);
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		char *name = NULL;

		/* What is named has a hash, too. */
		if (release_find_file(text, size, &specs[i], &name))
			EXPECT(image_name_valid(name) && release_find_hash(text, size, name, hex));
		free(name);
	}
}

static void try_json(const char *text, size_t size)
{
	static const struct image_spec spec = {
		.version = "latest", .target = "x86/64", .filesystem = "ext4", .type = "combined"};
	json_t *value = json_loadb(text, size, 0, NULL);
	char *name = NULL, *version = NULL, *error = NULL;

	if (value != NULL && release_find_image(value, &spec, &name, &error) == 0)
		EXPECT(image_name_valid(name));
	if (value != NULL && release_find_version(value, "latest", &version, &error) == 0)
		EXPECT(image_name_valid(version) && strlen(version) < SPEC_PART_SIZE);
	json_decref(value);
	free(name);
	free(version);
	free(error);
}

static void try_signature(const char *text, size_t size)
{
	struct usign_signature signature = {0};
	struct usign_key key = {0};
	bool is_key = usign_read_key(text, size, &key);
	bool is_signature = usign_read_signature(text, size, &signature);

	EXPECT(!is_key || !is_signature);
	if (is_signature && usign_find_key("23.05.0", signature.number, &key))
		EXPECT(!usign_check(&key, &signature, "", 0));
}

/* No part of it leads anywhere. */
static void expect_part(const char *part)
{
	EXPECT(part[0] != '\0' && part[0] != '.' && strstr(part, "..") != part);
}

static void try_name(const char *text)
{
	struct image_spec spec = {0};
	char *name = image_name_derive(text), *plain = image_name_plain(text), *error = NULL;

	EXPECT(image_name_valid(name));
	EXPECT(strlen(plain) <= strlen(text));
	if (image_spec_is(text) && image_spec_parse(text, arch_host(), &spec, &error) == 0) {
		expect_part(spec.version);
		expect_part(spec.target);
		EXPECT(strlen(strchr(spec.target, '/') + 1) > 0);
		EXPECT(image_spec_covers(spec.version, spec.version));
		EXPECT(image_spec_compare(spec.version, spec.version) == 0);
	}
	free(name);
	free(plain);
	free(error);
}

static void try_kind(const char *data, size_t size)
{
	EXPECT(image_kind_words(image_kind_of((const uint8_t *)data, size)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = size == 0 ? NULL : calloc(1, size);
	size_t length = size - 1;

	if (text == NULL)
		return 0;
	memcpy(text, data + 1, length);
	switch (data[0]) {
	case 's':
		try_sums(text, length);
		break;
	case 'j':
		try_json(text, length);
		break;
	case 'u':
		try_signature(text, length);
		break;
	case 'n':
		try_name(text);
		break;
	default:
		try_kind(text, length);
	}
	free(text);
	return 0;
}
