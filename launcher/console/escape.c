/* SPDX-License-Identifier: MIT
 * What the keys of a console mean: a pure state machine over the bytes typed. */
#include "launcher/console/escape.h"

#define CTRL_A 0x01

static enum escape_action command(uint8_t byte)
{
	switch (byte) {
	case CTRL_A:
	case 'a':
		return ESCAPE_SEND_CTRL_A;
	case 'x':
		return ESCAPE_QUIT;
	case 'c':
		return ESCAPE_TOGGLE;
	case 'h':
	case '?':
		return ESCAPE_HELP;
	default:
		return ESCAPE_NOTHING;
	}
}

enum escape_action escape_take(struct escape *keys, uint8_t byte)
{
	if (keys->pending) {
		keys->pending = false;
		return command(byte);
	}
	if (byte == keys->escape)
		return ESCAPE_LEAVE;
	if (keys->ctrl_a && byte == CTRL_A) {
		keys->pending = true;
		return ESCAPE_NOTHING;
	}
	return ESCAPE_SEND;
}
