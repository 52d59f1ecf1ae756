/* SPDX-License-Identifier: MIT
 * What a shell may put in the place of a word that is being typed. */
#include "launcher/command/candidates.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/command/candidates-lists.h"
#include "launcher/command/topics.h"
#include "launcher/options/form.h"
#include "launcher/options/options.h"
#include "launcher/options/table.h"

/* What is typed: the words before it, without options and their values. */
struct typing {
	const struct command *row;
	const struct option_row *option; /* its value is typed */
	const char *first, *last;	 /* operands */
	size_t n;			 /* how many there are */
};

/* What stands at a place of a command; a verb is the first operand of those that have some. */
static const struct place {
	uint64_t commands;
	const char *verb;    /* NULL: any, or the command has none */
	unsigned int first;  /* CANDIDATES_ bits of the first operand behind the verb */
	unsigned int second; /* of the next; it may be about the first */
} places[] = {
	{COMMAND_RUN, NULL, CANDIDATES_STOPPED | CANDIDATES_IMAGES | CANDIDATES_ANY_FILE, 0},
	{COMMAND_CREATE, NULL, 0, CANDIDATES_IMAGES | CANDIDATES_ANY_FILE},
	{COMMAND_SET, NULL, CANDIDATES_KEPT, CANDIDATES_KEYS},
	{COMMAND_CONFIG | COMMAND_EDIT | COMMAND_CLONE | COMMAND_RENAME | COMMAND_ENABLE |
			COMMAND_DISABLE,
		NULL, CANDIDATES_KEPT, 0},
	{COMMAND_RM, NULL, CANDIDATES_STOPPED, CANDIDATES_STOPPED},
	{COMMAND_STATUS | COMMAND_LOG | COMMAND_SSH_CONFIG, NULL, CANDIDATES_VMS, CANDIDATES_VMS},
	{COMMAND_STOP | COMMAND_KILL | COMMAND_WAIT | COMMAND_RESTART, NULL, CANDIDATES_RUNNING,
		CANDIDATES_RUNNING},
	{COMMAND_CONSOLE | COMMAND_MONITOR | COMMAND_SSH | COMMAND_OPEN, NULL, CANDIDATES_RUNNING,
		0},
	{COMMAND_CAPTURE, NULL, CANDIDATES_RUNNING | CANDIDATES_BRIDGES, CANDIDATES_NICS},
	{COMMAND_LAN, NULL, CANDIDATES_RUNNING | CANDIDATES_BRIDGES, 0},
	{COMMAND_SNAPSHOT, "rm", CANDIDATES_KEPT, CANDIDATES_SNAPSHOTS},
	{COMMAND_SNAPSHOT, NULL, CANDIDATES_KEPT, 0},
	{COMMAND_RESTORE, NULL, CANDIDATES_KEPT, CANDIDATES_SNAPSHOTS},
	{COMMAND_FORWARD, "rm", CANDIDATES_RUNNING, CANDIDATES_FORWARDS},
	{COMMAND_NIC, "remove", CANDIDATES_RUNNING, CANDIDATES_HOT_NICS},
	{COMMAND_FORWARD | COMMAND_NIC, NULL, CANDIDATES_RUNNING, 0},
	{COMMAND_IMAGES, "rm", CANDIDATES_IMAGES, 0},
	{COMMAND_IMAGES, NULL, 0, 0},
	{COMMAND_PULL | COMMAND_MKIMAGE | COMMAND_CHROOT | COMMAND_IMPORT, NULL,
		CANDIDATES_ANY_FILE, 0},
	{COMMAND_INJECT | COMMAND_LS_IMAGE | COMMAND_CAT, NULL,
		CANDIDATES_KEPT | CANDIDATES_ANY_FILE, CANDIDATES_ANY_FILE},
	{COMMAND_CP, NULL, CANDIDATES_KEPT | CANDIDATES_ANY_FILE,
		CANDIDATES_KEPT | CANDIDATES_ANY_FILE},
};

static const struct {
	const char *option;
	uint64_t commands;
	unsigned int lists;
	const char *words; /* parted by blanks */
} values[] = {
	{"lan", COMMAND_ALL, CANDIDATES_BRIDGES, ""},
	{"nic", COMMAND_ALL, CANDIDATES_BRIDGES_OF_NIC, "none user passt bridge"},
	{"for", COMMAND_ALL, 0, "console: port: exit"},
	{"recipe", COMMAND_ALL, CANDIDATES_RECIPES, ""},
	{"unset", COMMAND_SET, CANDIDATES_KEYS_ALONE, ""},
	{"vm", COMMAND_DOCTOR, CANDIDATES_RUNNING, ""},
	{"serial", COMMAND_RUN, 0, "console stdio file: unix: tcp: pty null none"},
	{"serial", COMMAND_CONSOLE, 0, "1 2 3 4"},
	{"monitor", COMMAND_ALL, 0, "stdio file: unix: tcp: pty null none"},
};

