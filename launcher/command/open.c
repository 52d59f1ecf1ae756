/* SPDX-License-Identifier: MIT
 * `owrun open`: a router's page, in the browser of this desktop. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/console.h"
#include "launcher/doctor/page.h"
#include "launcher/relay/change.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/state.h"

#define PAGE_TIMEOUT 5000 /* ms */
#define OPENER "xdg-open"

enum { HTTP = 80, HTTPS = 443 };

/* The way to a page: this host's own address on the LAN, a forward that is there, else one that is
 * made. *ret_url is the caller's. Returns 0, or -errno with a sentence: it does not lead there. */
static int find_page(
	const char *name, const struct runtime *runtime, char **ret_url, char **reterr_text)
{
	json_auto_t *state = state_read(runtime);
	OWNED_MEMORY char *obstacle = NULL;
	struct page page = {0};
	bool secure = !state_find_forward(state, HTTP, &page.way) &&
		      state_find_forward(state, HTTPS, &page.way);
	int r = 0;

	if (page_by_bridge(state, &page) && page_answers(&page, PAGE_TIMEOUT)) {
		*ret_url = page_url(&page);
		return 0;
	}
	page.link[0] = '\0';
	r = change_find(name, runtime, secure ? HTTPS : HTTP, &page.way, reterr_text);
	if (r < 0)
		return r;
	*ret_url = secure ? text_format("https://%s:%u/", forward_reach(&page.way),
				    (unsigned int)page.way.host)
			  : page_url(&page);
	if (!secure && page_answers(&page, PAGE_TIMEOUT))
		return 0;
	obstacle = obstacle_find(runtime, state, &page.way, PAGE_TIMEOUT);
	if (secure && obstacle == NULL)
		return 0;
	return text_fail(reterr_text, -EHOSTUNREACH, "VM '%s' shows no page at %s: %s", name,
		*ret_url, obstacle == NULL ? "what answers there is none" : obstacle);
}

static bool has_desktop(void)
{
	const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");

	return (x11 != NULL && x11[0] != '\0') || (wayland != NULL && wayland[0] != '\0');
}

/* A browser may stay for as long as it is used: nobody waits for it. */
__attribute__((noreturn)) static void open_in_browser(const char *url, int news)
{
	OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int error = 0;

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
		dup2(null, STDERR_FILENO) >= 0 && setsid() >= 0) {
		signals_reset_all();
		execlp(OPENER, OPENER, url, (char *)NULL);
	}
	error = errno;
	(void)!write(news, &error, sizeof(error));
	_exit(EXIT_FAILURE);
}

static void open_page(const char *url)
{
	int news[2] = {-1, -1}, error = 0;
	pid_t pid = -1;

	if (pipe2(news, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0)
		open_in_browser(url, news[1]);
	cleanup_close(&news[1]);
	if (pid > 0 && read(news[0], &error, sizeof(error)) == sizeof(error))
		text_say("cannot start '" OPENER "': %s%s", strerror(error),
			error == ENOENT ? "; on Debian it is in the package 'xdg-utils'" : "");
	cleanup_close(&news[0]);
}

static int run(const struct options *options, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *url = NULL;
	OWNED_FD pidfd = -1;
	int r = attach_find(options, ATTACH_TIMEOUT, &runtime, &pidfd, reterr_text);

	if (r == 0)
		r = find_page(options->operand, &runtime, &url, reterr_text);
	if (r < 0)
		return r;
	text_print(stdout, "%s", url);
	if (!options->print && has_desktop())
		open_page(url);
	return 0;
}

int open_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = run(options, &error);

	return text_exit_status(r, error);
}
