"""Every action module that runs has a playbook of what it does and one of its failure; a new one fails here first.

What a playbook uses is looked for in its file: the name of the module, each of its options, each of its variables.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from ampsd.actions import module
from ampsd.actions.module import ModuleClass, short_name

HERE = Path(__file__).parent
RUNNING = [name for name in module.names() if (cls := module.find(name)) is not None and not cls.not_running]
HARM = "test_a_failing_do_stops_its_action_and_harms_neither_others_nor_what_set_it_off"
OPTION = "test_an_option_that_a_module_does_not_have_is_refused"
SUBSCRIPTION = "test_a_subscription_tells_topic_filter_and_options_as_they_were_written"
SHUTDOWN = "test_a_shutdown_may_be_asked_for_twice_and_steps_behind_it_run"
SWITCH = "test_one_is_switched_and_the_other_stays"
NO_TRANSPORT = "test_a_transport_that_is_not_there_ends_the_action_and_nobody_is_disconnected"
TREATED = "test_old_files_that_match_are_treated_the_oldest_first"
BAD_FILES = "test_a_bad_option_ends_the_action_and_touches_no_file"
MARKED = "test_old_journals_are_archived_compressed_or_removed"
NO_AGE = "test_an_age_of_journals_that_is_none_ends_the_action"
LIFE = "test_start_up_and_shutdown_have_no_options"

PLAYBOOKS = {
    "do-archive-journal": (MARKED, NO_AGE),
    "do-compress-files": (TREATED, BAD_FILES),
    "do-compress-journal": (MARKED, NO_AGE),
    "do-disable-authentication": (SWITCH, OPTION),
    "do-disable-entitlement": (SWITCH, OPTION),
    "do-disable-transport": ("test_a_disabled_transport_listens_no_more_and_its_clients_go", NO_TRANSPORT),
    "do-echo-message": (
        "test_nothing_is_done_and_said_and_a_text_is_echoed",
        "test_a_text_that_is_no_template_is_refused_and_one_too_large_fails",
    ),
    "do-enable-authentication": (SWITCH, OPTION),
    "do-enable-entitlement": (SWITCH, OPTION),
    "do-enable-transport": ("test_a_transport_is_enabled_and_nobody_is_disconnected", NO_TRANSPORT),
    "do-execute-event": (
        "test_an_event_sets_off_who_waits_for_it_with_a_copy_of_the_variables",
        "test_an_event_without_a_name_fails_and_one_that_nobody_awaits_does_not",
    ),
    "do-execute-system": (
        "test_a_command_with_variables_is_run_without_a_shell_and_each_is_a_word",
        "test_a_command_that_fails_ends_the_action_is_logged_and_counted",
    ),
    "do-extract-values": (
        "test_values_are_taken_out_of_a_message_and_seen_by_later_steps",
        "test_data_that_cannot_be_read_end_the_action",
    ),
    "do-increment-counter": (
        "test_a_counter_counts_over_runs_and_actions_until_a_restart",
        "test_a_counter_without_a_name_fails",
    ),
    "do-minidump": (
        "test_quit_writes_a_minidump_that_actions_hear_of",
        "test_a_minidump_on_request_and_one_that_fails",
    ),
    "do-nothing": ("test_nothing_is_done_and_said_and_a_text_is_echoed", OPTION),
    "do-publish-message": (
        "test_a_publish_is_one_as_from_any_client",
        "test_a_publish_that_is_refused_ends_the_action",
    ),
    "do-query-sow": (
        "test_the_first_message_of_a_query_is_kept_in_a_variable",
        "test_a_query_that_cannot_be_asked_ends_the_action",
    ),
    "do-reload": (
        "test_the_configuration_is_reloaded_or_the_action_ends",
        "test_the_configuration_is_reloaded_or_the_action_ends",
    ),
    "do-remove-files": (TREATED, BAD_FILES),
    "do-remove-journal": (MARKED, NO_AGE),
    "do-reset-authentication": ("test_a_reset_of_authentication_leaves_who_is_connected", NO_TRANSPORT),
    "do-reset-entitlement": ("test_a_reset_of_entitlement_ends_connections_of_its_transport", NO_TRANSPORT),
    "do-rotate-logs": ("test_logs_are_rotated_or_the_action_ends", "test_logs_are_rotated_or_the_action_ends"),
    "do-set-status": (
        "test_a_status_is_noted_for_the_message_and_fails_without_one",
        "test_a_status_that_an_action_cannot_note_is_refused_with_the_configuration",
    ),
    "do-shutdown": (SHUTDOWN, OPTION),
    "do-translate-data": (
        "test_a_value_is_translated_by_the_first_case_that_fits",
        "test_a_translation_that_is_none_is_refused_and_one_too_large_fails",
    ),
    "do-truncate-statistics": (
        "test_statistics_are_truncated_or_the_action_ends",
        "test_statistics_are_truncated_or_the_action_ends",
    ),
    "do-vacuum-statistics": ("test_vacuuming_statistics_says_that_it_does_nothing", OPTION),
    "if-condition": (
        "test_a_condition_sees_the_variables_of_the_moment",
        "test_a_condition_that_needs_a_number_ends_the_action_where_it_gets_none",
    ),
    "if-file-system-usage": (
        "test_steps_behind_a_limit_run_when_it_is_exceeded",
        "test_a_limit_that_is_none_or_a_path_that_is_not_there_ends_the_action",
    ),
    "on-admin": (
        "test_a_request_runs_the_actions_of_its_path_and_no_other",
        "test_a_path_with_a_slash_or_none_is_refused",
    ),
    "on-connect-client": ("test_a_connection_has_its_own_name_before_the_client_says_one", HARM),
    "on-deliver-message": (
        "test_a_delivery_tells_the_receiver_and_the_bookmark",
        "test_what_nobody_receives_is_not_delivered",
    ),
    "on-disconnect-client": ("test_each_connection_that_ends_sets_off_the_action_once", HARM),
    "on-execute-event": (
        "test_an_event_sets_off_who_waits_for_it_with_a_copy_of_the_variables",
        "test_a_loop_through_custom_events_is_cut_and_its_actions_are_named",
    ),
    "on-logon-client": (
        "test_a_logon_tells_both_names_and_who_authentication_says_it_is",
        "test_a_refused_logon_sets_off_nothing",
    ),
    "on-minidump": (
        "test_quit_writes_a_minidump_that_actions_hear_of",
        "test_a_minidump_on_each_minidump_is_a_loop_and_is_cut",
    ),
    "on-offline-start": (
        "test_a_client_goes_offline_and_comes_back_once_each",
        "test_a_client_that_is_gone_while_offline_never_comes_back",
    ),
    "on-offline-stop": (
        "test_a_client_goes_offline_and_comes_back_once_each",
        "test_a_client_that_is_gone_while_offline_never_comes_back",
    ),
    "on-publish-message": (
        "test_topic_source_filter_and_options_choose_the_publishes",
        "test_a_publish_trigger_that_cannot_be_is_refused",
    ),
    "on-schedule": (
        "test_daily_and_weekly_actions_in_local_time_and_in_utc",
        "test_a_schedule_that_is_none_is_refused",
    ),
    "on-shutdown": ("test_shutdown_actions_run_once_in_order_and_reach_who_is_connected", LIFE),
    "on-signal": ("test_an_action_replaces_what_a_signal_does", "test_quit_is_reserved"),
    "on-sow-delete-message": (
        "test_an_acknowledgment_is_a_deletion_and_an_expiry_is_none",
        "test_a_queue_that_delivers_at_most_once_deletes_nothing",
    ),
    "on-sow-expire-message": (
        "test_an_acknowledgment_is_a_deletion_and_an_expiry_is_none",
        "test_an_expiry_sets_off_who_asked_for_one_of_its_reasons",
    ),
    "on-startup": (
        "test_start_up_actions_run_in_the_order_of_the_file_before_any_client",
        "test_a_start_up_action_that_fails_does_not_keep_the_instance_from_starting",
    ),
    "on-subscribe": (SUBSCRIPTION, "test_a_subscription_of_another_type_or_one_that_is_refused_sets_off_nothing"),
    "on-unsubscribe": (SUBSCRIPTION, "test_a_subscription_of_another_type_or_one_that_is_refused_sets_off_nothing"),
}
"""Module -> the test of what it does, and the test of a failure."""
GENERIC = (HARM, OPTION)
"""Tests that try every module of their kind; they need not name it."""


@cache
def written() -> dict[str, Path]:
    """Every test of the playbooks, and its file."""
    return {
        node.name: path
        for path in sorted(HERE.glob("test_*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def found(name: str) -> ModuleClass:
    cls = module.find(name)
    assert cls is not None
    return cls


def test_the_table_has_every_module_that_runs_and_no_other() -> None:
    assert list(PLAYBOOKS) == sorted(map(short_name, RUNNING))


@pytest.mark.parametrize("name", RUNNING)
def test_a_module_has_a_playbook_and_a_failure(name: str) -> None:
    for test in PLAYBOOKS[short_name(name)]:
        assert test in written(), f"{name}: there is no {test} in tests/playbooks"
        if test not in GENERIC:
            short = short_name(name)
            text = written()[test].read_text()
            # Several modules in one test differ in a word, such as do-{enable}-authentication.
            assert short in text or all(part in text for part in (short.rpartition("-")[0], short.rpartition("-")[2]))


@pytest.mark.parametrize("name", RUNNING)
def test_each_option_and_each_variable_is_used_in_a_playbook(name: str) -> None:
    playbook, _ = PLAYBOOKS[short_name(name)]
    text = written()[playbook].read_text()
    unused = [one.xml for one in found(name).declared if one.xml not in text]
    unused += [variable for variable in found(name).variables if variable not in text]
    assert unused == [], f"use {', '.join(unused)} of {name} in {written()[playbook].name}"
