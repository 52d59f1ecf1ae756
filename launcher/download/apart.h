/* SPDX-License-Identifier: MIT
 * JSON that came from outside, read in a child that can do nothing else, see sandbox/worker.h. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_APART_H
#define OWVM_LAUNCHER_DOWNLOAD_APART_H

#include <jansson.h>

#include "launcher/download/fetch-text.h"

#define APART_ANSWER_SIZE 256 /* bytes, with the NUL */

/* What a value is asked: `find` returns 0 and a text that its caller frees, or -errno with a
 * sentence. */
struct apart_question {
	int (*find)(const json_t *value, const void *what, char **ret_answer, char **reterr_text);
	const void *what;
};

/* Read the text, which came from `url`, and ask it that. The answer, which the caller frees, is as
 * hostile as the text. Returns 0, or -errno with a sentence: -EBADMSG when it is no JSON. */
int apart_ask(const char *url, const char *text, size_t size, const struct apart_question *question,
	char **ret_answer, char **reterr_text);

#endif
