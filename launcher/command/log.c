/* SPDX-License-Identifier: MIT
 * `owrun log`: what the console of a VM printed, or QEMU itself. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/command/commands.h"
#include "launcher/console/console.h"
#include "launcher/console/log.h"
#include "launcher/console/missing.h"
#include "launcher/home/ended.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/file.h"
#include "launcher/runtime/find.h"

#define CHUNK 8192     /* bytes */
#define POLL_PAUSE 250 /* ms, where inotify or the VM's process is not to be had */

static int open_log(const struct runtime *runtime, const struct options *options)
{
	const char *file = RUNTIME_QEMU_LOG;
	OWNED_MEMORY char *missing = NULL;
	OWNED_MEMORY char *path = NULL;
	int fd = -1;

	if (!options->qemu_log) {
		const struct serial_console *console =
			console_find(runtime, options->operand, options->serial, &missing);

		if (console == NULL) {
			text_say("%s", missing);
			return -ENOENT;
		}
		file = console->log;
	}
	path = runtime_file(runtime, file);
	fd = runtime_file_open(runtime->directory_fd, file, RUNTIME_LOG_MAX);
	/* All else was said. */
	if (fd == -ENOENT)
		text_say("cannot open '%s': %s", path, strerror(ENOENT));
	return fd;
}

/* Print what the log has from here on, from its beginning when it was emptied. A guest chose what
 * is in it: `visible`, unless it is NULL, makes that harmless. Returns 0 or -errno. */
static int print_rest(int log, struct visible *visible)
{
	char data[CHUNK];
	struct stat st = {0};
	ssize_t length = 0;

	if (fstat(log, &st) == 0 && lseek(log, 0, SEEK_CUR) > st.st_size)
		lseek(log, 0, SEEK_SET);
	while ((length = read(log, data, sizeof(data))) > 0) {
		if (visible != NULL)
			visible_write(visible, data, (size_t)length, stdout);
		else
			(void)fwrite(data, 1, (size_t)length, stdout);
		if (ferror(stdout) != 0)
			return -errno;
	}
	return fflush(stdout) == 0 ? 0 : -errno;
}

/* Print on until the VM ends. The order counts: what was printed before the end is printed here. */
static int follow(const struct runtime *runtime, int log, struct visible *visible)
{
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", log);
	OWNED_FD pidfd = runtime_process_open(runtime);
	OWNED_FD watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	bool watched = watch >= 0 && inotify_add_watch(watch, path, IN_MODIFY) >= 0;
	bool alive = true;
	int r = 0;

	while (alive && r == 0) {
		struct pollfd waits[] = {
			{.fd = watch, .events = POLLIN},
			{.fd = pidfd, .events = POLLIN},
			{.fd = STDOUT_FILENO},
		};
		char events[CHUNK];

		alive = pidfd >= 0 ? poll(&waits[1], 1, 0) == 0 : runtime_alive(runtime);
		r = print_rest(log, visible);
		if (!alive || r < 0)
			break;
		(void)!poll(waits, 3, watched && pidfd >= 0 ? -1 : POLL_PAUSE);
		if (waits[0].revents != 0)
			(void)!read(watch, events, sizeof(events));
		if (waits[2].revents & (POLLERR | POLLHUP))
			r = -EPIPE;
	}
	return r;
}

static int print(const struct runtime *runtime, int log, const struct options *options)
{
	bool shown = !options->raw && isatty(STDOUT_FILENO) == 1;
	struct visible visible = {0};
	int r = options->follow && runtime != NULL ? follow(runtime, log, shown ? &visible : NULL)
						   : print_rest(log, shown ? &visible : NULL);

	visible_end(&visible, stdout);
	return r;
}

/* Returns an exit status. */
static int print_log(const struct runtime *runtime, int log, const struct options *options)
{
	int r = 0;

	if (log < 0)
		return 1;
	if (options->has_lines)
		lseek(log, log_lines_offset(log, options->lines), SEEK_SET);
	r = print(runtime, log, options);
	if (r < 0)
		text_say("cannot write to standard output: %s", strerror(-r));
	return r == 0 ? 0 : 1;
}

static void say_ended(const char *name, const struct ended *ended)
{
	OWNED_MEMORY char *sentence = ended_sentence(name, ended);

	text_say("%s", sentence);
}

/* Nothing says any more which port had the first console: the first port it is. */
static const char *kept_file(const struct options *options)
{
	if (options->qemu_log)
		return RUNTIME_QEMU_LOG;
	return serial_console(options->serial == 0 ? 0 : options->serial - 1)->log;
}

/* Of a VM that has ended, whose runtime directory is another's by now, or gone: then `none` says
 * so. */
static int print_kept(const struct options *options, const char *none)
{
	OWNED_MEMORY char *error = NULL;
	struct ended ended = {0};
	OWNED_FD log = ended_open(options->operand, options->ended == 0 ? 1 : options->ended,
		kept_file(options), &ended, &error);

	if (log == -ENOENT && options->serial > 0)
		text_say("nothing is kept of serial port %u of VM '%s'",
			(unsigned int)options->serial, options->operand);
	else if (log < 0)
		text_say("%s", log == -ESRCH && none != NULL ? none : error);
	else
		say_ended(options->operand, &ended);
	return print_log(NULL, log, options);
}

int log_run(struct options *options)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *none = NULL;
	struct runtime_places places = {0};
	struct ended ended = {0};
	OWNED_FD log = -1;
	int r = 0;

	if (options->qemu_log && options->serial > 0) {
		text_say("'--qemu' and '--serial' are two logs; leave one of them out");
		return EXIT_USAGE;
	}
	runtime_places_init(&places);
	if (options->ended > 0)
		return print_kept(options, NULL);
	r = runtime_find_any(&places, options->operand, &runtime, &none);
	if (r == -ESRCH) {
		free(none);
		none = text_format("there is no log of a VM '%s'; 'owrun ls' lists your VMs",
			options->operand);
	}
	if (r < 0)
		return print_kept(options, none);
	if (!runtime_alive(&runtime)) {
		ended_await(&runtime);
		ended_noted(&runtime, &ended);
		say_ended(options->operand, &ended);
	}
	log = open_log(&runtime, options);
	return print_log(&runtime, log, options);
}
