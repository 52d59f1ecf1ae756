/* SPDX-License-Identifier: MIT
 * What the keys of a console mean: a pure state machine over the bytes typed. */
#include "launcher/console/escape.h"

#define CTRL_A 0x01

static enum keys_action command(uint8_t byte)
{
	switch (byte) {
	case CTRL_A:
	case 'a':
		return KEYS_SEND_CTRL_A;
	case 'x':
		return KEYS_QUIT;
	case 'c':
		return KEYS_TOGGLE;
	case 'h':
	case '?':
		return KEYS_HELP;
	default:
		return KEYS_NOTHING;
	}
}

enum keys_action keys_take(struct keys *keys, uint8_t byte)
{
	if (keys->pending) {
		keys->pending = false;
		return command(byte);
	}
	if (byte == keys->escape)
		return KEYS_LEAVE;
	if (keys->ctrl_a && byte == CTRL_A) {
		keys->pending = true;
		return KEYS_NOTHING;
	}
	return KEYS_SEND;
}
