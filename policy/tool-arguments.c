/* SPDX-License-Identifier: MIT
 * The command line of owvm-policy. */
#include "policy/tool-arguments.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/ifname.h"
#include "common/number.h"
#include "common/wire.h"

const char tool_usage[] =
	"usage: owvm-policy check [--json] [PATH...]\n"
	"       owvm-policy explain --user USER --bridge BRIDGE [--groups GROUP,...]\n"
	"                           [--mac MAC|none] [--queues N] [--vhost]\n"
	"                           [--netns] [--policy PATH] [--json]\n"
	"       owvm-policy nets --user USER [--groups GROUP,...] [--policy PATH] [--json]\n"
	"\n"
	"Ask the policy of owvm-netd, without any privilege.\n"
	"\n"
	"check    Say whether the installed policy, or that of the files PATH, is sound.\n"
	"explain  Say what the policy answers when USER asks for a port of BRIDGE, and why.\n"
	"nets     List the rules whose subject covers USER.\n"
	"\n"
	"  --user USER         a name, or a uid where USER is all digits\n"
	"  --groups GROUP,...  names or gids, instead of those of the user database ('' for none)\n"
	"  --bridge BRIDGE     the name of the bridge\n"
	"  --mac MAC|none      the address that is declared, or none (an address of the user's own)\n"
	"  --queues N          the queues that are asked for, 1 to 16 (1)\n"
	"  --vhost             vhost-net is asked for, too\n"
	"  --netns             an interface in a network namespace is asked for, in place of a tap\n"
	"  --policy PATH       ask this file instead of the installed policy\n"
	"  --json              print JSON\n"
	"  --help, --version   print this text, or the version\n"
	"\n"
	"exit status: 0 permitted, or the policy is sound; 1 denied;\n"
	"             2 broken policy, unknown user or group, or bad usage\n";

struct option {
	const char *name;
	unsigned int commands;
	bool has_value;
};

enum { USER, GROUPS, BRIDGE, MAC, QUEUES, VHOST, NETNS, POLICY, JSON, HELP, VERSION, OPTIONS };

static const struct option options[OPTIONS] = {
	[USER] = {"--user", TOOL_EXPLAIN | TOOL_NETS, true},
	[GROUPS] = {"--groups", TOOL_EXPLAIN | TOOL_NETS, true},
	[BRIDGE] = {"--bridge", TOOL_EXPLAIN, true},
	[MAC] = {"--mac", TOOL_EXPLAIN, true},
	[QUEUES] = {"--queues", TOOL_EXPLAIN, true},
	[VHOST] = {"--vhost", TOOL_EXPLAIN, false},
	[NETNS] = {"--netns", TOOL_EXPLAIN, false},
	[POLICY] = {"--policy", TOOL_EXPLAIN | TOOL_NETS, true},
	[JSON] = {"--json", TOOL_CHECK | TOOL_EXPLAIN | TOOL_NETS, false},
	[HELP] = {"--help", TOOL_CHECK | TOOL_EXPLAIN | TOOL_NETS, false},
	[VERSION] = {"--version", TOOL_CHECK | TOOL_EXPLAIN | TOOL_NETS, false},
};

static const struct {
	const char *name;
	enum tool_command command;
} commands[] = {{"check", TOOL_CHECK}, {"explain", TOOL_EXPLAIN}, {"nets", TOOL_NETS}};

