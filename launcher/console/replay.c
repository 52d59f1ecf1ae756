/* SPDX-License-Identifier: MIT
 * What a console printed before a terminal came to it, made so that the terminal can have it. */
#include "launcher/console/replay.h"

#include <string.h>

#include "common/number.h"
#include "launcher/base/visible.h"

#define ESC '\033'
#define CAN '\030'
#define SUB '\032'
#define OTHER '\377' /* stands for what is not ASCII */
#define C1_ST "\302\234"

/* Where a part of what is shown is put. */
struct out {
	char *data;
	size_t n;
};

static void put(const struct replay *replay, struct out *out, const char *data, size_t length)
{
	if (replay->unseen > 0)
		return;
	memcpy(out->data + out->n, data, length);
	out->n += length;
}

static void begin(struct replay *replay)
{
	replay->state = REPLAY_ESCAPE;
	replay->cut = replay->unseen > 0;
	replay->held[0] = ESC;
	replay->n_held = 1;
}

static void hold(struct replay *replay, char byte)
{
	if (replay->n_held == REPLAY_HELD_MAX)
		replay->cut = true;
	else
		replay->held[replay->n_held++] = byte;
}

static void forget(struct replay *replay)
{
	replay->state = REPLAY_TEXT;
	replay->cut = false;
	replay->n_held = 0;
}

/* The sequence is whole: show it where it may be. */
static void end(struct replay *replay, bool shown, struct out *out)
{
	if (shown && !replay->cut)
		put(replay, out, replay->held, replay->n_held);
	forget(replay);
}

/* Is each of the numbers, which ';' parts, that of a mode which only changes how things look or
 * what keys send? Others have the terminal report something at once, or later. */
static bool modes_harmless(const char *text, size_t length, bool private)
{
	static const uint16_t ansi[] = {4, 20};
	static const uint16_t dec[] = {1, 7, 12, 25, 47, 1047, 1048, 1049, 2004};
	const uint16_t *modes = private ? dec : ansi;
	size_t n = private ? sizeof(dec) / sizeof(dec[0]) : sizeof(ansi) / sizeof(ansi[0]);

	for (size_t at = 0, size = 0; at <= length; at += size + 1) {
		uint32_t mode = 0;
		bool found = false;

		for (size = 0; at + size < length && text[at + size] != ';';)
			size++;
		if (!number_parse(text + at, size, UINT16_MAX, &mode))
			return false;
		for (size_t i = 0; i < n; i++)
			found = found || modes[i] == mode;
		if (!found)
			return false;
	}
	return true;
}

/* Does a control sequence, ESC [ and so on, only draw? */
static bool control_harmless(const char *sequence, size_t length)
{
	const char *parameters = sequence + 2, last = sequence[length - 1];
	size_t n = length - 3;
	bool private = n > 0 && parameters[0] == '?';

	if (private) {
		parameters++;
		n--;
	}
	for (size_t i = 0; i < n; i++)
		if (strchr("0123456789;:", parameters[i]) == NULL)
			return false;
	if (last == 'h' || last == 'l')
		return modes_harmless(parameters, n, private);
	return strchr(private ? "JK" : "@ABCDEFGHIJKLMPXZ`adefgmrsu", last) != NULL;
}

static bool charset_harmless(const char *sequence, size_t length)
{
	return length == 3 && strchr("()*+", sequence[1]) != NULL &&
	       strchr("0AB", sequence[2]) != NULL;
}

static void take_text(
	struct replay *replay, const char *character, size_t length, bool sound, struct out *out)
{
	char byte = character[0];

	if (byte == ESC)
		begin(replay);
	else if (byte != '\0' && strchr("\t\n\r\b", byte) != NULL)
		put(replay, out, &byte, 1);
	else if (sound && visible_harm(character, length) == 0)
		put(replay, out, character, length);
}

static void take_string(struct replay *replay, const char *character, size_t length)
{
	char byte = character[0];

	/* The one that no end follows is not to swallow more than its line. */
	if (byte == '\a' || byte == '\n' || byte == CAN || byte == SUB ||
		(length == 2 && memcmp(character, C1_ST, 2) == 0))
		forget(replay);
	else if (byte == ESC)
		replay->state = REPLAY_STRING_ESCAPE;
}

static void take_escape(struct replay *replay, char byte, struct out *out)
{
	hold(replay, byte);
	if (byte == '[') {
		replay->state = REPLAY_CONTROL;
	} else if (strchr("]PX^_", byte) != NULL) {
		replay->state = REPLAY_STRING;
		replay->cut = true;
	} else if (byte < '0') {
		replay->state = REPLAY_CHARSET;
	} else {
		end(replay, strchr("78=>DEHMc", byte) != NULL, out);
	}
}

/* A byte of a sequence: one of those that stand in it, which ' ' to '~' are. */
static void take_byte(struct replay *replay, char byte, struct out *out)
{
	if (replay->state == REPLAY_ESCAPE) {
		take_escape(replay, byte, out);
		return;
	}
	hold(replay, byte);
	if (replay->state == REPLAY_CHARSET && byte >= '0')
		end(replay, charset_harmless(replay->held, replay->n_held), out);
	else if (replay->state == REPLAY_CONTROL && byte >= '@')
		end(replay, control_harmless(replay->held, replay->n_held), out);
}

static void take(
	struct replay *replay, const char *character, size_t length, bool sound, struct out *out)
{
	char byte = length == 1 && sound ? character[0] : OTHER;

	if (replay->state == REPLAY_STRING_ESCAPE) {
		if (byte == '\\') {
			forget(replay);
			return;
		}
		begin(replay);
	}
	if (replay->state == REPLAY_STRING) {
		take_string(replay, character, length);
		return;
	}
	if (replay->state != REPLAY_TEXT && byte >= ' ' && byte <= '~') {
		take_byte(replay, byte, out);
		return;
	}
	/* Anything else ends a sequence before it is whole. */
	forget(replay);
	take_text(replay, character, length, sound, out);
}

static void take_earlier(struct replay *replay, char byte, struct out *out)
{
	char character[UTF8_MAX] = "";
	bool sound = false;
	size_t length = 0;

	characters_add(&replay->characters, byte);
	while ((length = characters_next(&replay->characters, character, &sound)) > 0)
		take(replay, character, length, sound, out);
}

/* What the guest goes on with is whole with its first half. */
static void release(struct replay *replay, struct out *out)
{
	put(replay, out, replay->held, replay->n_held);
	put(replay, out, replay->characters.bytes, replay->characters.n);
	replay->characters.n = 0;
	forget(replay);
}

size_t replay_take(struct replay *replay, const char *data, size_t length, char *ret_data)
{
	struct out out = {.data = ret_data};
	size_t i = 0;

	for (; i < length && (replay->left > 0 || replay->cut); i++) {
		take_earlier(replay, data[i], &out);
		replay->left -= replay->left > 0 ? 1 : 0;
		replay->unseen -= replay->unseen > 0 ? 1 : 0;
	}
	if (i < length) {
		release(replay, &out);
		put(replay, &out, data + i, length - i);
	}
	return out.n;
}
