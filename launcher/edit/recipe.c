/* SPDX-License-Identifier: MIT
 * Recipes: what many want of a router, as scripts for its first boot. */
#include "launcher/edit/recipe.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cidr.h"
#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/file.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/edit/recipe-scripts.h"

#define HOST_MAX 63 /* bytes of a host's name */
#define HASH_MAX 256
#define LINE_SIZE 8192 /* of a key, with its NUL */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* One for each row of the table: is a value good, and the script. */
struct maker {
	bool (*check)(const char *value);
	const char *script; /* where it is always the same */
	const char *ifname; /* another one for that syntax; NULL: it is the same */
	/* The caller frees what it returns; NULL: there is a sentence. */
	char *(*make)(const char *value, enum recipe_syntax syntax, char **reterr_text);
	/* Where a directory goes in the image; NULL: there is a sentence. */
	const char *(*directory)(const char *value, char **reterr_text);
};

const struct recipe recipe_table[] = {
	{"wan-ssh-http", NULL, "ssh and the web page of the router are open on its WAN"},
	{"eth0-wan", NULL, "eth0 is the WAN, and eth1 is the LAN"},
	{"eth1-lan", NULL, "eth1 is on the LAN, with eth0"},
	{"lan-ip", "ADDR/LEN", "the router's address on its LAN"},
	{"hostname", "NAME", "the router's name"},
	{"root-key", "PUBKEYFILE", "root may log in by ssh with this key"},
	{"password-hash", "HASH", "root's password, as 'openssl passwd -6' prints it"},
	{"shell-on-ttyS1", NULL, "a shell on the second serial port"},
	{"mount-hostshare", NULL, "the directory of '--share' is at /mnt/hostshare"},
	{"ssh-host-keys", "DIRECTORY",
		"the keys of a router that was there, to be the same to ssh"},
	{0},
};

static bool is_made_of(const char *value, size_t max, const char *characters)
{
	size_t length = strlen(value);

	return length > 0 && length <= max && strspn(value, characters) == length;
}

static bool check_cidr(const char *value)
{
	struct cidr cidr = {0};

	return cidr_parse(value, strlen(value), &cidr) && cidr.prefix <= 30;
}

static bool check_host(const char *value)
{
	return is_made_of(value, HOST_MAX, LETTERS DIGITS "-") && value[0] != '-' &&
	       value[strlen(value) - 1] != '-';
}

static bool check_hash(const char *value)
{
	return value[0] == '$' && is_made_of(value, HASH_MAX, LETTERS DIGITS "$./=,-");
}

static bool check_path(const char *value)
{
	return value[0] != '\0';
}

static char *make_lan_ip(const char *value, enum recipe_syntax syntax, char **reterr_text)
{
	size_t length = strcspn(value, "/");
	struct cidr cidr = {0};
	uint32_t mask = 0;

	(void)reterr_text;
	(void)cidr_parse(value, strlen(value), &cidr);
	mask = cidr_mask(&cidr);
	if (syntax == RECIPE_LISTS)
		return text_format(RECIPE_LAN_IP_LIST, value);
	return text_format(RECIPE_LAN_IP, (int)length, value, mask >> 24, mask >> 16 & 0xff,
		mask >> 8 & 0xff, mask & 0xff);
}

static char *make_hostname(const char *value, enum recipe_syntax syntax, char **reterr_text)
{
	(void)syntax;
	(void)reterr_text;
	return text_format(RECIPE_HOSTNAME, value);
}

static char *make_password(const char *value, enum recipe_syntax syntax, char **reterr_text)
{
	(void)syntax;
	(void)reterr_text;
	return text_format(RECIPE_PASSWORD, value);
}

/* The first line of a file, without blanks at its end. Returns 0 or -errno. */
static int read_line(const char *path, char ret_line[LINE_SIZE])
{
	OWNED_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, ret_line, LINE_SIZE - 1);

	if (length < 0)
		return -errno;
	ret_line[length] = '\0';
	ret_line[strcspn(ret_line, "\n")] = '\0';
	length = (ssize_t)strlen(ret_line);
	while (length > 0 && isspace((unsigned char)ret_line[length - 1]))
		ret_line[--length] = '\0';
	return 0;
}

