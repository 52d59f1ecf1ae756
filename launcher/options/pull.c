/* SPDX-License-Identifier: MIT
 * Options of pull and mkimage, and of what is made of images: setters that the table names. */
#include "launcher/options/pull.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/text.h"

#define SHA256_DIGITS 64
#define HEX_DIGITS "0123456789abcdefABCDEF"

int options_set_quiet(struct options *options, const char *value, char **reterr_text)
{
	(void)value;
	(void)reterr_text;
	options->quiet = true;
	return 0;
}

int options_set_no_signature(struct options *options, const char *value, char **reterr_text)
{
	(void)value;
	(void)reterr_text;
	options->no_signature = true;
	return 0;
}

int options_set_key(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->key = value;
	return 0;
}

int options_set_mirror(struct options *options, const char *value, char **reterr_text)
{
	if (strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0)
		return text_fail(reterr_text, -EINVAL,
			"mirror '%s' begins with neither http:// nor https://", value);
	options->mirror = value;
	return 0;
}

int options_set_image_name(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->image_name = value;
	return 0;
}

int options_set_sha256(struct options *options, const char *value, char **reterr_text)
{
	if (strlen(value) != SHA256_DIGITS || strspn(value, HEX_DIGITS) != SHA256_DIGITS)
		return text_fail(reterr_text, -EINVAL,
			"sha256 '%s' is not %d hexadecimal digits, as 'sha256sum' prints them",
			value, SHA256_DIGITS);
	options->sha256 = value;
	return 0;
}

static int parse_size(const char *value, uint64_t *ret_bytes, char **reterr_text)
{
	struct vm vm = {0};
	int r = vm_set_memory(&vm, value, reterr_text);

	if (r < 0)
		return text_fail(reterr_text, r,
			"size '%s' is not one from %uM to %uG, such as '512M' or '10G'", value,
			VM_MEMORY_MIN, VM_MEMORY_MAX / 1024);
	*ret_bytes = (uint64_t)vm.memory << 20;
	return 0;
}

int options_set_image_size(struct options *options, const char *value, char **reterr_text)
{
	return parse_size(value, &options->image_size, reterr_text);
}

int options_set_disk_size(struct options *options, const char *value, char **reterr_text)
{
	return parse_size(value, &options->disk_size, reterr_text);
}

int options_set_output(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->output = value;
	return 0;
}
