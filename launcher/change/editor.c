/* SPDX-License-Identifier: MIT
 * The user's editor, and a question to him. */
#include "launcher/change/editor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/words.h"

/* In this order, where the environment names none. */
static const char *const usual[] = {"sensible-editor", "editor", "vi", "nano"};
#define N_USUAL (sizeof(usual) / sizeof(usual[0]))

static const char *chosen(void)
{
	static const char *const names[] = {"VISUAL", "EDITOR"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[strspn(value, " \t\n")] != '\0')
			return value;
	}
	return NULL;
}

static int find(const char *path, struct words *ret_words, char **reterr_text)
{
	const char *editor = chosen();

	if (editor != NULL && words_split(editor, ret_words) < 0)
		return text_fail(reterr_text, -EINVAL,
			"the quotes in VISUAL or EDITOR do not end: %s", editor);
	if (editor != NULL)
		words_add(ret_words, path);
	return 0;
}

/* Ctrl-C is the editor's, not ours. */
static void set_signals(void (*handler)(int))
{
	signal(SIGINT, handler);
	signal(SIGQUIT, handler);
}

__attribute__((noreturn)) static void become(const struct words *words, const char *path)
{
	set_signals(SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (words->n > 0)
		execvp(words->items[0], words->items);
	for (size_t i = 0; words->n == 0 && i < N_USUAL; i++)
		execlp(usual[i], usual[i], path, (char *)NULL);
	_exit(errno == ENOENT ? 127 : 126);
}

static int judge(const char *name, int status, char **reterr_text)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return text_fail(reterr_text, -ENOENT,
			"there is no editor '%s'; the environment variable EDITOR names one", name);
	if (WIFEXITED(status))
		return text_fail(reterr_text, -EREMOTEIO, "the editor '%s' failed with status %d",
			name, WEXITSTATUS(status));
	return text_fail(reterr_text, -EREMOTEIO, "the editor '%s' was ended by signal %d", name,
		WTERMSIG(status));
}

int editor_run(const char *path, char **reterr_text)
{
	OWNED_WORDS words = {0};
	int status = 0, r = find(path, &words, reterr_text);
	pid_t pid = -1;

	if (r < 0)
		return r;
	set_signals(SIG_IGN);
	pid = fork();
	if (pid == 0)
		become(&words, path);
	if (pid < 0)
		r = text_fail(reterr_text, -errno, "cannot start an editor: %s", strerror(errno));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	set_signals(SIG_DFL);
	return r < 0 ? r
		     : judge(words.n > 0 ? words.items[0] : usual[N_USUAL - 1], status,
			       reterr_text);
}

bool editor_ask(const char *question)
{
	OWNED_MEMORY char *answer = NULL;
	size_t size = 0;

	if (isatty(STDIN_FILENO) != 1)
		return false;
	text_say("%s [Y/n]", question);
	if (getline(&answer, &size, stdin) < 0)
		return false;
	return answer[0] != 'n' && answer[0] != 'N';
}
