"""Route 53: what its API keeps, gives back and refuses. Nobody checks or answers anything here."""

from ministack.services import route53

_MAX_CHILDREN = 256
_LISTS = {"ChildHealthChecks": "ChildHealthCheck", "Regions": "Region"}
_FLAGS = ("MeasureLatency", "EnableSNI", "Inverted", "Disabled")
_RESETTABLE = ("ChildHealthChecks", "FullyQualifiedDomainName", "Regions", "ResourcePath")
_POLICIES = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer", "CidrRoutingConfig")


def health_checks_are_kept_as_written():
    """A health check is returned with all that it was created with, its children and regions included, and with the
    defaults of what was left out. An update changes what it names; it takes away what it says is to be reset.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html (ResetElements)
    """
    original_parse = route53._parse_health_check_config
    original_build = route53._build_health_check_el
    original_update = route53._update_health_check

    def parse_health_check_config(element):
        config = original_parse(element)
        for name, item in _LISTS.items():
            given = route53._find(element, name)
            if given is not None:
                config[name] = [child.text or "" for child in route53._findall(given, item)]
        if _local_name(element) == "HealthCheckConfig":
            return {**_defaults(config.get("Type", "")), **config}
        return config

    def build_health_check_el(parent, check):
        config = check.get("config", {})
        flags = {name: str(config[name]).lower() for name in _FLAGS if name in config}
        original_build(parent, {**check, "config": {**config, **flags}})

    def update_health_check(check_id, body):
        root = route53._parse_body(body)
        reset = route53._find(root, "ResetElements") if root is not None else None
        for name in [] if reset is None else [each.text for each in route53._findall(reset, "ResettableElementName")]:
            with route53._lock:
                check = route53._health_checks.get(check_id)
                if check and name in _RESETTABLE:
                    check["config"] = {key: value for key, value in check["config"].items() if key != name}
        return original_update(check_id, body)

    route53._parse_health_check_config = parse_health_check_config
    route53._build_health_check_el = build_health_check_el
    route53._update_health_check = update_health_check


def _defaults(kind):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"""
    defaults = {"Inverted": False, "Disabled": False}
    if kind == "CLOUDWATCH_METRIC":
        return {**defaults, "InsufficientDataHealthStatus": "LastKnownStatus"}
    if kind in ("CALCULATED", "RECOVERY_CONTROL"):
        return defaults
    secure = kind.startswith("HTTPS")
    ports = {} if kind == "TCP" else {"Port": 443 if secure else 80}
    return {**defaults, **ports, "RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False, "EnableSNI": secure}


def health_checks_are_checked():
    """A check that can never work is refused: a calculated one with a calculated child or one that does not exist, one
    on an alarm that names none, another one that names one. So is an update of a version that is not the last.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html#API_CreateHealthCheck_Errors
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html#API_UpdateHealthCheck_Errors
    https://github.com/aws/aws-cli/issues/3188 (the text for an alarm of another check)
    """
    original_create = route53._create_health_check
    original_update = route53._update_health_check

    def create_health_check(body):
        root = route53._parse_body(body)
        element = route53._find(root, "HealthCheckConfig") if root is not None else None
        if element is not None:
            reason = _reason_against(route53._parse_health_check_config(element))
            if reason:
                return route53._error_response("InvalidInput", f"Invalid parameter : {reason}")
        return original_create(body)

    def update_health_check(check_id, body):
        root = route53._parse_body(body)
        with route53._lock:
            check = route53._health_checks.get(check_id)
        if root is not None and check:
            version = route53._text(root, "HealthCheckVersion")
            if version and int(version) != check.get("version", 1):
                return route53._error_response("HealthCheckVersionMismatch", "The version is not the last one.", 409)
            reason = _reason_against({**check["config"], **route53._parse_health_check_config(root)})
            if reason:
                return route53._error_response("InvalidInput", f"Invalid parameter : {reason}")
        return original_update(check_id, body)

    route53._create_health_check = create_health_check
    route53._update_health_check = update_health_check


def _reason_against(config):
    kind = config.get("Type")
    if kind == "CLOUDWATCH_METRIC":
        alarm = config.get("AlarmIdentifier") or {}
        if not alarm.get("Name") or not alarm.get("Region"):
            return "Metric health checks must have an alarm name and region specified."
    elif config.get("AlarmIdentifier"):
        return "Basic health checks must not have an metric region specified."
    if kind != "CALCULATED":
        return None
    children = config.get("ChildHealthChecks", [])
    if len(children) > _MAX_CHILDREN:
        return f"A calculated health check has at most {_MAX_CHILDREN} children."
    for child in children:
        known = route53._health_checks.get(child)
        if not known:
            return f"The child health check {child} does not exist."
        if known["config"].get("Type") == "CALCULATED":
            return f"The child health check {child} is a calculated health check itself."
    return None


def record_changes_are_checked():
    """Records are refused that alias something in their zone that is not there when the whole batch is done, that name a
    health check that does not exist, or whose policy differs from that of others with their name and type.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html#API_ChangeResourceRecordSets_Errors
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html (Failover, Region, GeoLocation)
    https://github.com/rust-lang/simpleinfra/pull/907 (the text for an alias target that was not found)
    """
    original = route53._change_resource_record_sets

    def change_resource_record_sets(zone_id, body):
        before = list(route53._records.get(zone_id, []))
        answer = original(zone_id, body)
        if answer[0] != 200:
            return answer
        error = _error_of_changes(zone_id, [each for each in route53._records[zone_id] if each not in before])
        if error:
            route53._records[zone_id] = before
        return error or answer

    route53._change_resource_record_sets = change_resource_record_sets


def _error_of_changes(zone_id, changed):
    records = route53._records[zone_id]
    for record in changed:
        name, kind = record["Name"].lower(), record["Type"]
        group = [each for each in records if (each["Name"].lower(), each["Type"]) == (name, kind)]
        if len({_policy(each) for each in group}) > 1:
            return _invalid_batch(f"{record['Name']}, type {kind}, has records of different routing policies")
        check = record.get("HealthCheckId")
        if check and check not in route53._health_checks:
            return route53._error_response("NoSuchHealthCheck", f"No health check exists with the ID {check}.", 404)
        alias = record.get("AliasTarget") or {}
        target = alias.get("DNSName", "").lower()
        if alias.get("HostedZoneId") == zone_id and not any(
            (each["Name"].lower(), each["Type"]) == (target, kind) for each in records
        ):
            return _invalid_batch(
                f"Tried to create an alias that targets {target}, type {kind} in zone {zone_id}, "
                "but that target was not found"
            )
    return None


def _policy(record):
    return next((name for name in _POLICIES if record.get(name) is not None), "simple")


def _invalid_batch(reason):
    return route53._error_response("InvalidChangeBatch", f"[{reason}]")


def _local_name(element):
    return element.tag.split("}")[-1]
