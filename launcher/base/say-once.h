/* SPDX-License-Identifier: MIT
 * Sentences that are said once, however often one comes upon what they tell of. */
#ifndef OWVM_LAUNCHER_BASE_SAY_ONCE_H
#define OWVM_LAUNCHER_BASE_SAY_ONCE_H

/* As text_say(), unless this process has said the same before. */
void say_once(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
