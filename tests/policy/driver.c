/* SPDX-License-Identifier: MIT
 * The policy on standard input and output, for the tests in this folder.
 *
 * usage: driver [POLICY [SUBUID]]
 *
 * Prints the errors of the files, then answers commands, one a line:
 *
 *     policy N M                     N bytes of a policy and M of a subuid(5) follow; answer: the
 *                                    errors and a line "."
 *     ask UID GIDS BRIDGE MAC QUEUES VHOST NETNS
 *                                    GIDS: "-" or numbers with commas, MAC: "-" or an address,
 *                                    VHOST, NETNS: 0 or 1; answer: the code and the
 *                                    deciding line, and of a permit all that it grants */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "policy/subid.h"
#include "tests/policy/names.h"

#define GIDS_MAX 64

struct text {
	char *bytes;
	size_t size;
};

/* A test that says what the protocol does not have is wrong: nothing to go on with. */
__attribute__((noreturn)) static void die(const char *what, const char *operand)
{
	fprintf(stderr, "driver: %s '%s'\n", what, operand);
	exit(2);
}

static uint32_t number(const char *text)
{
	uint32_t value = 0;

	if (text == NULL || !number_parse(text, strlen(text), UINT32_MAX, &value))
		die("a number is expected, not", text != NULL ? text : "");
	return value;
}

static struct text read_bytes(FILE *stream, size_t size)
{
	struct text text = {.bytes = malloc(size + 1), .size = size};

	if (text.bytes == NULL)
		abort();
	if (fread(text.bytes, 1, size, stream) != size)
		die("cannot read all of", "a text");
	return text;
}

static struct text read_file(const char *path)
{
	FILE *stream = fopen(path, "re");
	struct text text = {.size = 0};
	long size = 0;

	if (stream == NULL || fseek(stream, 0, SEEK_END) < 0 || (size = ftell(stream)) < 0 ||
		fseek(stream, 0, SEEK_SET) < 0)
		die("cannot read", path);
	text = read_bytes(stream, (size_t)size);
	fclose(stream);
	return text;
}

static const char *basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Frees both texts and the old policy. */
static void replace(struct policy **policy, const char *main, const struct text *rules,
	const char *subuid, const struct text *ranges)
{
	policy_free(*policy);
	*policy = policy_new(main, subuid);
	policy_parse(*policy, (*policy)->main, rules->bytes, rules->size, &test_names);
	subid_parse(*policy, (*policy)->subuid, ranges->bytes, ranges->size);
	free(rules->bytes);
	free(ranges->bytes);
	policy_print_errors(*policy, stdout);
}

static void command_policy(struct policy **policy, char *arguments)
{
	size_t n_rules = number(strsep(&arguments, " "));
	size_t n_ranges = number(arguments);
	struct text rules = read_bytes(stdin, n_rules), ranges = read_bytes(stdin, n_ranges);

	replace(policy, "policy", &rules, "subuid", &ranges);
	puts(".");
}

static size_t parse_gids(char *text, uint32_t gids[GIDS_MAX])
{
	size_t n = 0;

	if (strcmp(text, "-") == 0)
		return 0;
	while (text != NULL) {
		if (n == GIDS_MAX)
			die("too many groups before", text);
		gids[n++] = number(strsep(&text, ","));
	}
	return n;
}

static void print_code(enum code code)
{
	static const char *const names[CODE_COUNT] = {
		[CODE_OK] = "ok",
		[CODE_DENIED] = "denied",
		[CODE_POLICY_BROKEN] = "broken",
		[CODE_MAC_REFUSED] = "mac",
		[CODE_IDENTITY] = "identity",
	};

	if (code >= CODE_COUNT || names[code] == NULL)
		die("a decision never says", code_text(code));
	fputs(names[code], stdout);
}

static void print_cidr(const char *name, const struct cidr *cidr)
{
	char text[CIDR_TEXT_SIZE] = "";

	if (cidr->prefix == 0)
		return;
	cidr_format(cidr, text);
	printf(" %s %s", name, text);
}

static void print_grant(const struct policy_rule *rule)
{
	printf(" taps %u queues %u mtu %u mac %s%s%s%s%s%s", rule->taps, rule->queues, rule->mtu,
		rule->mac == POLICY_MAC_OWN ? "own" : "any", rule->create ? " create" : "",
		rule->isolated ? " isolated" : "", rule->vhost ? " vhost" : "",
		rule->dhcp_server ? " dhcp-server" : "", rule->netns ? " netns" : "");
	if (rule->rate > 0)
		printf(" rate %u", rule->rate);
	print_cidr("ip", &rule->ip);
	print_cidr("address", &rule->address);
}

static void print_decision(const struct policy_decision *decision)
{
	print_code(decision->code);
	printf(" %u", decision->rule != NULL ? decision->rule->line : 0);
	if (decision->code == CODE_OK)
		print_grant(decision->rule);
	putchar('\n');
}

static void command_ask(const struct policy *policy, char *arguments)
{
	uint32_t gids[GIDS_MAX] = {0};
	uint8_t mac[MAC_SIZE] = {0};
	struct policy_query query = {.subject.gids = gids};
	struct policy_decision decision = {.code = CODE_BUSY};
	char *words[7] = {NULL};

	for (size_t i = 0; i < 7; i++) {
		words[i] = strsep(&arguments, " ");
		if (words[i] == NULL)
			die("'ask' takes 7 words", "");
	}
	query.subject.uid = number(words[0]);
	query.subject.n_gids = parse_gids(words[1], gids);
	query.bridge = words[2];
	if (!ifname_valid(query.bridge, strlen(query.bridge)))
		die("no bridge can have the name", query.bridge);
	if (strcmp(words[3], "-") != 0) {
		if (!mac_parse(words[3], mac))
			die("not a MAC address:", words[3]);
		query.mac = mac;
	}
	query.queues = number(words[4]);
	query.vhost = number(words[5]) != 0;
	query.netns = number(words[6]) != 0;
	policy_decide(policy, &query, &decision);
	print_decision(&decision);
}

static void command(struct policy **policy, char *line)
{
	const char *name = strsep(&line, " ");

	if (line != NULL && strcmp(name, "policy") == 0)
		command_policy(policy, line);
	else if (line != NULL && strcmp(name, "ask") == 0 && *policy != NULL)
		command_ask(*policy, line);
	else
		die("unknown command", name);
}

int main(int argc, char *argv[])
{
	struct policy *policy = NULL;
	OWNED_MEMORY char *line = NULL;
	size_t size = 0;
	ssize_t length = 0;

	if (argc > 1) {
		const char *subuid = argc > 2 ? argv[2] : "/dev/null";
		struct text rules = read_file(argv[1]), ranges = {.bytes = NULL};

		if (argc > 2)
			ranges = read_file(subuid);
		replace(&policy, basename_of(argv[1]), &rules, basename_of(subuid), &ranges);
	}
	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		command(&policy, line);
	}
	policy_free(policy);
	return 0;
}
