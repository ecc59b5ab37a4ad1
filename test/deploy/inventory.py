"""Everything that a stack of ours could leave behind in an account, service by service."""

from collections.abc import Callable, Iterator
from typing import Any

from emulator import Emulator

Lister = Callable[[Any], list[Any]]

# service -> kind of resource -> its names
LISTERS: dict[str, dict[str, Lister]] = {
    "ec2": {
        "VPC": lambda ec2: [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]],
        "subnet": lambda ec2: [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]],
        "security group": lambda ec2: [one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]],
        "route table": lambda ec2: [one["RouteTableId"] for one in ec2.describe_route_tables()["RouteTables"]],
        "network ACL": lambda ec2: [one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]],
        "endpoint": lambda ec2: [one["VpcEndpointId"] for one in ec2.describe_vpc_endpoints()["VpcEndpoints"]],
        "network interface": lambda ec2: [
            one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]
        ],
    },
    "s3": {"bucket": lambda s3: [one["Name"] for one in s3.list_buckets()["Buckets"]]},
    "kinesis": {"stream": lambda kinesis: kinesis.list_streams()["StreamNames"]},
    "glue": {
        "job": lambda glue: [one["Name"] for one in glue.get_jobs()["Jobs"]],
        "connection": lambda glue: [one["Name"] for one in glue.get_connections()["ConnectionList"]],
        "database": lambda glue: [one["Name"] for one in glue.get_databases()["DatabaseList"]],
    },
    "logs": {"log group": lambda logs: [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]},
    "iam": {"role": lambda iam: [one["RoleName"] for one in iam.list_roles()["Roles"]]},
    "lambda": {"function": lambda functions: [one["FunctionName"] for one in functions.list_functions()["Functions"]]},
    "stepfunctions": {"state machine": lambda sfn: [one["name"] for one in sfn.list_state_machines()["stateMachines"]]},
    "apigateway": {"API": lambda apis: [one["id"] for one in apis.get_rest_apis()["items"]]},
    "events": {"rule": lambda events: [one["Name"] for one in events.list_rules()["Rules"]]},
    "cloudwatch": {
        "alarm": lambda watch: [one["AlarmName"] for one in watch.describe_alarms()["MetricAlarms"]],
        "dashboard": lambda watch: [one["DashboardName"] for one in watch.list_dashboards()["DashboardEntries"]],
    },
    "athena": {"workgroup": lambda athena: [one["Name"] for one in athena.list_work_groups()["WorkGroups"]]},
    "wafv2": {"web ACL": lambda waf: [one["Name"] for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"]]},
    "kms": {"key": lambda kms: [one["KeyId"] for one in kms.list_keys()["Keys"]]},
    "sns": {"topic": lambda sns: [one["TopicArn"] for one in sns.list_topics()["Topics"]]},
}


def inventory(emulator: Emulator) -> set[str]:
    """`<kind> <name>` of everything there is."""
    return set(_everything(emulator))


def _everything(emulator: Emulator) -> Iterator[str]:
    for service, listers in LISTERS.items():
        client = emulator.client(service)
        for kind, names in listers.items():
            for name in names(client):
                yield f"{kind} {name}"
