"""Applies every correction and starts the emulator. The order matters where a function says so."""

import sys

from ministack import app as ministack_app

from . import (
    alarms,
    auto_scaling,
    clocks,
    control,
    counts,
    event_sources,
    functions,
    global_tables,
    identity,
    keys,
    lifetime,
    messages,
    metrics,
    queues,
    route53,
    scheduler,
    throughput,
)


def main():
    identity.authorise_batches_as_single_actions()
    identity.principal_arn_is_the_role()
    identity.session_user_id_begins_with_role_id()
    identity.transport_is_what_the_client_spoke()
    identity.parameters_are_authorised_one_by_one()
    identity.leading_keys_are_known()
    identity.namespaces_of_metrics_are_known()
    messages.queue_urls_have_the_scheme_of_the_call()
    messages.sender_id_is_the_callers_user_id()
    messages.messages_are_checked_with_their_attributes()
    messages.batches_keep_every_part_of_a_message()
    messages.gateway_may_drop_entries()
    queues.long_queues_are_as_quick_as_short_ones()
    messages.deleting_twice_succeeds()
    counts.counts_settle_late()
    metrics.queues_have_metrics()
    metrics.metrics_sleep_with_their_queue()
    metrics.metric_data_comes_newest_first()
    metrics.new_metrics_appear_late()
    alarms.alarms_are_described_as_they_were_put()
    alarms.alarms_are_evaluated_late()
    messages.standard_queues_deliver_twice_and_out_of_order()
    queues.queue_changes_are_atomic()
    event_sources.mappings_batch_by_size_and_window()
    event_sources.records_are_complete()
    event_sources.malformed_batch_responses_fail_the_batch()
    event_sources.mappings_are_checked()
    event_sources.mappings_stop_with_their_region()
    functions.functions_get_what_lambda_gives_them()
    functions.asynchronous_invocations_are_retried_after_minutes()
    functions.functions_stop_with_their_region()
    functions.updates_leave_what_runs_alone()
    functions.function_urls_have_every_path()
    functions.concurrency_is_that_of_the_account()
    functions.cold_starts_take_time()
    scheduler.schedules_keep_their_time()
    scheduler.schedules_invoke_functions_asynchronously()
    scheduler.schedules_stop_with_their_region()
    scheduler.schedules_start_late()
    auto_scaling.targets_and_policies_are_kept()
    global_tables.replicas_follow_each_other()
    throughput.provisioned_capacity_is_a_limit()
    global_tables.tables_are_encrypted_with_a_key_of_their_region()
    clocks.signatures_are_judged_by_the_clock_of_the_table()
    keys.keys_of_aws_exist()
    route53.health_checks_are_kept_as_written()
    route53.health_checks_are_checked()
    route53.record_changes_are_checked()
    control.harness_gives_orders()
    lifetime.end_with_the_parent()
    ministack_app.main()


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    main()
