/* SPDX-License-Identifier: MIT
 * JSON that came from outside, read in a child that can do nothing else. */
#include "launcher/download/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/sandbox/worker.h"

struct job {
	const char *url;
	const char *text;
	size_t size;
	const struct apart_question *question;
};

/* In the child. */
static int work(void *context, char **reterr_text)
{
	const struct job *job = context;
	json_error_t error = {0};
	json_auto_t *value = json_loadb(job->text, job->size, 0, &error);
	OWNED_MEMORY char *answer = NULL;
	size_t length = 0;
	int r = 0;

	if (value == NULL)
		return text_fail(reterr_text, -EBADMSG, "'%s' makes no sense: line %d: %s",
			job->url, error.line, error.text);
	r = job->question->find(value, job->question->what, &answer, reterr_text);
	if (r < 0)
		return r;
	length = strlen(answer);
	if (length >= APART_ANSWER_SIZE || write(WORKER_FD(0), answer, length) != (ssize_t)length)
		return text_fail(reterr_text, -EBADMSG, "'%s' makes no sense", job->url);
	return 0;
}

/* What the pipe holds, which the child has closed by now. */
static char *read_answer(int fd)
{
	char answer[APART_ANSWER_SIZE] = "";
	ssize_t length = read(fd, answer, sizeof(answer) - 1);

	return text_format("%s", length < 0 ? "" : answer);
}

int apart_ask(const char *url, const char *text, size_t size, const struct apart_question *question,
	char **ret_answer, char **reterr_text)
{
	struct job job = {.url = url, .text = text, .size = size, .question = question};
	struct worker worker = WORKER_NONE;
	int ends[2] = {-1, -1}, r = pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
	OWNED_FD answers = ends[0];

	if (r == 0)
		r = worker_start(work, &job, &ends[1], 1, &worker);
	cleanup_close(&ends[1]);
	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot start what reads '%s': %s", url, strerror(-r));
	r = worker_finish(&worker, reterr_text);
	if (r < 0)
		return r;
	*ret_answer = read_answer(answers);
	return 0;
}
