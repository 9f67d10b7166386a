"""What the parent tells this process. Read once and taken out of the environment, so that nothing started from here sees it."""

import json
import os

# Region to the endpoint that functions of that region call.
ENDPOINTS = json.loads(os.environ.pop("EMULATOR_ENDPOINTS", "{}"))
# Proves that a call came through our gateway, which alone knows what the client spoke.
GATEWAY_TOKEN = os.environ.pop("EMULATOR_GATEWAY_TOKEN", "")
# Proves that a call is an order of the harness and not one of AWS's users, which the gateway passes on.
CONTROL_TOKEN = os.environ.pop("EMULATOR_CONTROL_TOKEN", "")
# Certificate that functions trust besides the public ones.
CA_FILE = os.environ.pop("EMULATOR_CA_FILE", "")
# How long a minute of schedules, of retries and of the metrics of queues is.
MINUTE_SECONDS = float(os.environ.pop("EMULATOR_MINUTE_SECONDS", "") or "60")
# How late a schedule starts at most; 0 when all are on time.
SCHEDULE_LATENESS_SECONDS = float(os.environ.pop("EMULATOR_SCHEDULE_LATENESS_SECONDS", "") or "0")
# Decides how late each occurrence of a schedule starts.
SCHEDULE_SEED = os.environ.pop("EMULATOR_SCHEDULE_SEED", "")
# What is done late, in part or now and then, as AWS does it: as-aws.ts has the settings. What is left out is not done.
AS_AWS = json.loads(os.environ.pop("EMULATOR_AS_AWS", "{}"))
# Script that has a function see the wall clock of its region; empty when all see the true one.
WORKER_CLOCK_SCRIPT = os.environ.pop("EMULATOR_WORKER_CLOCK_SCRIPT", "")
