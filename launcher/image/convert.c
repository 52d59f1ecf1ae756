/* SPDX-License-Identifier: MIT
 * An image made into one of another format by qemu-img, in a sandbox. */
#include "launcher/image/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/host/host.h"
#include "launcher/sandbox/run.h"
#include "launcher/sandbox/sandbox.h"

#define TIMEOUT (60 * 60 * 1000) /* ms: a large image on a slow disk */

static int check_alone(const char *input, enum image_kind kind, char **reterr_text)
{
	struct backing below = {0};
	int r = 0;

	if (kind != IMAGE_QCOW2)
		return 0;
	if (backing_has_data_file(input))
		return text_fail(reterr_text, -EPERM,
			"keeps its data in another file, and only an image that stands alone is taken");
	r = backing_read(input, &below);
	if (r > 0)
		text_fail(reterr_text, -EPERM,
			"has '%s' below it, and only an image that stands alone is taken",
			below.name);
	backing_free(&below);
	return r > 0 ? -EPERM : 0;
}

/* A description is a text that names the files of the image. */
static int check_description(const char *input, enum image_kind kind, char **reterr_text)
{
	OWNED_FD fd = open(input, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char first = '\0';

	if (kind != IMAGE_VMDK || fd < 0 || read(fd, &first, 1) != 1 || first != '#')
		return 0;
	return text_fail(reterr_text, -EPERM,
		"only describes a VMDK image that is in other files, and an image that stands alone is taken");
}

int convert_run(const struct convert *convert, char **reterr_text)
{
	const size_t n = convert->below->n;
	OWNED_MEMORY const char **read = calloc(n + 1, sizeof(*read));
	const char *const words[] = {convert->program, "convert", "-q", "-f", convert->from_format,
		"-O", convert->to_format, convert->from, convert->to, NULL};

	if (read == NULL)
		abort();
	read[0] = convert->from;
	for (size_t i = 0; i < n; i++)
		read[i + 1] = convert->below->items[i].path;
	return sandbox_run(&(struct sandbox_run){.argv = (char *const *)(uintptr_t)words,
				   .read = read,
				   .n_read = n + 1,
				   .written = convert->to,
				   .max = convert->max,
				   .signals = convert->signals,
				   .timeout = convert->timeout},
		reterr_text);
}

int convert_image(const char *input, enum image_kind kind, const char *output, uint64_t max,
	int signals, char **reterr_text)
{
	OWNED_MEMORY char *program = host_find_program("", getenv("PATH"), "qemu-img");
	const struct backing_chain none = {0};
	int r = check_alone(input, kind, reterr_text);

	if (r == 0)
		r = check_description(input, kind, reterr_text);
	if (r < 0)
		return r;
	if (program == NULL)
		return text_fail(reterr_text, -ENOENT,
			"needs 'qemu-img', which is not on your PATH; on Debian it is in the package 'qemu-utils'");
	if (!sandbox_possible())
		return text_fail(reterr_text, -EOPNOTSUPP,
			"is %s, which this kernel (without Landlock) cannot have made safe; 'qemu-img convert -O qcow2' does it without a sandbox",
			image_kind_words(kind));
	r = convert_run(&(struct convert){.program = program,
				.from = input,
				.from_format = image_kind_format(kind),
				.below = &none,
				.to = output,
				.to_format = "qcow2",
				.max = max,
				.signals = signals,
				.timeout = TIMEOUT},
		reterr_text);
	if (r < 0 && r != -EINTR)
		text_fail(reterr_text, r, "cannot be made a qcow2 image: %s", *reterr_text);
	return r;
}
