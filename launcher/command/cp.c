/* SPDX-License-Identifier: MIT
 * `owrun cp`: files between this host and an image, the disk of a VM, or a VM that runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/inside.h"
#include "launcher/edit/target.h"
#include "launcher/options/description.h"
#include "launcher/runtime/find.h"
#include "launcher/ssh/session.h"

/* One side is here, the other in an image. */
struct copy {
	char *image;
	const char *inside; /* path in there */
	const char *here;
	bool out;
};

static bool is_inside(const char *word)
{
	const char *colon = strstr(word, ":/");

	/* A file of that name is what it says. */
	return colon != NULL && colon != word && access(word, F_OK) < 0;
}

static int parse(const struct options *options, struct copy *ret_copy, char **reterr_text)
{
	const char *from = options->operand, *to = options->rest[0];
	const char *inside = NULL;

	if (is_inside(from) && is_inside(to))
		return text_fail(reterr_text, -EINVAL,
			"'%s' and '%s' are both inside images; one has to be a path of this host",
			from, to);
	if (!is_inside(from) && !is_inside(to))
		return text_fail(reterr_text, -EINVAL,
			"one of '%s' and '%s' has to be IMAGE:/PATH or VM:/PATH", from, to);
	ret_copy->out = is_inside(from);
	ret_copy->here = ret_copy->out ? to : from;
	inside = ret_copy->out ? from : to;
	return inside_split(inside, &ret_copy->image, &ret_copy->inside, reterr_text);
}

static bool runs(const char *name, struct runtime *ret_runtime)
{
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	return !description_is_image(name) && vm_name_valid(name) &&
	       runtime_find(&places, name, ret_runtime, &ignored) == 0;
}

/* By scp: -O as a router's ssh server knows no other protocol. Returns its exit status, or -errno
 * with a sentence. */
static int by_ssh(const struct copy *copy, const struct runtime *runtime, char **reterr_text)
{
	static char protocol[] = "-O", all[] = "-r", end[] = "--";
	OWNED_SSH_WAY way = {0};
	OWNED_MEMORY char *word = shell_word(copy->inside);
	OWNED_MEMORY char *there = NULL;
	/* A ':' in it would be that of a host. */
	OWNED_MEMORY char *here = text_format("%s%s", copy->here[0] == '/' ? "" : "./", copy->here);
	int r = ssh_way_find(copy->image, runtime, &way, reterr_text);

	if (r < 0)
		return r;
	there = text_format("root@%s:%s", way.host, word);
	return ssh_session_run(
		&(struct ssh_session){
			.program = "scp",
			.name = copy->image,
			.way = &way,
			.before = (char *const[]){protocol, all},
			.n_before = 2,
			.after = (char *const[]){end, copy->out ? there : here,
				copy->out ? here : there},
			.n_after = 3,
		},
		reterr_text);
}

static int put(struct options *options, const struct copy *copy, int signals, char **reterr_text)
{
	const struct source source = {.path = copy->here, .destination = copy->inside};
	OWNED_INSIDE inside = INSIDE_NONE;
	int r = inside_open(options, true, signals, &inside, reterr_text);

	return r == 0 ? inside_change(options, &source, 1, &inside.edit, reterr_text) : r;
}

static int get(struct options *options, const struct copy *copy, int signals, char **reterr_text)
{
	OWNED_INSIDE inside = INSIDE_NONE;
	OWNED_LOOK look = LOOK_NONE;
	const char *slash = strrchr(copy->inside, '/');
	size_t left_out = 0;
	int r = inside_open(options, false, signals, &inside, reterr_text);

	if (r == 0)
		r = look_start(&inside.edit, copy->inside, LOOK_TREE, &look, reterr_text);
	if (r < 0)
		return r;
	r = target_receive(look.stream, copy->here, slash[1] == '\0' ? "root" : slash + 1,
		&left_out, reterr_text);
	/* Where the child has an error it is the reason for that of here. */
	if (r == 0 || r == -EBADMSG)
		r = look_finish(&look, &inside.edit, reterr_text);
	if (r == 0 && left_out > 0)
		text_say("%zu devices, fifos or sockets of the image were left out", left_out);
	return r;
}

int cp_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_FD signals = signals_open();
	struct copy copy = {0};
	int r = parse(options, &copy, &error);

	if (r == 0) {
		options->operand = copy.image;
		if (runs(copy.image, &runtime))
			r = by_ssh(&copy, &runtime, &error);
		else
			r = (copy.out ? get : put)(options, &copy, signals, &error);
	}
	free(copy.image);
	return text_exit_status(r, error);
}
