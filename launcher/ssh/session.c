/* SPDX-License-Identifier: MIT
 * ssh or scp as a child, and what it says.
 *
 * Standard error of the child is a pipe to here: what comes is passed on line by line, but for what
 * is told in a sentence. What asks for a password goes to the terminal itself. */
#include "launcher/ssh/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/ssh/said.h"

#define CHUNK 4096
#define BY_SIGNAL 128 /* and the signal's number: exit status */
#define NOT_STARTED 126

/* A session that runs. */
struct run {
	const struct ssh_session *session;
	pid_t pid;
	int log;     /* what the program says: read here */
	int signals; /* signalfd */
	struct said said;
	char *line; /* what has come of the next one */
	size_t used;
	int status; /* of waitpid(2) */
};

/* The program's own messages come by a pipe: ssh's by its option -E, as its standard error is the
 * remote command's; scp has no such option, and no such command. */
static char **make_argv(const struct ssh_session *session, const char *log)
{
	const struct ssh_way *way = session->way;
	size_t n = 0;
	char **argv = calloc(session->n_before + 2 * way->n + session->n_after + 4, sizeof(*argv));

	if (argv == NULL)
		abort();
	argv[n++] = text_format("%s", session->program);
	if (log != NULL) {
		argv[n++] = text_format("-E");
		argv[n++] = text_format("%s", log);
	}
	for (size_t i = 0; i < session->n_before; i++)
		argv[n++] = text_format("%s", session->before[i]);
	for (size_t i = 0; i < way->n; i++) {
		argv[n++] = text_format("-o");
		argv[n++] = text_format("%s", way->options[i]);
	}
	for (size_t i = 0; i < session->n_after; i++)
		argv[n++] = text_format("%s", session->after[i]);
	return argv;
}

/* Without an end: memory goes with the process. */
__attribute__((noreturn)) static void become(
	const struct ssh_session *session, int log, pid_t parent)
{
	bool has_log = strcmp(session->program, "ssh") == 0;
	OWNED_MEMORY char *path = text_format("/proc/%d/fd/%d", (int)parent, log);
	char **argv = make_argv(session, has_log ? path : NULL);
	sigset_t none;

	sigemptyset(&none);
	/* It does not outlive owrun. */
	if (prctl(PR_SET_PDEATHSIG, SIGHUP, 0, 0, 0) < 0 || getppid() != parent ||
		(!has_log && dup2(log, STDERR_FILENO) < 0) ||
		sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		_exit(NOT_STARTED);
	execvp(argv[0], argv);
	text_say("cannot start '%s': %s%s", session->program, strerror(errno),
		errno == ENOENT ? "; on Debian it is in the package 'openssh-client'" : "");
	_exit(NOT_STARTED + (errno == ENOENT));
}

/* Show a line of the program's, unless a sentence will tell it. */
static void take_line(struct run *run)
{
	if (said_take(&run->said, run->line))
		text_print(stderr, "%s", run->line);
	run->used = 0;
}

static void take_log(struct run *run)
{
	char data[CHUNK];
	ssize_t length = read(run->log, data, sizeof(data));

	for (ssize_t i = 0; i < length; i++) {
		if (run->used == CHUNK - 1 || data[i] == '\n') {
			run->line[run->used] = '\0';
			take_line(run);
		}
		if (data[i] != '\n')
			run->line[run->used++] = data[i];
	}
}

/* What the program did: stops here with it, where it stopped. Returns whether it has ended. */
static bool reap(struct run *run)
{
	pid_t pid = waitpid(run->pid, &run->status, WNOHANG | WUNTRACED);

	if (pid != run->pid)
		return false;
	if (!WIFSTOPPED(run->status))
		return true;
	raise(SIGSTOP);
	kill(run->pid, SIGCONT);
	return false;
}

/* Returns whether it has ended. */
static bool take_signal(struct run *run)
{
	struct signalfd_siginfo news = {0};

	if (read(run->signals, &news, sizeof(news)) != sizeof(news))
		return false;
	if (news.ssi_signo == SIGCHLD)
		return reap(run);
	/* One of the terminal came there as well. */
	if (news.ssi_code == SI_USER || news.ssi_code == SI_TKILL)
		kill(run->pid, (int)news.ssi_signo);
	return false;
}

static void attend(struct run *run)
{
	bool ended = false;

	while (!ended) {
		struct pollfd waits[] = {
			{.fd = run->log, .events = POLLIN}, {.fd = run->signals, .events = POLLIN}};

		if (poll(waits, 2, -1) < 0)
			continue;
		if (waits[0].revents != 0)
			take_log(run);
		if (waits[1].revents != 0)
			ended = take_signal(run);
	}
	/* What it said last: it does not block, and we have the other end as well. */
	while (poll(&(struct pollfd){.fd = run->log, .events = POLLIN}, 1, 0) > 0)
		take_log(run);
	run->line[run->used] = '\0';
	if (run->used > 0)
		take_line(run);
}

static void tell(const struct run *run)
{
	const char *name = run->session->name;
	OWNED_MEMORY char *file = shell_word(run->session->way->known_hosts);

	if (run->said.changed)
		text_say(
			"VM '%s' has another host key than before, as when its disk was made anew; 'rm %s' forgets the old one",
			name, file);
	if (run->said.option != NULL)
		text_say(
			"VM '%s' offers '%s' alone, too old for ssh; 'owrun ssh %s -o %s=+%s' takes it",
			name, run->said.offer, name, run->said.option, run->said.offer);
}

static int open_signals(void)
{
	static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
	sigset_t set;
	int fd = -1;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int ssh_session_run(const struct ssh_session *session, char **reterr_text)
{
	char line[CHUNK];
	OWNED_FD signals = open_signals();
	OWNED_FD ours = -1;
	OWNED_FD theirs = -1;
	struct run run = {.session = session, .signals = signals, .line = line};
	int ends[2] = {-1, -1};
	pid_t self = getpid();

	if (signals < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "cannot make a pipe: %s", strerror(errno));
	ours = run.log = ends[0];
	theirs = ends[1];
	run.pid = fork();
	if (run.pid == 0)
		become(session, theirs, self);
	if (run.pid < 0)
		return text_fail(
			reterr_text, -errno, "cannot start a process: %s", strerror(errno));
	attend(&run);
	tell(&run);
	said_free(&run.said);
	return WIFEXITED(run.status) ? WEXITSTATUS(run.status) : BY_SIGNAL + WTERMSIG(run.status);
}
