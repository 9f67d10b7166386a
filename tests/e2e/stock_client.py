"""A producer and a consumer as people write them with boto3, whose clients are botocore's: nothing in here knows of this
project but the names of queues. Its argument is {"queues": {"ingress", "work", "standby"}, "regions": {"home", "peer"},
"producer", "consumer", "peer", "always"}: names, regions, environment variables of three, and what every send has; it
writes what it sent and received as JSON.
"""

import base64
import json
import os
import sys

import botocore.session

given = json.loads(sys.argv[1])
home, peer = given["regions"]["home"], given["regions"]["peer"]
queues = given["queues"]


def client(variables, region):
    os.environ.update(variables)
    if "AWS_SESSION_TOKEN" not in variables:
        os.environ.pop("AWS_SESSION_TOKEN", None)
    return botocore.session.get_session().create_client("sqs", region_name=region)


def take(sqs, name):
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    for _ in range(6):
        answer = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=10)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return {"body": message["Body"], "attributes": message["MessageAttributes"]}
    raise SystemExit(f"nothing arrived on {name}")


producer = client(given["producer"], home)
sent = producer.send_message(
    QueueUrl=producer.get_queue_url(QueueName=queues["ingress"])["QueueUrl"],
    MessageBody='{"order": 1}',
    MessageAttributes={
        "kind": {"DataType": "String", "StringValue": "order"},
        "total": {"DataType": "Number", "StringValue": "12.50"},
        "digest": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    },
    **given["always"],
)
print(
    json.dumps(
        {
            "id": sent["MessageId"],
            "delivered": take(client(given["consumer"], home), queues["work"]),
            "copy": take(client(given["peer"], peer), queues["standby"]),
        },
        default=lambda value: base64.b64encode(value).decode(),
    )
)
