"""Who calls, from where, and what that allows."""

import contextvars
import json
import re
from urllib.parse import parse_qs

from ministack import app as ministack_app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb, iam, sts

from .settings import GATEWAY_TOKEN


def authorise_batches_as_single_actions():
    """There is no permission sqs:SendMessageBatch: the batch calls are authorised as the single ones.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    """
    original = iam_actions.extract_iam_action
    singles = {
        "sqs:SendMessageBatch": "sqs:SendMessage",
        "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    }

    def extract_iam_action(*args, **kwargs):
        action = original(*args, **kwargs)
        return singles.get(action, action)

    iam_actions.extract_iam_action = extract_iam_action
    if getattr(ministack_app, "extract_iam_action", None) is original:
        ministack_app.extract_iam_action = extract_iam_action


def _role_of_session(session_arn):
    """The role (as IAM keeps it) behind arn:aws:sts::<account>:assumed-role/<name>/<session>, or None."""
    parts = session_arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return None
    return iam._roles.get_scoped(parts[4], None, parts[5].split("/")[1])


def principal_arn_is_the_role():
    """aws:PrincipalArn of a role session is the ARN of the role, with its path, not that of the session.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    original = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key, ctx):
        if key.lower() == "aws:principalarn":
            role = _role_of_session(ctx.principal_arn)
            if role is not None:
                return role["Arn"]
        return original(key, ctx)

    iam_evaluator._resolve_condition_key = resolve_condition_key


def session_user_id_begins_with_role_id():
    """The user id of every role session, a function's too, is <unique id of the role>:<session name>.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
    """
    original = sts.register_session

    def register_session(access_key, session):
        role = _role_of_session(session.get("Arn", ""))
        if role is not None:
            session["UserId"] = f"{role['RoleId']}:{session['Arn'].rsplit('/', 1)[-1]}"
        original(access_key, session)

    sts.register_session = register_session


def transport_is_what_the_client_spoke():
    """aws:SecureTransport says whether the caller used TLS. Only the gateway knows, so only it is believed.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
    """
    original = ministack_app.app

    async def app(scope, receive, send):
        if scope["type"] == "http":
            headers = scope.get("headers", [])
            trusted = (b"x-gateway-token", GATEWAY_TOKEN.encode()) in headers and GATEWAY_TOKEN
            kept = [
                (name, value)
                for name, value in headers
                if name != b"x-gateway-token" and (trusted or name != b"x-forwarded-proto")
            ]
            scope = {**scope, "headers": kept}
        await original(scope, receive, send)

    ministack_app.app = app


# Names of the parameters that the current call names, but for the first.
_further_parameters = contextvars.ContextVar("further_parameters", default=())


def parameters_are_authorised_one_by_one():
    """Calls that name several parameters need the permission for each of them, those by path for the path.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    """
    original_extract = iam_actions.extract_resource_arn
    original_enforce = iam_evaluator.enforce

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account):
        _further_parameters.set(())
        names = _parameter_names(body) if service == "ssm" else []
        if not names:
            return original_extract(service, method, path, headers, body, query_params, region, account)
        first, *further = [f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}" for name in names]
        _further_parameters.set(further)
        return first

    def enforce(access_key, action, service, region, resource_arn="*", service_context=None):
        for arn in (resource_arn, *(_further_parameters.get() if service == "ssm" else ())):
            denied = original_enforce(access_key, action, service, region, arn, service_context)
            if denied:
                return denied
        return None

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce


def _parameter_names(body):
    try:
        request = json.loads(body or b"{}")
        names = request.get("Names") or [request.get("Path")]
    except (AttributeError, ValueError):
        return []
    return [name for name in names if isinstance(name, str) and name]


def leading_keys_are_known():
    """dynamodb:LeadingKeys has the values of the partition key of every item that a call names.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html#FGAC_DDB.ConditionKeys
    """
    original = iam_actions.dynamodb_service_context

    def dynamodb_service_context(body):
        context = original(body)
        try:
            keys = _leading_keys(json.loads(body or b"{}"))
        except (AttributeError, TypeError, ValueError):
            # No call that DynamoDB carries out either.
            return context
        return {**context, "dynamodb:LeadingKeys": keys} if keys else context

    iam_actions.dynamodb_service_context = dynamodb_service_context


def namespaces_of_metrics_are_known():
    """cloudwatch:namespace has the namespace that PutMetricData names.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    """
    original = iam_actions.request_tag_context

    def request_tag_context(service, action, body, params):
        context = original(service, action, body, params)
        if action != "cloudwatch:PutMetricData":
            return context
        namespace = _namespace(body or b"")
        return {**context, "cloudwatch:namespace": namespace} if namespace else context

    iam_actions.request_tag_context = request_tag_context


def _namespace(body):
    """Clients speak JSON or forms."""
    try:
        return json.loads(body).get("Namespace")
    except (AttributeError, ValueError):
        form = parse_qs(body.decode("utf-8", errors="replace"))
        return next(iter(form.get("Namespace", [])), None)


def _leading_keys(request):
    """Values of the partition keys of all items named, each once. A query names one, a scan none."""
    named = list(_named_items(request))
    values = [_partition_key(table, item) for table, item in named]
    if request.get("KeyConditionExpression"):
        values.append(_queried_key(request))
    return sorted({value for value in values if value is not None})


def _named_items(request):
    """Pairs of a table's name and a key or item of it."""
    actions = request.get("TransactItems") or [{"": request}]
    for detail in (detail for action in actions for detail in action.values()):
        yield detail.get("TableName"), detail.get("Key") or detail.get("Item")
    for table, batch in (request.get("RequestItems") or {}).items():
        if isinstance(batch, dict):
            for key in batch.get("Keys", []):
                yield table, key
            continue
        for write in batch:
            yield table, (write.get("PutRequest") or {}).get("Item") or (write.get("DeleteRequest") or {}).get("Key")


def _table(name):
    return dynamodb._tables.get(dynamodb._normalize_table_name(name)) if name else None


def _partition_key(table_name, item):
    table = _table(table_name)
    value = (item or {}).get(table["pk_name"]) if table else None
    return next(iter(value.values())) if value else None


def _queried_key(request):
    table = _table(request.get("TableName"))
    if table is None:
        return None
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    name = next(iter(dynamodb._resolve_index_keys(table, request.get("IndexName"))), None)
    for attribute, placeholder in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", request["KeyConditionExpression"]):
        if names.get(attribute, attribute) == name and placeholder in values:
            return next(iter(values[placeholder].values()))
    return None