static bool is_key(const char *line)
{
	static const char *const kinds[] = {"ssh-", "ecdsa-", "sk-"};
	bool known = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known = known || strncmp(line, kinds[i], strlen(kinds[i])) == 0;
	for (const char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			return false;
	return known && strchr(line, ' ') != NULL;
}

static char *make_root_key(const char *value, enum recipe_syntax syntax, char **reterr_text)
{
	char line[LINE_SIZE] = "";
	OWNED_MEMORY char *word = NULL;
	int r = read_line(value, line);

	(void)syntax;
	if (r < 0)
		text_fail(reterr_text, r, "cannot read '%s': %s", value, strerror(-r));
	else if (!is_key(line))
		text_fail(reterr_text, -EINVAL,
			"'%s' is no public key of ssh, as '~/.ssh/id_ed25519.pub' is one", value);
	if (r < 0 || !is_key(line))
		return NULL;
	word = shell_word(line);
	return text_format(RECIPE_ROOT_KEY, word);
}

/* Those of dropbear, or of OpenSSH, as 'owrun cp' gets them from another router. */
static const char *find_host_keys(const char *value, char **reterr_text)
{
	static const char *const kinds[][2] = {
		{"dropbear_*_host_key", "/etc/dropbear"}, {"ssh_host_*_key", "/etc/ssh"}};
	struct dirent **entries = NULL;
	const char *found = NULL;
	int n = file_names(AT_FDCWD, value, &entries), error = errno;

	for (int i = 0; i < n; i++) {
		for (size_t j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++)
			if (fnmatch(kinds[j][0], entries[i]->d_name, 0) == 0)
				found = kinds[j][1];
		free(entries[i]);
	}
	free(entries);
	if (n < 0)
		text_fail(reterr_text, -error, "cannot read '%s': %s", value, strerror(error));
	else if (found == NULL)
		text_fail(reterr_text, -EINVAL,
			"'%s' holds no key of a router; 'owrun cp VM:/etc/dropbear %s' gets one's",
			value, value);
	return found;
}

static const struct maker makers[] = {
	{.script = recipe_wan_ssh_http},
	{.script = recipe_eth0_wan, .ifname = recipe_eth0_wan_ifname},
	{.script = recipe_eth1_lan, .ifname = recipe_eth1_lan_ifname},
	{.check = check_cidr, .make = make_lan_ip},
	{.check = check_host, .make = make_hostname},
	{.check = check_path, .make = make_root_key},
	{.check = check_hash, .make = make_password},
	{.script = recipe_shell},
	{.script = recipe_hostshare},
	{.check = check_path, .directory = find_host_keys},
};

/* Find the row of what was said, and its value; -1: there is none. */
static int find(const char *said, const char **ret_value)
{
	size_t length = strcspn(said, "=");

	*ret_value = said[length] == '=' ? said + length + 1 : NULL;
	for (int i = 0; recipe_table[i].name != NULL; i++)
		if (strlen(recipe_table[i].name) == length &&
			memcmp(recipe_table[i].name, said, length) == 0)
			return i;
	return -1;
}

int recipe_check(const char *said, char **reterr_text)
{
	const char *value = NULL;
	int row = find(said, &value);

	if (row < 0)
		return text_fail(reterr_text, -EINVAL,
			"there is no recipe '%s'; 'owrun recipes' lists them", said);
	if (recipe_table[row].value == NULL && value != NULL)
		return text_fail(
			reterr_text, -EINVAL, "recipe '%s' takes no value", recipe_table[row].name);
	if (recipe_table[row].value != NULL && value == NULL)
		return text_fail(reterr_text, -EINVAL, "recipe '%s' needs a value: '%s=%s'",
			recipe_table[row].name, recipe_table[row].name, recipe_table[row].value);
	if (value != NULL && !makers[row].check(value))
		return text_fail(reterr_text, -EINVAL, "recipe '%s': '%s' is no %s",
			recipe_table[row].name, value, recipe_table[row].value);
	return 0;
}

static int make_script(const char *value, const struct maker *maker, enum recipe_syntax syntax,
	char **ret_script, char **reterr_text)
{
	OWNED_MEMORY char *made = NULL;
	const char *script = maker->script;

	if (syntax == RECIPE_IFNAME && maker->ifname != NULL)
		script = maker->ifname;
	if (script == NULL)
		script = made = maker->make(value, syntax, reterr_text);
	if (script == NULL)
		return -EINVAL;
	*ret_script = text_format("%sexit 0\n", script);
	return 0;
}

int recipe_make(const char *said, enum recipe_syntax syntax, struct recipe_made *ret_made,
	char **reterr_text)
{
	const char *value = NULL, *place = NULL;
	int r = recipe_check(said, reterr_text), row = find(said, &value);

	*ret_made = (struct recipe_made){0};
	if (r < 0)
		return r;
	if (makers[row].directory == NULL) {
		ret_made->destination =
			text_format(RECIPE_DIRECTORY "/90-owrun-%s", recipe_table[row].name);
		return make_script(value, &makers[row], syntax, &ret_made->script, reterr_text);
	}
	place = makers[row].directory(value, reterr_text);
	if (place == NULL)
		return -EINVAL;
	ret_made->destination = text_format("%s", place);
	ret_made->directory = text_format("%s", value);
	return 0;
}

void recipe_free(struct recipe_made *made)
{
	free(made->destination);
	free(made->script);
	free(made->directory);
}

/* DISTRIB_RELEASE='23.05.0', or SNAPSHOT. */
enum recipe_syntax recipe_syntax_of(const char *release)
{
	static const char key[] = "DISTRIB_RELEASE=";
	const char *at = strstr(release, key);
	uint32_t year = 0, month = 0;
	size_t digits = 0;

	if (at == NULL)
		return RECIPE_DEVICES;
	at += strlen(key);
	at += strspn(at, "'\"");
	if (strncmp(at, "SNAPSHOT", strlen("SNAPSHOT")) == 0)
		return RECIPE_LISTS;
	digits = strspn(at, DIGITS);
	if (at[digits] != '.' || !number_parse(at, digits, 99, &year))
		return RECIPE_DEVICES;
	at += digits + 1;
	at += *at == '0' ? 1 : 0;
	(void)number_parse(at, strspn(at, DIGITS), 99, &month);
	if (year < 21)
		return RECIPE_IFNAME;
	return year > 25 || (year == 25 && month >= 12) ? RECIPE_LISTS : RECIPE_DEVICES;
}