static void print_words(const char *words, const char *separators)
{
	OWNED_MEMORY char *copy = text_format("%s", words);
	char *rest = copy, *word = NULL;

	while ((word = strsep(&rest, separators)) != NULL)
		/* What is in capital letters stands for something else, as NAME does. */
		if (islower((unsigned char)word[0]) || isdigit((unsigned char)word[0]))
			text_print(stdout, "%s", word);
}

static const struct option_row *find_option(const struct command *row, const char *word)
{
	size_t length = strncmp(word, "--", 2) == 0 ? strcspn(word + 2, "=") : 0;

	for (const struct option_row *option = options_table; option->name != NULL; option++)
		if ((option->commands & row->bit) != 0 &&
			((length > 0 && strlen(option->name) == length &&
				 strncmp(option->name, word + 2, length) == 0) ||
				(option->letter != '\0' && word[0] == '-' &&
					word[1] == option->letter && word[2] == '\0')))
			return option;
	return NULL;
}

/* Take the words apart that come before the last one. */
static void read_words(char *const *words, size_t n, struct typing *typing)
{
	for (size_t i = 1; i + 1 < n; i++) {
		const struct option_row *option = find_option(typing->row, words[i]);
		bool valued =
			option != NULL && option->value != NULL && strchr(words[i], '=') == NULL;

		if (valued && i + 2 == n)
			typing->option = option;
		if (valued)
			i++;
		else if (words[i][0] != '-') {
			typing->first = typing->n++ == 0 ? words[i] : typing->first;
			typing->last = words[i];
		}
	}
	if (strncmp(words[n - 1], "--", 2) == 0 && strchr(words[n - 1], '=') != NULL)
		typing->option = find_option(typing->row, words[n - 1]);
}

static void print_values(const struct option_row *option)
{
	bool path = (option->flags & (OPTION_PATH | OPTION_TARGET)) != 0;

	print_words(option->value, "|");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].option, option->name) == 0 &&
			(values[i].commands & option->commands) != 0) {
			print_words(values[i].words, " ");
			candidates_list(values[i].lists, NULL);
		}
	if (path)
		text_print(stdout, "%s", CANDIDATES_FILES);
}

/* Is the word one of those of a usage, parted by '|', that stand for themselves? */
static bool is_verb(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (islower((unsigned char)at[0]) && strncmp(at, word, length) == 0 &&
			(at[length] == '|' || at[length] == '\0'))
			return true;
	}
	return false;
}

/* A command that is not in the table and has a NAME gets those of all VMs. */
static void print_operands(const struct typing *typing)
{
	const char *words = typing->row->operand == NULL ? "" : typing->row->operand;
	bool verbs = islower((unsigned char)words[0]) && typing->row->bit != COMMAND_COMPLETION;
	bool said = typing->n > 0 && (verbs || is_verb(words, typing->first));
	const char *verb = said ? typing->first : "";
	size_t at = typing->n - said;
	unsigned int lists = at == 0 && strncmp(words, "NAME", 4) == 0 ? CANDIDATES_VMS : 0;

	if (typing->n == 0)
		print_words(words, "|");
	if (typing->n == 0 && verbs)
		return;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *place = &places[i];

		if ((place->commands & typing->row->bit) == 0 ||
			(place->verb != NULL && strcmp(place->verb, verb) != 0))
			continue;
		lists = at == 0						? place->first
			: at == 1 || form_most(typing->row) == SIZE_MAX ? place->second
									: 0;
		break;
	}
	candidates_list(lists, at > 0 ? typing->last : NULL);
}

void candidates_print(const struct command *table, char *const *words, size_t n)
{
	struct typing typing = {.row = n < 2 ? NULL : command_find(table, words[0])};

	if (typing.row == NULL)
		return;
	read_words(words, n, &typing);
	if (typing.option != NULL) {
		print_values(typing.option);
		return;
	}
	print_operands(&typing);
	if (typing.row->bit != COMMAND_HELP || typing.n > 0)
		return;
	for (size_t i = 0; topics_name(i) != NULL; i++)
		text_print(stdout, "%s", topics_name(i));
	for (const struct command *row = table; row->name != NULL; row++)
		text_print(stdout, "%s", row->name);
}
