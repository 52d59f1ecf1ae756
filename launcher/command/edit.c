/* SPDX-License-Identifier: MIT
 * `owrun edit`: a VM's vm.conf in the user's editor.
 *
 * What is edited is a draft beside vm.conf. It takes the place of vm.conf when it is sound; until
 * then it stays, whatever ends owrun or the editor, and the next `owrun edit` goes on with it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/change/conf-file.h"
#include "launcher/change/editor.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept.h"

static int make_draft(
	const struct vmdir *vmdir, const char *path, const char *text, char **reterr_text)
{
	OWNED_FD fd = vmdir_make_file(vmdir, VMDIR_DRAFT);
	int r = fd == -EEXIST ? 0 : fd < 0 ? fd : bytes_write(fd, text, strlen(text));

	if (fd == -EEXIST)
		text_say("this is the text of an 'owrun edit' that was not taken over: '%s'", path);
	if (r < 0 && fd >= 0)
		(void)!vmdir_unlink(vmdir, VMDIR_DRAFT);
	return r < 0 ? text_fail(reterr_text, r, "cannot make '%s': %s", path, strerror(-r)) : 0;
}

/* Edit until the draft is sound, or the user has enough of it. Returns 0 with its text, or -errno
 * with a sentence. */
static int edit_draft(
	const struct vmdir *vmdir, const char *path, char **ret_text, char **reterr_text)
{
	for (;;) {
		OWNED_MEMORY char *text = NULL;
		int r = editor_run(path, reterr_text);

		if (r == 0)
			r = conf_file_read(vmdir, VMDIR_DRAFT, &text, reterr_text);
		if (r == 0)
			r = conf_file_judge(vmdir, path, text, reterr_text);
		if (r == 0) {
			*ret_text = text;
			text = NULL;
			return 0;
		}
		if (r == -ENOENT || r == -EREMOTEIO)
			return r;
		text_say("%s", *reterr_text);
		if (!editor_ask("edit it again?"))
			return text_fail(reterr_text, r, "vm.conf is as it was");
	}
}

/* Is there a draft that is worth to be gone on with? */
static bool keeps_text(const struct vmdir *vmdir, const char *before)
{
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *ignored = NULL;

	if (conf_file_read(vmdir, VMDIR_DRAFT, &text, &ignored) == 0 && strcmp(text, before) == 0)
		(void)!vmdir_unlink(vmdir, VMDIR_DRAFT);
	return vmdir_has(vmdir, VMDIR_DRAFT);
}

static int edit(const struct options *options, char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_MEMORY char *path = NULL;
	OWNED_MEMORY char *before = NULL;
	OWNED_MEMORY char *after = NULL;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *word = shell_word(options->operand);
	int r = conf_file_open(options->operand, options->trust_directory, &vmdir, reterr_text);

	if (r == 0)
		r = conf_file_read(&vmdir, VMDIR_CONF, &before, reterr_text);
	if (r < 0)
		return r;
	path = text_format("%s/" VMDIR_DRAFT, vmdir.path);
	r = make_draft(&vmdir, path, before, reterr_text);
	if (r < 0)
		return r;
	r = edit_draft(&vmdir, path, &after, &error);
	if (r == 0 && strcmp(before, after) != 0)
		r = conf_file_replace(&vmdir, before, after, false, &error);
	if (r < 0 && !keeps_text(&vmdir, before))
		return text_fail(reterr_text, r, "%s", error);
	if (r < 0)
		return text_fail(reterr_text, r,
			"%s; your text is kept in '%s', and 'owrun edit %s' goes on with it", error,
			path, word);
	(void)!vmdir_unlink(&vmdir, VMDIR_DRAFT);
	kept_tell_changed(options->operand, &vmdir, strcmp(before, after) == 0 ? NULL : "changed");
	return 0;
}

int edit_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = edit(options, &error);

	return text_exit_status(r, error);
}
