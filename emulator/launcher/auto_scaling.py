"""Application Auto Scaling, which MiniStack lacks: its settings are kept and described. Nothing is scaled."""

import json
import time

from ministack import app as ministack_app
from ministack.core import iam_actions
from ministack.core.responses import (
    AccountRegionScopedDict,
    error_response_json,
    get_account_id,
    get_region,
    json_response,
    new_uuid,
)

_SERVICE = "application-autoscaling"
_ROLE_PATH = "role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com"
_ROLE = "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"

_targets = AccountRegionScopedDict()
_policies = AccountRegionScopedDict()
_tags = AccountRegionScopedDict()


def targets_and_policies_are_kept():
    """Scalable targets are registered and described, and so are their policies, by namespace, resource and dimension.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
    """
    ministack_app.SERVICE_HANDLERS[_SERVICE] = _handle
    iam_actions.SERVICE_TO_IAM_NAMESPACE[_SERVICE] = _SERVICE


async def _handle(_method, _path, headers, body, _query_params):
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    handler = _HANDLERS.get(operation)
    if handler is None:
        return error_response_json("InvalidAction", f"Unknown operation: {operation}", 400)
    return handler(json.loads(body or b"{}"))


def _place(request):
    return request["ServiceNamespace"], request["ResourceId"], request["ScalableDimension"]


def _arn(kind):
    return f"arn:aws:{_SERVICE}:{get_region()}:{get_account_id()}:{kind}"


def _register(request):
    place = _place(request)
    role = f"arn:aws:iam::{get_account_id()}:{_ROLE_PATH}/{_ROLE}"
    known = _targets.get(place) or {
        "ScalableTargetARN": _arn(f"scalable-target/{new_uuid().replace('-', '')[:24]}"),
        "CreationTime": time.time(),
        "RoleARN": role,
        "SuspendedState": dict.fromkeys(
            ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
        ),
    }
    changed = {name: value for name, value in request.items() if name != "Tags"}
    _targets[place] = {**known, **changed}
    _tags.setdefault(known["ScalableTargetARN"], {}).update(request.get("Tags") or {})
    return json_response({"ScalableTargetARN": known["ScalableTargetARN"]})


def _put_policy(request):
    place = (*_place(request), request["PolicyName"])
    if _place(request) not in _targets:
        return error_response_json("ObjectNotFoundException", "No scalable target registered for this resource.", 400)
    name = f"resource/{request['ServiceNamespace']}/{request['ResourceId']}:policyName/{request['PolicyName']}"
    known = _policies.get(place) or {
        "PolicyARN": _arn(f"scalingPolicy:{new_uuid()}:{name}"),
        "CreationTime": time.time(),
        "Alarms": [],
    }
    _policies[place] = {**known, **request}
    return json_response({"PolicyARN": known["PolicyARN"], "Alarms": []})


def _described(kept, request, ids, id_name):
    """What is kept of a namespace, as far as the request does not narrow it down."""
    wanted = {name: request.get(name) for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    return [
        each
        for each in kept.values()
        if all(value is None or each[name] == value for name, value in wanted.items())
        and (not request.get(ids) or each[id_name] in request[ids])
    ]


def _describe_targets(request):
    return json_response({"ScalableTargets": _described(_targets, request, "ResourceIds", "ResourceId")})


def _describe_policies(request):
    return json_response({"ScalingPolicies": _described(_policies, request, "PolicyNames", "PolicyName")})


def _deregister(request):
    if _targets.pop(_place(request), None) is None:
        return error_response_json("ObjectNotFoundException", "No scalable target found for this resource.", 400)
    for place in [place for place in _policies.keys() if place[:3] == _place(request)]:
        _policies.pop(place, None)
    return json_response({})


def _delete_policy(request):
    if _policies.pop((*_place(request), request["PolicyName"]), None) is None:
        return error_response_json("ObjectNotFoundException", "No scaling policy found for this resource.", 400)
    return json_response({})


def _list_tags(request):
    return json_response({"Tags": _tags.get(request["ResourceARN"], {})})


def _tag(request):
    _tags.setdefault(request["ResourceARN"], {}).update(request["Tags"])
    return json_response({})


def _untag(request):
    for key in request["TagKeys"]:
        _tags.get(request["ResourceARN"], {}).pop(key, None)
    return json_response({})


_HANDLERS = {
    "RegisterScalableTarget": _register,
    "DescribeScalableTargets": _describe_targets,
    "DeregisterScalableTarget": _deregister,
    "PutScalingPolicy": _put_policy,
    "DescribeScalingPolicies": _describe_policies,
    "DeleteScalingPolicy": _delete_policy,
    "ListTagsForResource": _list_tags,
    "TagResource": _tag,
    "UntagResource": _untag,
}
