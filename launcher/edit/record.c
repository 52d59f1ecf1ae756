/* SPDX-License-Identifier: MIT
 * Files on their way between owrun and the child that has the image. */
#include "launcher/edit/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/bytes.h"

/* What comes first. Both sides are one program. */
struct head {
	struct ext4_file file;
	uint32_t path;	 /* bytes */
	uint32_t target; /* likewise */
};

void record_free(struct record *record)
{
	free(record->path);
	free(record->target);
}

int record_take(int fd, void *data, size_t size)
{
	ssize_t length = bytes_read(fd, data, size);

	if (length < 0)
		return (int)length;
	return (size_t)length == size ? 0 : -EBADMSG;
}

int record_send(int fd, const struct record *record)
{
	struct head head = {.file = record->file};
	const char *target = record->target == NULL ? "" : record->target;
	int r = 0;

	head.path = (uint32_t)strlen(record->path);
	head.target = (uint32_t)strlen(target);
	if (head.path > RECORD_TEXT_MAX || head.target > RECORD_TEXT_MAX)
		return -ENAMETOOLONG;
	r = bytes_write(fd, &head, sizeof(head));
	if (r == 0)
		r = bytes_write(fd, record->path, head.path);
	return r == 0 ? bytes_write(fd, target, head.target) : r;
}

/* A text of that length, without a NUL in it. */
static int take_text(int fd, size_t length, char **ret_text)
{
	char *text = calloc(1, length + 1);
	int r = 0;

	if (text == NULL)
		abort();
	*ret_text = text;
	r = record_take(fd, text, length);
	return r == 0 && strlen(text) != length ? -EBADMSG : r;
}

int record_receive(int fd, struct record *ret_record)
{
	struct record record = {0};
	struct head head = {0};
	ssize_t length = bytes_read(fd, &head, sizeof(head));
	int r = 0;

	if (length <= 0)
		return (int)length;
	if ((size_t)length < sizeof(head) || head.path > RECORD_TEXT_MAX ||
		head.target > RECORD_TEXT_MAX ||
		(S_ISREG(head.file.mode) && head.file.size > RECORD_SIZE_MAX))
		return -EBADMSG;
	record.file = head.file;
	r = take_text(fd, head.path, &record.path);
	if (r == 0)
		r = take_text(fd, head.target, &record.target);
	if (r < 0) {
		record_free(&record);
		return r;
	}
	*ret_record = record;
	return 1;
}
