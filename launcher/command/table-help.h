/* SPDX-License-Identifier: MIT
 * The table of owrun's commands: the words of their help. */
#ifndef OWVM_LAUNCHER_COMMAND_TABLE_HELP_H
#define OWVM_LAUNCHER_COMMAND_TABLE_HELP_H

#include "launcher/options/command.h"

extern const struct command_help table_help_run;
extern const struct command_help table_help_create;
extern const struct command_help table_help_config;
extern const struct command_help table_help_set;
extern const struct command_help table_help_edit;
extern const struct command_help table_help_clone;
extern const struct command_help table_help_rename;
extern const struct command_help table_help_import;
extern const struct command_help table_help_enable;
extern const struct command_help table_help_disable;
extern const struct command_help table_help_ls;
extern const struct command_help table_help_status;
extern const struct command_help table_help_console;
extern const struct command_help table_help_log;
extern const struct command_help table_help_monitor;
extern const struct command_help table_help_ssh;
extern const struct command_help table_help_ssh_config;
extern const struct command_help table_help_open;
extern const struct command_help table_help_wait;
extern const struct command_help table_help_nic;
extern const struct command_help table_help_forward;
extern const struct command_help table_help_capture;
extern const struct command_help table_help_stop;
extern const struct command_help table_help_kill;
extern const struct command_help table_help_restart;
extern const struct command_help table_help_rm;
extern const struct command_help table_help_snapshot;
extern const struct command_help table_help_restore;
extern const struct command_help table_help_pull;
extern const struct command_help table_help_images;
extern const struct command_help table_help_inject;
extern const struct command_help table_help_recipes;
extern const struct command_help table_help_ls_image;
extern const struct command_help table_help_cat;
extern const struct command_help table_help_cp;
extern const struct command_help table_help_mkimage;
extern const struct command_help table_help_chroot;
extern const struct command_help table_help_map;
extern const struct command_help table_help_nets;
extern const struct command_help table_help_lan;
extern const struct command_help table_help_ports;
extern const struct command_help table_help_machines;
extern const struct command_help table_help_cpus;
extern const struct command_help table_help_doctor;
extern const struct command_help table_help_completion;
extern const struct command_help table_help_help;

#endif