__attribute__((format(printf, 2, 3))) static int fail(
	char reason[TOOL_REASON_SIZE], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, TOOL_REASON_SIZE, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static int set_mac(struct tool_arguments *arguments, const char *value, char *reason)
{
	if (strcmp(value, "none") == 0)
		arguments->mac_kind = TOOL_MAC_NONE;
	else if (mac_parse(value, arguments->mac))
		arguments->mac_kind = TOOL_MAC_GIVEN;
	else
		return fail(reason,
			"'%s' is no MAC address: write it as 02:00:00:00:00:00, or 'none'", value);
	return 0;
}

static int set_bridge(struct tool_arguments *arguments, const char *value, char *reason)
{
	if (!ifname_valid(value, strlen(value)))
		return fail(reason,
			"'%s' is no name of a bridge: 1 to 15 letters, digits, '.', '_' and '-', "
			"not first a '-'",
			value);
	arguments->bridge = value;
	return 0;
}

static int set_queues(struct tool_arguments *arguments, const char *value, char *reason)
{
	uint32_t queues = 0;

	if (!number_parse(value, strlen(value), WIRE_QUEUES_MAX, &queues) || queues == 0)
		return fail(reason, "'%s' is no number of queues: 1 to %d, without leading zeros",
			value, WIRE_QUEUES_MAX);
	arguments->queues = queues;
	return 0;
}

static int set(struct tool_arguments *arguments, int option, const char *value, char *reason)
{
	switch (option) {
	case USER:
		arguments->user = value;
		break;
	case GROUPS:
		arguments->groups = value;
		break;
	case BRIDGE:
		return set_bridge(arguments, value, reason);
	case MAC:
		return set_mac(arguments, value, reason);
	case QUEUES:
		return set_queues(arguments, value, reason);
	case VHOST:
		arguments->vhost = true;
		break;
	case NETNS:
		arguments->netns = true;
		break;
	case POLICY:
		arguments->policy = value;
		break;
	case JSON:
		arguments->json = true;
		break;
	case HELP:
		arguments->help = true;
		break;
	default:
		arguments->version = true;
		break;
	}
	return 0;
}

static int find(const struct tool_arguments *arguments, const char *word, size_t length)
{
	for (int i = 0; i < OPTIONS; i++)
		if ((options[i].commands & arguments->command) &&
			strlen(options[i].name) == length &&
			memcmp(options[i].name, word, length) == 0)
			return i;
	return -ENOENT;
}

/* Carry out the option argv[0], whose value may be argv[1]. Returns how many of them it took. */
static int take(char **argv, size_t n, struct tool_arguments *arguments, char *reason)
{
	size_t length = strcspn(argv[0], "=");
	int option = find(arguments, argv[0], length), error = 0;
	const char *value = argv[0][length] == '=' ? argv[0] + length + 1 : NULL;
	bool next = false;

	if (option < 0)
		return fail(reason, "no option '%s' here; see 'owvm-policy --help'", argv[0]);
	if (!options[option].has_value && value != NULL)
		return fail(reason, "option '%s' takes no value", options[option].name);
	next = options[option].has_value && value == NULL;
	if (next && n < 2)
		return fail(reason, "option '%s' needs a value", options[option].name);
	error = set(arguments, option, next ? argv[1] : value, reason);
	if (error < 0)
		return error;
	return next ? 2 : 1;
}

static int finish(const struct tool_arguments *arguments, char *reason)
{
	if (arguments->help || arguments->version || arguments->command == TOOL_CHECK)
		return 0;
	if (arguments->n_paths > 0)
		return fail(reason, "no operand '%s' here; see 'owvm-policy --help'",
			arguments->paths[0]);
	if (arguments->user == NULL)
		return fail(reason, "whom? name the user with '--user USER'");
	if (arguments->command == TOOL_EXPLAIN && arguments->bridge == NULL)
		return fail(reason, "which bridge? name it with '--bridge BRIDGE'");
	return 0;
}

static int take_all(char **argv, size_t n, struct tool_arguments *arguments, char *reason)
{
	bool only_operands = false;

	arguments->paths = argv;
	for (size_t i = 0; i < n;) {
		int taken = 1;

		if (only_operands || argv[i][0] != '-')
			argv[arguments->n_paths++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			only_operands = true;
		else
			taken = take(argv + i, n - i, arguments, reason);
		if (taken < 0)
			return taken;
		i += (size_t)taken;
	}
	return finish(arguments, reason);
}

int tool_arguments_parse(char **argv, size_t n, struct tool_arguments *ret_arguments,
	char reterr_reason[TOOL_REASON_SIZE])
{
	struct tool_arguments arguments = {.queues = 1};
	int error = 0;

	if (n == 0)
		return fail(reterr_reason, "no command; see 'owvm-policy --help'");
	arguments.help = strcmp(argv[0], "--help") == 0;
	arguments.version = strcmp(argv[0], "--version") == 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[0], commands[i].name) == 0)
			arguments.command = commands[i].command;
	if (arguments.command != 0)
		error = take_all(argv + 1, n - 1, &arguments, reterr_reason);
	else if (!arguments.help && !arguments.version)
		error = fail(reterr_reason, "no command '%s'; see 'owvm-policy --help'", argv[0]);
	if (error == 0)
		*ret_arguments = arguments;
	return error;
}
