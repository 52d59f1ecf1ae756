/* SPDX-License-Identifier: MIT
 * `owrun completion`: what a shell completes, from the tables of commands and options. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/topics.h"
#include "launcher/options/table.h"

static const char bash_head[] =
	"# bash completion for owrun, made by 'owrun completion bash'.\n"
	"_owrun() {\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options= operands=\n"
	"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n";
static const char bash_tail[] =
	"\tesac\n"
	"\tcase $word in\n"
	"\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
	"\t*) COMPREPLY=($(compgen -W \"$operands\" -- \"$word\") $(compgen -f -- \"$word\")) ;;\n"
	"\tesac\n"
	"}\n"
	"complete -o filenames -F _owrun owrun\n";
/* The names of the user's VMs. */
static const char names[] = "$(owrun ls 2>/dev/null | sed -n '2,$s/ .*//p')";

/* Is it "NAME", perhaps with more behind it that is a word of its own? */
static bool is_name(const char *operand)
{
	return operand != NULL && strncmp(operand, "NAME", 4) == 0 &&
	       strchr("| ", operand[4]) != NULL;
}

static bool takes_vm(const struct command *command)
{
	return is_name(command->operand) || is_name(command->rest);
}

/* "add|rm|ls" as words; nothing of what stands for something else, as NAME does. */
static void print_words(const char *operand)
{
	if (operand == NULL || !islower((unsigned char)operand[0]))
		return;
	for (const char *c = operand; *c != '\0'; c++)
		putchar(*c == '|' ? ' ' : *c);
	putchar(' ');
}

static void print_topics(void)
{
	for (size_t i = 0; topics_name(i) != NULL; i++)
		printf(" %s", topics_name(i));
}

static void print_operands(const struct command *command)
{
	print_words(command->operand);
	if (takes_vm(command))
		fputs(names, stdout);
	else if (command->bit == COMMAND_HELP)
		print_topics();
}

static void bash(const struct command *table)
{
	fputs(bash_head, stdout);
	fputs("\t\tCOMPREPLY=($(compgen -W \"", stdout);
	for (const struct command *row = table; row->name != NULL; row++)
		printf("%s ", row->name);
	fputs("--help --version\" -- \"$word\"))\n\t\treturn\n\tfi\n", stdout);
	fputs("\tcase $previous in\n\t--accel) COMPREPLY=($(compgen -W 'auto kvm tcg' -- \"$word\")); return ;;\n"
	      "\tesac\n\tcase ${COMP_WORDS[1]} in\n",
		stdout);
	for (const struct command *row = table; row->name != NULL; row++) {
		printf("\t%s)\n\t\toptions='", row->name);
		for (const struct option_row *option = options_table; option->name != NULL;
			option++)
			if (option->commands & row->bit)
				printf("--%s ", option->name);
		fputs("'\n\t\toperands=\"", stdout);
		print_operands(row);
		fputs("\" ;;\n", stdout);
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
			fputs(option->flags & OPTION_PATH ? ":_files" : ":", stdout);
		}
		fputc('\'', stdout);
	}
	if (takes_vm(row))
		printf(" \\\n\t\t\t'*:VM:{compadd -- %s; _files}'",
			"${(f)\"$(owrun ls 2>/dev/null | sed -n \"2,\\$s/ .*//p\")\"}");
	else
		fputs(" \\\n\t\t\t'*:file:_files'", stdout);
	fputs(" ;;\n", stdout);
}

static void zsh(const struct command *table)
{
	fputs("#compdef owrun\n"
	      "# zsh completion for owrun, made by 'owrun completion zsh'.\n"
	      "if (( CURRENT == 2 )); then\n\tlocal -a commands=(\n",
		stdout);
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
		fputs(option->flags & OPTION_PATH ? " -rF" : " -x", stdout);
	fputs(" -d '", stdout);
	print_quoted(option->help, false);
	fputs("'\n", stdout);
}

static void fish(const struct command *table)
{
	fputs("# fish completion for owrun, made by 'owrun completion fish'.\n", stdout);
	for (const struct command *row = table; row->name != NULL; row++) {
		printf("complete -c owrun -f -n __fish_use_subcommand -a %s -d '", row->name);
		print_quoted(row->help->summary, false);
		fputs("'\n", stdout);
		for (const struct option_row *option = options_table; option->name != NULL;
			option++)
			if (option->commands & row->bit)
				fish_option(row, option);
		if (takes_vm(row))
			printf("complete -c owrun -n '__fish_seen_subcommand_from %s' -a '(owrun ls 2>/dev/null | tail -n +2 | string split -f1 \" \")'\n",
				row->name);
	}
}

int completion_run(struct options *options)
{
	static const struct {
		const char *name;
		void (*print)(const struct command *table);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(options->operand, shells[i].name) == 0) {
			shells[i].print(options->commands);
			return 0;
		}
	text_say("there is no completion for '%s'; there is for bash, zsh and fish",
		options->operand);
	return 2;
}
