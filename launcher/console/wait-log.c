/* SPDX-License-Identifier: MIT
 * `owrun wait --for console:REGEX`: the log of a console, line by line. */
#include "launcher/console/wait-log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/runtime/file.h"

#define LINE_MAX_SIZE 65536 /* bytes of a line that are looked at */

int wait_log_init(const char *text, struct wait_log *log, char **reterr_text)
{
	int error = regcomp(&log->pattern, text, REG_EXTENDED | REG_NOSUB);
	char reason[128] = {0};

	if (error != 0) {
		regerror(error, &log->pattern, reason, sizeof(reason));
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not an extended regular expression: %s", text, reason);
	}
	log->compiled = true;
	return 0;
}

int wait_log_open(const struct runtime *runtime, struct wait_log *log, char **reterr_text)
{
	OWNED_FD fd =
		runtime_file_open(runtime->directory_fd, RUNTIME_CONSOLE_LOG, RUNTIME_LOG_MAX);
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", fd);

	if (fd < 0)
		return text_fail(reterr_text, fd,
			"its console has no log '%s/" RUNTIME_CONSOLE_LOG "': %s",
			runtime->directory, own_phrase(fd));
	log->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (log->watch >= 0 && inotify_add_watch(log->watch, path, IN_MODIFY) < 0)
		cleanup_close(&log->watch);
	log->stream = fdopen(fd, "r");
	if (log->stream == NULL)
		abort();
	(void)cleanup_steal_fd(&fd);
	return 0;
}

void wait_log_close(struct wait_log *log)
{
	if (log->stream != NULL)
		fclose(log->stream);
	if (log->compiled)
		regfree(&log->pattern);
	free(log->line);
	cleanup_close(&log->watch);
}

/* Keep a byte of the line that is being read, unless it is one of a control sequence: ESC, '[', and
 * up to a letter. A line that does not end is not kept for ever. */
static void keep(struct wait_log *log, char byte)
{
	if (log->sequence) {
		log->sequence = byte != '@' && (byte < 'A' || byte > '~' || byte == '[');
		return;
	}
	if (byte == '\033') {
		log->sequence = true;
		return;
	}
	if (log->used == LINE_MAX_SIZE)
		return;
	if (log->used + 1 >= log->size) {
		log->size = log->size == 0 ? 256 : log->size * 2;
		log->line = realloc(log->line, log->size);
		if (log->line == NULL)
			abort();
	}
	log->line[log->used++] = byte;
	log->line[log->used] = '\0';
}

static bool line_matches(struct wait_log *log)
{
	if (log->used == 0 || regexec(&log->pattern, log->line, 0, NULL, 0) != 0)
		return false;
	text_print(stdout, "%s", log->line);
	return true;
}

/* Look at what the log has in addition by now: it may grow as fast as it is read. A prompt has no
 * end of line: the last line counts as it is. */
bool wait_log_matches(struct wait_log *log)
{
	struct stat st = {0};
	int byte = 0;

	clearerr(log->stream);
	if (fstat(fileno(log->stream), &st) < 0)
		return false;
	while (log->looked < st.st_size && (byte = fgetc(log->stream)) != EOF) {
		log->looked++;
		if (byte == '\n') {
			if (line_matches(log))
				return true;
			log->used = 0;
			log->sequence = false;
		} else if (byte != '\r' && byte != '\0') {
			keep(log, (char)byte);
		}
	}
	return line_matches(log);
}
