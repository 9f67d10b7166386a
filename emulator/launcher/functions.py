"""Functions and the processes that run them."""

import contextvars
import json
import re
import subprocess
import threading
import time
import types

from ministack import app as ministack_app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from . import clocks, outages
from .chance import fraction
from .settings import AS_AWS, CA_FILE, ENDPOINTS, MINUTE_SECONDS

# What a worker takes over from this process; everything else it gets from its function or from Lambda.
_INHERITED = ("PATH", "HOME", "TMPDIR")
_LAMBDA_VARIABLE = re.compile(r"^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|"
                              r"AWS_LAMBDA_\w+|_?LAMBDA_\w+|NODE_PATH|_X_AMZN_TRACE_ID)$")


def functions_get_what_lambda_gives_them():
    """A function sees the variables that Lambda documents and its own, nothing of the machine. Added for the
    emulator: the endpoint of its own region and the certificate to trust.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    original_spawn = lambda_runtime.Worker._spawn
    spawning = threading.local()

    def spawn(worker):
        spawning.config = worker.config
        try:
            original_spawn(worker)
        finally:
            spawning.config = None

    def popen(*args, **kwargs):
        config = getattr(spawning, "config", None)
        if config is not None:
            kwargs["env"] = _worker_environment(config, kwargs["env"])
        return subprocess.Popen(*args, **kwargs)

    lambda_runtime.Worker._spawn = spawn
    lambda_runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": popen})


def _worker_environment(config, proposed):
    own = (config.get("Environment") or {}).get("Variables") or {}
    environment = {
        name: value
        for name, value in proposed.items()
        if name in own or name in _INHERITED or _LAMBDA_VARIABLE.match(name)
    }
    name = config.get("FunctionName", "")
    environment.setdefault("AWS_EXECUTION_ENV", f"AWS_Lambda_{config.get('Runtime', '')}")
    environment.setdefault("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    environment.setdefault("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{name}")
    environment.setdefault("_HANDLER", config.get("Handler", ""))
    environment.setdefault("LANG", "en_US.UTF-8")
    environment.setdefault("TZ", ":UTC")
    endpoint = ENDPOINTS.get(environment.get("AWS_REGION", ""))
    if endpoint is None:
        raise RuntimeError(f"function {name}: no endpoint for its region {environment.get('AWS_REGION')}")
    environment["AWS_ENDPOINT_URL"] = endpoint
    if CA_FILE:
        environment["NODE_EXTRA_CA_CERTS"] = CA_FILE
    return clocks.with_clock_of_region(environment)


# When the current invocation was taken in, in epoch seconds, if it is one that nobody waits for.
_asynchronous = contextvars.ContextVar("asynchronous", default=None)
_MAX_WAIT_MINUTES = 5
_MAX_EVENT_AGE_SECONDS = 6 * 60 * 60


def asynchronous_invocations_are_retried_after_minutes():
    """An asynchronous invocation that fails is tried again after one minute and after two; one that is throttled
    goes back to Lambda's queue and is tried again after a second, then ever more seldom, up to five minutes, until it
    is older than its function allows.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
    """
    original_invoke = lambda_svc.invoke_async_with_retry
    original_execute = lambda_svc._execute_function
    lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS = MINUTE_SECONDS
    lambda_svc._LAMBDA_ASYNC_RETRY_MAX_SECONDS = 2 * MINUTE_SECONDS

    def invoke_async_with_retry(func, event):
        token = _asynchronous.set(time.time())
        try:
            original_invoke(func, event)
        finally:
            _asynchronous.reset(token)

    def execute_function(func, event):
        result = original_execute(func, event)
        wait = 1
        while _asynchronous.get() and result.get("throttle"):
            if time.time() + wait > _asynchronous.get() + _max_event_age(func):
                return result
            time.sleep(wait)
            wait = min(2 * wait, _MAX_WAIT_MINUTES * MINUTE_SECONDS)
            result = original_execute(func, event)
        return result

    lambda_svc.invoke_async_with_retry = invoke_async_with_retry
    lambda_svc._execute_function = execute_function


def _max_event_age(func):
    """How old an asynchronous event of a function may become, in seconds."""
    return (func.get("event_invoke_config") or {}).get("MaximumEventAgeInSeconds", _MAX_EVENT_AGE_SECONDS)


def function_urls_have_every_path():
    """All paths below a function URL are the function's, those that MiniStack answers itself for other hosts too.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    original = ministack_app._handle_pre_body_request

    async def handle_pre_body_request(method, path, headers, *rest):
        if ministack_app._parse_lambda_url(headers.get("host", ""), path) is not None:
            return None
        return await original(method, path, headers, *rest)

    ministack_app._handle_pre_body_request = handle_pre_body_request


def functions_stop_with_their_region():
    """Functions end with their region. What was invoked asynchronously stays in Lambda's queue, which keeps what
    Lambda itself failed at, and runs when the region is back; everybody else gets an error.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    original_execute = lambda_svc._execute_function
    original_spawn = lambda_runtime.Worker._spawn

    def execute_function(func, event):
        region = _region_of(func.get("config") or func)
        while True:
            if _asynchronous.get():
                outages.wait_while_lost(region)
            result = _region_failed() if outages.is_lost(region) else original_execute(func, event)
            if not (_asynchronous.get() and result.get("error") and outages.is_lost(region)):
                return result

    def spawn(worker):
        original_spawn(worker)
        if outages.is_lost(_region_of(worker.config)):
            worker._proc.kill()

    lambda_svc._execute_function = execute_function
    lambda_runtime.Worker._spawn = spawn
    outages.on_change(_kill_workers_of_lost_regions)


# Ends the key of workers whose function was changed under them, by which nobody looks for a worker to use.
_FORMER = " (former)"


def updates_leave_what_runs_alone():
    """What runs while its function is updated runs to its end, with the code and the variables that it began with.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    original_invalidate = lambda_svc.invalidate_worker
    original_release = lambda_svc.release_worker
    updating = contextvars.ContextVar("updating", default=False)

    def during_update(update):
        def marked(name, data):
            token = updating.set(True)
            try:
                return update(name, data)
            finally:
                updating.reset(token)
        return marked

    def invalidate(name, **which):
        if updating.get():
            _set_aside(name)
        original_invalidate(name, **which)

    def release(worker):
        original_release(worker)
        if _was_set_aside(worker):
            lambda_runtime.kill_workers([worker])

    lambda_svc._update_code = during_update(lambda_svc._update_code)
    lambda_svc._update_config = during_update(lambda_svc._update_config)
    lambda_svc.invalidate_worker = invalidate
    lambda_svc.release_worker = release


