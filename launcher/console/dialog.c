/* SPDX-License-Identifier: MIT
 * One command, typed into the shell on a guest's console. */
#include "launcher/console/dialog.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/deadline.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"

#define LINE_MAX_SIZE 8192 /* bytes; what is longer comes in parts */
#define QUIET 700	   /* ms after which the last line is taken for a prompt */
#define FOREVER (-1)
#define BEGIN "owrun-begin"
#define END "owrun-end-"

/* What came and was not taken yet. */
struct reader {
	const struct dialog *dialog;
	char data[LINE_MAX_SIZE];
	size_t used;
};

/* Wait for more. Returns 1, 0 when nothing came within that time, or -errno: -EPIPE, -EINTR. */
static int read_more(struct reader *reader, int timeout_ms)
{
	const struct dialog *dialog = reader->dialog;
	struct pollfd waits[] = {{.fd = dialog->socket, .events = POLLIN},
		{.fd = dialog->signals, .events = POLLIN}, {.fd = dialog->pidfd, .events = POLLIN}};
	int ready = poll(waits, 3, timeout_ms);
	ssize_t length = 0;

	if (ready <= 0)
		return ready == 0 || errno == EINTR ? 0 : -errno;
	if (waits[1].revents != 0)
		return -EINTR;
	if (waits[0].revents == 0)
		return -EPIPE;
	length = read(dialog->socket, reader->data + reader->used,
		sizeof(reader->data) - 1 - reader->used);
	if (length <= 0)
		return length < 0 && errno == EAGAIN ? 0 : -EPIPE;
	reader->used += (size_t)length;
	reader->data[reader->used] = '\0';
	return 1;
}

static void drop(struct reader *reader, size_t length)
{
	reader->used -= length;
	memmove(reader->data, reader->data + length, reader->used + 1);
}

/* Take a line, without its end, or a part of one that is too long. NULs end it early. False: there
 * is none yet. */
static bool take_line(struct reader *reader, char **ret_line)
{
	const char *end = memchr(reader->data, '\n', reader->used);
	size_t length = end == NULL ? reader->used : (size_t)(end - reader->data), text = length;

	if (end == NULL && reader->used < sizeof(reader->data) - 1)
		return false;
	while (text > 0 && reader->data[text - 1] == '\r')
		text--;
	*ret_line = text_format("%.*s", (int)text, reader->data);
	drop(reader, end == NULL ? length : length + 1);
	return true;
}

/* Does the last line end so, but for what a terminal obeys behind it? */
static bool ends_with(const struct reader *reader, const char *word)
{
	const char *newline = memrchr(reader->data, '\n', reader->used);
	const char *line = newline == NULL ? reader->data : newline + 1, *last = NULL;

	for (const char *at = line; (at = strstr(at, word)) != NULL; at++)
		last = at + strlen(word);
	return last != NULL && (*last == '\0' || *last == '\033');
}

int dialog_type(const struct dialog *dialog, const char *line)
{
	OWNED_MEMORY char *typed = text_format("%s\n", line);
	size_t size = strlen(typed), at = 0;

	while (at < size) {
		ssize_t length = write(dialog->socket, typed + at, size - at);

		if (length < 0 && errno == EAGAIN)
			(void)!poll(&(struct pollfd){.fd = dialog->socket, .events = POLLOUT}, 1,
				FOREVER);
		else if (length < 0 && errno != EINTR)
			return -errno;
		at += length > 0 ? (size_t)length : 0;
	}
	return 0;
}

/* Routers ask for the Enter key before they have a shell. */
static int find_shell(struct reader *reader, char **reterr_text)
{
	int64_t deadline = deadline_in(reader->dialog->timeout);
	int r = 0;

	while (deadline_left(deadline) > 0) {
		char *line = NULL;

		r = read_more(reader, QUIET);
		if (r < 0)
			return r;
		while (take_line(reader, &line))
			free(line);
		if (r > 0)
			continue;
		if (ends_with(reader, "# "))
			return 0;
		if (ends_with(reader, "ogin: "))
			return text_fail(reterr_text, -EACCES,
				"the guest asks for a login on its console, and none is known");
		r = dialog_type(reader->dialog, "");
		if (r < 0)
			return r;
	}
	return text_fail(reterr_text, -ETIMEDOUT,
		"there is no shell on the guest's console after %d s",
		reader->dialog->timeout / 1000);
}

/* The line that is typed; the caller frees it. */
static char *make_line(char *const *argv)
{
	char *line = text_format("printf 'owrun-%%s\\n' begin;");

	for (; *argv != NULL; argv++) {
		OWNED_MEMORY char *word = shell_word(*argv);

		text_append(&line, " %s", word);
	}
	text_append(&line, "; printf '\\nowrun-%%s-%%d\\n' end $?");
	return line;
}

static bool is_end(const char *line, int *ret_status)
{
	const char *digits = line + strlen(END);
	uint32_t status = 0;

	if (strncmp(line, END, strlen(END)) != 0 ||
		!number_parse(digits, strlen(digits), UINT8_MAX, &status))
		return false;
	*ret_status = (int)status;
	return true;
}

/* Print what comes after the first mark, to the second one, before which there is one end of a line
 * too many where the command's output had one itself. */
static int follow(struct reader *reader, int *ret_status)
{
	bool begun = false, blank = false;

	while (true) {
		OWNED_MEMORY char *line = NULL;

		if (!take_line(reader, &line)) {
			int r = read_more(reader, FOREVER);

			if (r < 0)
				return r;
			continue;
		}
		if (!begun) {
			begun = strcmp(line, BEGIN) == 0;
			continue;
		}
		if (is_end(line, ret_status))
			return 0;
		if (blank)
			reader->dialog->print("");
		blank = line[0] == '\0';
		if (!blank)
			reader->dialog->print(line);
	}
}

int dialog_run(const struct dialog *dialog, char *const *argv, int *ret_status, char **reterr_text)
{
	OWNED_MEMORY char *line = make_line(argv);
	struct reader reader = {.dialog = dialog};
	int r = 0;

	if (strlen(line) > DIALOG_TYPED_MAX || strchr(line, '\n') != NULL)
		return text_fail(reterr_text, -E2BIG,
			"the command is typed as one line of at most %d bytes, and is none",
			DIALOG_TYPED_MAX);
	r = find_shell(&reader, reterr_text);
	if (r == 0)
		r = dialog_type(dialog, line);
	if (r == 0)
		r = follow(&reader, ret_status);
	if (r == -EINTR)
		return text_fail(reterr_text, r, "interrupted");
	return r < 0 && *reterr_text == NULL
		       ? text_fail(reterr_text, r, "the guest has ended before the command")
		       : r;
}
