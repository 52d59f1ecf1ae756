/* SPDX-License-Identifier: MIT
 * A command in an image: the process that becomes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/chroot/private.h"
#include "launcher/sandbox/sandbox.h"

#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What the installation of a package may need, all of it about the image's own files and ids. */
static const cap_value_t kept[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER,
	CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SETFCAP, CAP_SYS_CHROOT,
	CAP_NET_BIND_SERVICE};
#define N_KEPT ((int)(sizeof(kept) / sizeof(kept[0])))

/* Of the user's environment. */
static const char *const terminal[] = {"TERM", "COLORTERM"};
static const char *const proxies[] = {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
	"all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"};

static bool is_kept(cap_value_t capability)
{
	for (int i = 0; i < N_KEPT; i++)
		if (kept[i] == capability)
			return true;
	return false;
}

static int drop_capabilities(void)
{
	cap_t caps = NULL;
	int r = 0;

	for (cap_value_t one = 0; r == 0 && one < cap_max_bits(); one++)
		if (!is_kept(one) && cap_drop_bound(one) < 0 && errno != EINVAL)
			r = -errno;
	caps = cap_init();
	if (r == 0 &&
		(caps == NULL || cap_set_flag(caps, CAP_PERMITTED, N_KEPT, kept, CAP_SET) < 0 ||
			cap_set_flag(caps, CAP_EFFECTIVE, N_KEPT, kept, CAP_SET) < 0 ||
			cap_set_proc(caps) < 0))
		r = -errno;
	if (caps != NULL)
		cap_free(caps);
	return r;
}

static void pass_on(const char *const *names, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (values[i] != NULL)
			setenv(names[i], values[i], 1);
}

static void get_values(const char *const *names, const char **ret_values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret_values[i] = getenv(names[i]);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void make_environment(bool network)
{
	const char *terminals[COUNT(terminal)] = {0}, *all[COUNT(proxies)] = {0};

	get_values(terminal, terminals, COUNT(terminal));
	if (network)
		get_values(proxies, all, COUNT(proxies));
	/* What was read stays where it was. */
	clearenv();
	pass_on(terminal, terminals, COUNT(terminal));
	pass_on(proxies, all, COUNT(proxies));
	setenv("PATH", PATH, 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("SHELL", "/bin/sh", 1);
}

/* A directory would be a way out of the image. Who redirects all does not lend it the terminal, by
 * which it could take the keyboard of the shell. */
static int check_streams(char **reterr_text)
{
	struct stat st = {0};

	if (!isatty(STDIN_FILENO) && !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO))
		setsid();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return text_fail(reterr_text, -EINVAL,
				"standard input, output or error is a directory, and no command in an image gets one");
	return 0;
}

static int confine(void)
{
	int r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : drop_capabilities();

	if (r < 0)
		return r;
	sandbox_enter_scope();
	return chroot_refuse_calls(false);
}

/* As execvp(3), which would have a shell run what the kernel does not know. Returns -errno. */
static int run(char *const *argv)
{
	OWNED_MEMORY char *path = text_format("%s", PATH);
	char *rest = path, *directory = NULL;
	int r = -ENOENT;

	if (strchr(argv[0], '/') != NULL) {
		execv(argv[0], argv);
		return -errno;
	}
	while ((directory = strsep(&rest, ":")) != NULL) {
		OWNED_MEMORY char *program = text_format("%s/%s", directory, argv[0]);

		execv(program, argv);
		if (errno != ENOENT && errno != ENOTDIR)
			r = -errno;
	}
	return r;
}

static int say_exec(const char *program, int error, char **reterr_text)
{
	if (error == ENOENT)
		return text_fail(reterr_text, -error,
			"the image has no program '%s', or not its loader", program);
	if (error == ENOEXEC)
		return text_fail(reterr_text, -error,
			"'%s' in the image is for another processor, and this host runs none such (package qemu-user-static lets it)",
			program);
	return text_fail(
		reterr_text, -error, "cannot run '%s' in the image: %s", program, strerror(error));
}

int chroot_become(char *const *argv, bool network, char **reterr_text)
{
	int r = check_streams(reterr_text);

	if (r < 0)
		return r;
	signals_reset_all();
	umask(S_IWGRP | S_IWOTH);
	make_environment(network);
	r = confine();
	if (r < 0)
		return text_fail(reterr_text, r, "cannot confine '%s': %s", argv[0], strerror(-r));
	return say_exec(argv[0], -run(argv), reterr_text);
}
