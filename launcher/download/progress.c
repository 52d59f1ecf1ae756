/* SPDX-License-Identifier: MIT
 * How far a long work is: a bar on a terminal, now and then a line elsewhere. */
#include "launcher/download/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"

#define BAR_PAUSE 200	 /* ms */
#define LINE_PAUSE 10000 /* ms */
#define BAR_WIDTH 20

void progress_start(struct progress *ret_progress, const char *what, bool quiet, uint64_t done)
{
	int64_t now = deadline_now();

	*ret_progress = (struct progress){
		.what = what,
		.quiet = quiet,
		.terminal = terminal_moves(STDERR_FILENO),
		.began = now,
		.first = done,
	};
	ret_progress->next = now + (ret_progress->terminal ? BAR_PAUSE : LINE_PAUSE);
}

char *progress_bytes(uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;
	double number = (double)bytes;

	while (number >= 1000 && unit < sizeof(units) / sizeof(units[0]) - 1) {
		number /= 1024;
		unit++;
	}
	return text_format(unit == 0 || number >= 100 ? "%.0f %s" : "%.1f %s", number, units[unit]);
}

/* "12 MiB of 120 MiB, 3.0 MiB/s, 36 s left"; the caller frees it. */
static char *words_of(const struct progress *progress, uint64_t done, uint64_t total)
{
	int64_t took = deadline_now() - progress->began;
	uint64_t rate = took <= 0 ? 0 : (done - progress->first) * 1000 / (uint64_t)took;
	OWNED_MEMORY char *some = progress_bytes(done);
	OWNED_MEMORY char *all = progress_bytes(total);
	OWNED_MEMORY char *second = progress_bytes(rate);
	char *text = text_format("%s", some);

	if (total > 0)
		text_append(&text, " of %s", all);
	text_append(&text, ", %s/s", second);
	if (total > done && rate > 0)
		text_append(&text, ", %llu s left", (unsigned long long)((total - done) / rate));
	return text;
}

static void show_bar(struct progress *progress, uint64_t done, uint64_t total, const char *words)
{
	size_t filled = total == 0 ? 0 : (size_t)(done * BAR_WIDTH / total);
	char bar[BAR_WIDTH + 1] = "";

	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '=', filled < BAR_WIDTH ? filled : BAR_WIDTH);
	if (total > 0)
		fprintf(stderr, "\r\033[K[%s] %s", bar, words);
	else
		fprintf(stderr, "\r\033[K%s", words);
	fflush(stderr);
	progress->shown = true;
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
	OWNED_MEMORY char *words = NULL;
	int64_t now = deadline_now();

	if (progress->quiet || now < progress->next)
		return;
	words = words_of(progress, done, total);
	progress->next = now + (progress->terminal ? BAR_PAUSE : LINE_PAUSE);
	if (progress->terminal)
		show_bar(progress, done, total, words);
	else
		text_say("%s: %s", progress->what, words);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
