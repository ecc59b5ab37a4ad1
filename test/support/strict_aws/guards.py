"""What AWS refuses to delete because something depends on it."""

from collections.abc import Callable
from typing import Any

from ministack.services import ec2, s3, waf
from ministack.services.cloudformation import provisioners

from strict_aws import glue_runs, interfaces
from strict_aws.support import DependencyViolationError

Guard = Callable[[str], None]


def security_group(group_id: str) -> None:
    for found in interfaces.with_group(group_id):
        raise DependencyViolationError(
            f"resource {group_id} has a dependent object (DependencyViolation): "
            f"{found['NetworkInterfaceId']} {found['Status']} '{found['Description']}'"
        )
    for other, group in ec2._security_groups.items():
        rules = group.get("IpPermissions", []) + group.get("IpPermissionsEgress", [])
        pairs = [pair.get("GroupId") for rule in rules for pair in rule.get("UserIdGroupPairs", [])]
        if other != group_id and group_id in pairs:
            raise DependencyViolationError(
                f"resource {group_id} has a dependent object (DependencyViolation): a rule of {other}"
            )


def subnet(subnet_id: str) -> None:
    for found in ec2._network_interfaces.values():
        if found["SubnetId"] == subnet_id:
            raise DependencyViolationError(
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted. (DependencyViolation): "
                f"{found['NetworkInterfaceId']} {found['Status']} '{found['Description']}'"
            )


def vpc(vpc_id: str) -> None:
    inside = [
        *_within(ec2._subnets, vpc_id),
        *_within(ec2._network_interfaces, vpc_id),
        *_within(ec2._vpc_endpoints, vpc_id),
        *(key for key in _within(ec2._security_groups, vpc_id) if ec2._security_groups[key]["GroupName"] != "default"),
        *(key for key in _within(ec2._network_acls, vpc_id) if not ec2._network_acls[key].get("IsDefault")),
        *(key for key in _within(ec2._route_tables, vpc_id) if not _is_main(ec2._route_tables[key])),
    ]
    if inside:
        raise DependencyViolationError(
            f"The vpc '{vpc_id}' has dependencies and cannot be deleted. (DependencyViolation): {', '.join(inside[:5])}"
        )


def _within(store: dict[str, dict[str, Any]], vpc_id: str) -> list[str]:
    return [key for key, found in store.items() if found["VpcId"] == vpc_id]


def _is_main(table: dict[str, Any]) -> bool:
    return any(association.get("Main") for association in table.get("Associations", []))


def route_table(table_id: str) -> None:
    if any(one.get("SubnetId") for one in ec2._route_tables.get(table_id, {}).get("Associations", [])):
        raise DependencyViolationError(
            f"The routeTable '{table_id}' has dependencies and cannot be deleted. (DependencyViolation)"
        )


def bucket(name: str) -> None:
    if name in glue_runs.WRITTEN_AFTER_EMPTYING:
        raise ValueError("The bucket you tried to delete is not empty (BucketNotEmpty): a run wrote to it")
    objects = s3._buckets.get(name, {}).get("objects")
    if objects:
        raise ValueError(
            f"The bucket you tried to delete is not empty (BucketNotEmpty): {len(objects)} object(s), "
            f"for example {next(iter(objects))}"
        )


def web_acl(acl_id: str) -> None:
    for resource, arn in waf._associations.items():
        if acl_id.rsplit("|", maxsplit=1)[-1] in arn:
            raise ValueError(f"The web ACL is in use (WAFAssociatedItemException): {resource}")


GUARDS: dict[str, Guard] = {
    "AWS::EC2::SecurityGroup": security_group,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::VPC": vpc,
    "AWS::EC2::RouteTable": route_table,
    "AWS::S3::Bucket": bucket,
    "AWS::WAFv2::WebACL": web_acl,
}


def install() -> None:
    for resource_type, guard in GUARDS.items():
        handler = provisioners._RESOURCE_HANDLERS[resource_type]
        provisioners._RESOURCE_HANDLERS[resource_type] = {**handler, "delete": _guarded(guard, handler["delete"])}


def _guarded(guard: Guard, delete: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(physical: str, *rest: Any) -> Any:
        guard(str(physical))
        return delete(physical, *rest)

    return guarded
