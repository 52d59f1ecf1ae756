/* SPDX-License-Identifier: MIT
 * What ssh says, line by line. */
#include "launcher/ssh/said.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"

#define WALL "@@@@@@@@@@" /* how the warning of a changed key begins */
#define NO_MATCH "no matching "
#define OFFER " found. Their offer: "
/* Of names of algorithms (RFC 4250, 4.6.1) and lists of them: the guest sends them, and the user is
 * to paste them. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@,+"

/* What ssh calls it, and the option that has more of it. */
static const struct {
	const char *name;
	const char *option;
} kinds[] = {
	{"host key type", "HostKeyAlgorithms"},
	{"key exchange method", "KexAlgorithms"},
	{"cipher", "Ciphers"},
	{"MAC", "MACs"},
};

/* "...: no matching host key type found. Their offer: ssh-rsa" */
static bool take_offer(struct said *said, const char *line)
{
	const char *what = strstr(line, NO_MATCH), *offer = strstr(line, OFFER);

	if (what == NULL || offer == NULL || said->option != NULL)
		return false;
	what += strlen(NO_MATCH);
	offer += strlen(OFFER);
	if (offer[strspn(offer, PLAIN)] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(what, kinds[i].name, strlen(kinds[i].name)) == 0) {
			said->option = text_format("%s", kinds[i].option);
			said->offer = text_format("%s", offer);
			return true;
		}
	return false;
}

bool said_take(struct said *said, char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, WALL, strlen(WALL)) == 0)
		said->changed = true;
	/* All that follows is about the key, and then ssh ends. */
	return !said->changed && !take_offer(said, line);
}

void said_free(struct said *said)
{
	free(said->option);
	free(said->offer);
	*said = (struct said){0};
}
