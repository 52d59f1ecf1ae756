/* SPDX-License-Identifier: MIT
 * A command line as a list of options. */
#include <stdarg.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/plan/private.h"

void plan_add(struct plan *plan, const char *name, const char *format, ...)
{
	struct plan_option *options =
		reallocarray(plan->options, plan->n + 1, sizeof(*plan->options));
	char *value = NULL;

	if (options == NULL)
		abort();
	if (format != NULL) {
		va_list list;

		va_start(list, format);
		if (vasprintf(&value, format, list) < 0)
			abort();
		va_end(list);
	}
	plan->options = options;
	plan->options[plan->n++] =
		(struct plan_option){.name = text_format("%s", name), .value = value};
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->options[i].name);
		free(plan->options[i].value);
	}
	for (size_t i = 0; i < plan->n_sockets; i++)
		free(plan->sockets[i].path);
	free(plan->options);
	free(plan->program);
	*plan = (struct plan){0};
}

char **plan_argv(const struct plan *plan)
{
	char **argv = calloc(2 * plan->n + 2, sizeof(*argv));
	size_t used = 0;

	if (argv == NULL)
		abort();
	argv[used++] = plan->program;
	for (size_t i = 0; i < plan->n; i++) {
		argv[used++] = plan->options[i].name;
		if (plan->options[i].value != NULL)
			argv[used++] = plan->options[i].value;
	}
	return argv;
}

static void print_word(FILE *stream, const char *before, const char *text)
{
	OWNED_MEMORY char *word = shell_word(text);

	fprintf(stream, "%s%s", before, word);
}

void plan_print(const struct plan *plan, FILE *stream)
{
	print_word(stream, "", plan->program);
	for (size_t i = 0; i < plan->n; i++) {
		print_word(stream, " \\\n\t", plan->options[i].name);
		if (plan->options[i].value != NULL)
			print_word(stream, " ", plan->options[i].value);
	}
	fputc('\n', stream);
}
