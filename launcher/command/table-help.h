/* SPDX-License-Identifier: MIT
 * The table of owrun's commands: the further lines of their help. */
#ifndef OWVM_LAUNCHER_COMMAND_TABLE_HELP_H
#define OWVM_LAUNCHER_COMMAND_TABLE_HELP_H

extern const char table_help_run[];
extern const char table_help_create[];
extern const char table_help_monitor[];
extern const char table_help_ssh[];
extern const char table_help_ssh_config[];
extern const char table_help_wait[];
extern const char table_help_forward[];
extern const char table_help_capture[];
extern const char table_help_pull[];
extern const char table_help_images[];
extern const char table_help_inject[];
extern const char table_help_cp[];
extern const char table_help_mkimage[];
extern const char table_help_chroot[];
extern const char table_help_lan[];
extern const char table_help_completion[];
extern const char table_help_doctor[];

#endif
