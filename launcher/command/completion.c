/* SPDX-License-Identifier: MIT
 * `owrun completion`: what a shell completes, from the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/command/candidates-lists.h"
#include "launcher/command/candidates.h"
#include "launcher/command/commands.h"
#include "launcher/options/table.h"

/* The words that are no options come from `owrun completion words`, see candidates.h: what is there
 * is not known before. Nothing of them is expanded. */
static const char bash_head[] =
	"# bash completion for owrun, made by 'owrun completion bash'.\n"
	"_owrun() {\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} options= words=() each\n"
	"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n";
static const char bash_tail[] =
	"\tesac\n"
	"\tcase $word in\n"
	"\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")); return ;;\n"
	"\tesac\n"
	"\t# '--lan=' is two words here\n"
	"\tfor each in \"${COMP_WORDS[@]:1:COMP_CWORD}\"; do\n"
	"\t\t[ \"$each\" = = ] || words+=(\"$each\")\n"
	"\tdone\n"
	"\t[ \"$word\" != = ] || { word=; words+=(''); }\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r each; do\n"
	"\t\tcase $each in\n"
	"\t\t" CANDIDATES_FILES
	") compopt -o filenames 2>/dev/null\n"
	"\t\t\twhile IFS= read -r each; do COMPREPLY+=(\"$each\"); done < <(compgen -f -- \"$word\") ;;\n"
	"\t\t\"$word\"*) COMPREPLY+=(\"$each\") ;;\n"
	"\t\tesac\n"
	"\tdone < <(owrun completion words \"${words[@]}\" 2>/dev/null)\n"
	"\tcase ${COMPREPLY[0]-} in *[:=]) compopt -o nospace 2>/dev/null ;; esac\n"
	"\treturn 0\n"
	"}\n"
	"complete -F _owrun owrun\n";
static const char zsh_words[] =
	"_owrun_words() {\n"
	"\tlocal -a found\n"
	"\tfound=(${(f)\"$(owrun completion words \"${(@)words[1,CURRENT]}\" 2>/dev/null)\"})\n"
	"\tcompadd -- ${${found:#" CANDIDATES_FILES
	"}:#*[:=]}\n"
	"\tcompadd -S '' -- ${(M)found:#*[:=]}\n"
	"\t(( ! ${found[(Ie)" CANDIDATES_FILES
	"]} )) || _files\n"
	"}\n";
static const char fish_words[] =
	"function __owrun_found\n"
	"\towrun completion words (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null\n"
	"end\n"
	"function __owrun_words\n"
	"\t__owrun_found | string match -v -- " CANDIDATES_FILES
	"\n"
	"end\n"
	"function __owrun_files\n"
	"\t__owrun_found | string match -q -- " CANDIDATES_FILES
	"\n"
	"end\n"
	"complete -c owrun -f\n"
	"complete -c owrun -n 'not __fish_use_subcommand' -a '(__owrun_words)'\n"
	"complete -c owrun -n 'not __fish_use_subcommand; and __owrun_files' -F\n";

static void bash(const struct command *table)
{
	fputs(bash_head, stdout);
	fputs("\t\tCOMPREPLY=($(compgen -W \"", stdout);
	for (const struct command *row = table; row->name != NULL; row++)
		printf("%s ", row->name);
	fputs("--help --version\" -- \"$word\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n",
		stdout);
	for (const struct command *row = table; row->name != NULL; row++) {
		printf("\t%s)\n\t\toptions='", row->name);
		for (const struct option_row *option = options_table; option->name != NULL;
			option++)
			if (option->commands & row->bit)
				printf("--%s ", option->name);
		fputs("' ;;\n", stdout);
	}
	fputs(bash_tail, stdout);
}

/* A text within single quotes, for zsh and fish; brackets and colons would end zsh's. */
static void print_quoted(const char *text, bool zsh)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\'')
			fputs("'\\''", stdout);
		else if (zsh && strchr("[]:", *c) != NULL)
			printf("\\%c", *c);
		else
			fputc(*c, stdout);
	}
}

static void zsh_command(const struct command *row)
{
	printf("\t%s)\n\t\t_arguments", row->name);
	for (const struct option_row *option = options_table; option->name != NULL; option++) {
		if (!(option->commands & row->bit))
			continue;
		printf(" \\\n\t\t\t'*--%s%s[", option->name, option->value == NULL ? "" : "=");
		print_quoted(option->help, true);
		fputc(']', stdout);
		if (option->value != NULL) {
			fputc(':', stdout);
			print_quoted(option->value, true);
			fputs(":_owrun_words", stdout);
		}
		fputc('\'', stdout);
	}
	fputs(" \\\n\t\t\t'*:word:_owrun_words'", stdout);
	fputs(" ;;\n", stdout);
}

static void zsh(const struct command *table)
{
	fputs("#compdef owrun\n"
	      "# zsh completion for owrun, made by 'owrun completion zsh'.\n",
		stdout);
	fputs(zsh_words, stdout);
	fputs("if (( CURRENT == 2 )); then\n\tlocal -a commands=(\n", stdout);
	for (const struct command *row = table; row->name != NULL; row++) {
		printf("\t\t'%s:", row->name);
		print_quoted(row->help->summary, true);
		fputs("'\n", stdout);
	}
	fputs("\t)\n\t_describe command commands\n\treturn\nfi\n"
	      "local command=$words[2]\nshift words\n(( CURRENT-- ))\ncase $command in\n",
		stdout);
	for (const struct command *row = table; row->name != NULL; row++)
		zsh_command(row);
	fputs("esac\n", stdout);
}

static void fish_option(const struct command *row, const struct option_row *option)
{
	printf("complete -c owrun -n '__fish_seen_subcommand_from %s' -l %s", row->name,
		option->name);
	if (option->letter != '\0')
		printf(" -s %c", option->letter);
	if (option->value != NULL)
		fputs(option->flags & OPTION_PATH ? " -rF" : " -x -a '(__owrun_words)'", stdout);
	fputs(" -d '", stdout);
	print_quoted(option->help, false);
	fputs("'\n", stdout);
}

static void fish(const struct command *table)
{
	fputs("# fish completion for owrun, made by 'owrun completion fish'.\n", stdout);
	fputs(fish_words, stdout);
	for (const struct command *row = table; row->name != NULL; row++) {
		printf("complete -c owrun -f -n __fish_use_subcommand -a %s -d '", row->name);
		print_quoted(row->help->summary, false);
		fputs("'\n", stdout);
		for (const struct option_row *option = options_table; option->name != NULL;
			option++)
			if (option->commands & row->bit)
				fish_option(row, option);
	}
}

int completion_run(struct options *options)
{
	static const struct {
		const char *name;
		void (*print)(const struct command *table);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	if (strcmp(options->operand, "words") == 0) {
		candidates_print(options->commands, options->rest, options->n_rest);
		return 0;
	}
	if (options->n_rest > 0) {
		text_say("'owrun completion %s' takes no '%s'", options->operand, options->rest[0]);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(options->operand, shells[i].name) == 0) {
			shells[i].print(options->commands);
			return 0;
		}
	text_say("there is no completion for '%s'; there is for bash, zsh and fish",
		options->operand);
	return EXIT_USAGE;
}
