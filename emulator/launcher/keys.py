"""Keys of KMS."""

import json

from ministack.services import kms

_ALIAS_OF_AWS = "alias/aws/"


def keys_of_aws_exist():
    """Every region has a key of AWS for each service that encrypts, known by the alias of the service.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
    """
    original = kms._resolve_key

    def resolve_key(name):
        alias = str(name or "").rsplit(":", 1)[-1]
        if alias.startswith(_ALIAS_OF_AWS) and kms._alias_arn(alias) not in kms._aliases:
            _status, _headers, body = kms._create_key({"Description": f"Default key of {alias}"})
            kms._aliases[kms._alias_arn(alias)] = json.loads(body)["KeyMetadata"]["KeyId"]
        return original(name)

    kms._resolve_key = resolve_key