def _set_aside(name):
    """Workers in use stay among all workers, so that they end with their region or with the emulator."""
    key = ":".join((lambda_svc.get_account_id(), lambda_svc.get_region(), name, "$LATEST"))
    with lambda_runtime._lock:
        entries = lambda_runtime._workers.get(key, [])
        busy = [worker for worker in entries if worker.in_use]
        if busy:
            entries[:] = [worker for worker in entries if not worker.in_use]
            lambda_runtime._workers.setdefault(key + _FORMER, []).extend(busy)


def _was_set_aside(worker):
    with lambda_runtime._lock:
        for key, entries in lambda_runtime._workers.items():
            if key.endswith(_FORMER) and worker in entries:
                entries.remove(worker)
                return True
    return False


def _kill_workers_of_lost_regions():
    with lambda_runtime._lock:
        workers = [worker for pool in lambda_runtime._workers.values() for worker in pool]
    for worker in workers:
        process = worker._proc
        if process is not None and outages.is_lost(_region_of(worker.config)):
            process.kill()


def _region_of(config):
    return lambda_runtime._account_region_from_function_config(config)[1]


def _region_failed():
    reason = "Lambda is not available in this region."
    return {"error": True, "body": {"errorType": "ServiceException", "errorMessage": reason}, "log": ""}


# What must stay for functions without a reservation.
_UNRESERVED_MINIMUM = 100


def concurrency_is_that_of_the_account():
    """The functions of an account in one region share its concurrency: those with a reservation have that and no more,
    the others what is left of the account's. A reservation leaves at least 100 to them. Who finds nothing is throttled.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    if "concurrency" not in AS_AWS:
        return
    limit = int(AS_AWS["concurrency"]["account"])
    original_acquire = lambda_svc._acquire_execution_slot
    original_put = lambda_svc._put_function_concurrency
    original_settings = lambda_svc._get_account_settings
    lock = threading.Lock()
    # MiniStack has one limit for all accounts and regions together.
    lambda_svc._ACCOUNT_CONCURRENCY_CAP = 0

    def acquire_execution_slot(func, config):
        scope = lambda_runtime._account_region_from_function_config(config)
        with lock:
            if lambda_svc._reserved_concurrency(func, config) is None:
                reserved = _reservations(*scope)
                prefix = ":".join(scope) + ":"
                unreserved = sum(
                    count
                    for key, count in lambda_svc.executions_in_flight()[1].items()
                    if key.startswith(prefix) and key.removeprefix(prefix) not in reserved
                )
                if unreserved >= limit - sum(reserved.values()):
                    return None, "account"
            return original_acquire(func, config)

    def put_function_concurrency(name, data):
        wanted = int(data.get("ReservedConcurrentExecutions", 0))
        others = {**_reservations(lambda_svc.get_account_id(), lambda_svc.get_region()), name: 0}
        if wanted > 0 and limit - sum(others.values()) - wanted < _UNRESERVED_MINIMUM:
            reason = (
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED_MINIMUM}]."
            )
            return lambda_svc.error_response_json("InvalidParameterValueException", reason, 400)
        return original_put(name, data)

    def get_account_settings():
        status, headers, body = original_settings()
        settings = json.loads(body)
        reserved = sum(_reservations(lambda_svc.get_account_id(), lambda_svc.get_region()).values())
        settings["AccountLimit"]["ConcurrentExecutions"] = limit
        settings["AccountLimit"]["UnreservedConcurrentExecutions"] = limit - reserved
        return status, headers, json.dumps(settings).encode()

    lambda_svc._acquire_execution_slot = acquire_execution_slot
    lambda_svc._put_function_concurrency = put_function_concurrency
    lambda_svc._get_account_settings = get_account_settings


def _reservations(account, region):
    """Function to what is reserved for it, of those that have a reservation."""
    return {
        name: int(function["concurrency"])
        for (owner, place, name), function in list(lambda_svc._functions._data.items())
        if (owner, place) == (account, region) and function.get("concurrency") is not None
    }


def cold_starts_take_time():
    """A function that finds no environment waits until one has started, for up to a second or more.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    if "coldStarts" not in AS_AWS:
        return
    original = lambda_runtime.Worker._spawn
    started = {}

    def spawn(worker):
        account, region = lambda_runtime._account_region_from_function_config(worker.config)
        key = (account, region, worker.config.get("FunctionName", ""))
        started[key] = started.get(key, 0) + 1
        seconds = fraction("cold", *key, started[key]) * AS_AWS["coldStarts"]["upToSeconds"]
        lambda_svc.logger.info("%s: cold start takes %.3f s longer", key[-1], seconds)
        time.sleep(seconds)
        original(worker)

    lambda_runtime.Worker._spawn = spawn
